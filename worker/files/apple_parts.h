#ifndef FILES_APPLE_PARTS_H
#define FILES_APPLE_PARTS_H

/* What the reader of Apple Health's export gathers, by kind. */

#include "files/result.h"

#define APPLE_SOURCES 24 /* told apart; the rest count as the last one */

/* --- days: apple_days.c ----------------------------------------------------
 */

enum apple_quantity {
	APPLE_STEPS,
	APPLE_SDNN,
	APPLE_REST_HR,
	APPLE_WEIGHT,
	APPLE_QUANTITY_COUNT
};

struct apple_day;

struct apple_days {
	struct result *result;
	int32_t first;	 /* of the list below */
	struct buf days; /* struct apple_day *, NULL when there is nothing */
};

/* A value between two instants, in its unit; what is implausible is passed
 * over.  The source's number tells it from others. */
void apple_days_add(struct apple_days *d, enum apple_quantity q,
    unsigned source, int64_t start_s, int64_t end_s, int32_t offset_s,
    double value, struct str unit);
void apple_days_end(struct apple_days *d);
void apple_days_free(struct apple_days *d);

/* --- sleep: apple_sleep.c --------------------------------------------------
 */

struct apple_span {
	int64_t start_s, end_s;
	uint16_t source;
	int16_t kind; /* enum sleep_stage_kind; -1: only in bed */
};

/* A category's value as a span's kind; false when it is none of sleep. */
bool apple_sleep_kind(struct str value, int16_t *kind_r);
/* Sleeps of the spans, which are put in order; names of the sources by their
 * number. */
NODISCARD int apple_sleep_end(struct result *r, struct buf *spans,
    const char *const *sources, struct err *e);

/* --- the file --------------------------------------------------------------
 */

#define APPLE_ROOT     "HealthData"
#define APPLE_QUANTITY "HKQuantityTypeIdentifier"

/* "2026-09-20 07:00:20 -0700" in an attribute: seconds since 1970, or
 * SAMPLE_TIME_MISSING. */
struct xml;
int64_t apple_time(const struct xml *x, const char *name, int32_t *offset_r);

/* --- units -----------------------------------------------------------------
 */

/* v in metres, kilograms, kilocalories or seconds; NaN for a unit that is not
 * known. */
double apple_in_si(double v, struct str unit);

#endif
