#ifndef FILES_RESULT_H
#define FILES_RESULT_H

/* What the decoders fill while they read: activities, measurements, warnings,
 * and one count over all of them that bounds what an input may cost. */

#include "base/buf.h"
#include "files/decode.h"

struct sample {
	int64_t time_s; /* since 1970 */
	double v[STREAM_KIND_COUNT];
};

#define SAMPLE_TIME_MISSING INT64_MIN

struct result {
	struct arena *a;
	struct decoded *out;
	const struct tz *zone; /* NULL: UTC */
	size_t n_items;	       /* samples and the like, see result_count() */
	size_t
	    max_activities; /* FILES_MAX_ACTIVITIES, or what a decoder says */
	struct buf activities;			     /* of struct activity */
	struct buf daily;			     /* of struct daily */
	struct buf sleeps;			     /* of struct sleep */
	struct buf thresholds;			     /* of struct threshold */
	size_t last_daily[DAILY_KIND_COUNT];	     /* index + 1 into daily */
	size_t last_threshold[THRESHOLD_KIND_COUNT]; /* the same */
};

void result_init(struct result *r, struct arena *a, struct decoded *out,
    const struct tz *zone);
/* Seconds east of UTC at an instant: what the file said (INT32_MIN: nothing),
 * else the zone's. */
int32_t result_offset(const struct result *r, int64_t time_s, int32_t offset_s);
/* Hand the lists over to out. */
void result_finish(struct result *r);
void result_free(struct result *r);

/* One more sample, lap or the like; -1 and ERR_TOO_LARGE beyond the limit. */
int result_count(struct result *r, struct err *e);
/* Add a started activity with provider, day and missing numbers set; the caller
 * fills it before the next call.  NULL and ERR_TOO_LARGE when there are too
 * many.  offset_s INT32_MIN: not in the file. */
struct activity *result_activity(
    struct result *r, int64_t start_s, int32_t offset_s, struct err *e);
/* Add a measurement, unless its value is implausible.  It takes the place of
 * the one before of its kind when that was of the same day. */
void result_daily(struct result *r, enum daily_kind kind, int64_t time_s,
    int32_t offset_s, double value);
/* The same of a threshold that a device knew. */
void result_threshold(struct result *r, enum threshold_kind kind,
    int64_t time_s, int32_t offset_s, double value, const char *device);
/* Add a sleep of these stages, which become a part of it, unless it is none: it
 * ends before it begins, or lasts longer than a day.  The caller's start, end
 * and numbers hold; the rest follows.  ERR_TOO_LARGE when there are too many.
 */
int result_sleep(
    struct result *r, struct sleep *s, int32_t offset_s, struct err *e);
/* Take implausible numbers out of what a file says of a whole or a lap. */
void result_clean(struct result *r, struct summary *s);
/* An oddity; equal texts are kept once. */
void result_warn(struct result *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

void sample_init(struct sample *s, int64_t time_s);
/* Samples as streams that begin at start_s: implausible values and half
 * positions left out, equal times merged, earlier ones dropped, distance never
 * decreasing, empty samples and channels left out.  NULL when none is left. */
struct streams *result_streams(
    struct result *r, const struct sample *s, size_t n, int64_t start_s);

/* The elements of a buffer of structs. */
#define buf_items(b, type) ((type *)(void *)(b)->p)
#define buf_count(b, type) ((b)->n / sizeof(type))

#endif
