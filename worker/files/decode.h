#ifndef FILES_DECODE_H
#define FILES_DECODE_H

/* From the bytes of a FIT, GPX or TCX file, of a table of a Garmin export or of
 * the export of Apple Health, to activities and measurements.
 * Pure: no I/O, no clock, no globals; bounded in time and memory by the input's
 * size.  The format is found from the bytes, not from the name. */

#include "base/arena.h"
#include "base/err.h"
#include "base/tz.h"
#include "model/activity.h"
#include "model/athlete.h"
#include "model/daily.h"
#include "model/sleep.h"

#define FILES_MAX_BYTES	     (64u << 20) /* Apple Health: any */
#define FILES_MAX_ACTIVITIES 64

enum file_format {
	FILE_UNKNOWN,
	FILE_FIT,
	FILE_GPX,
	FILE_TCX,
	FILE_APPLE,
	FILE_GARMIN,
};

/* What a file held.  A settings or workout file is valid and holds nothing we
 * keep: kind says what it was. */
struct decoded {
	enum file_format format;
	const char *kind; /* "activity", "settings", "monitoring", ... */
	size_t n_activities;
	struct activity *activities;
	/* Of Apple Health: of each activity the file that has its track, or
	 * "".  NULL otherwise. */
	const char **routes;
	size_t n_daily;
	struct daily *daily;
	size_t n_sleeps;
	struct sleep *sleeps; /* complete */
	/* What the device was set to, or found out, by day. */
	size_t n_thresholds;
	struct threshold *thresholds;
	size_t n_warnings; /* oddities that were survived */
	const char *warnings[8];
};

/* "FIT", "GPX", "TCX", "Apple Health", "Garmin", "unknown". */
const char *file_format_name(enum file_format f);

/* Which it seems to be, by its beginning. */
enum file_format file_format_of(struct str bytes);

/* 0, or -1 with ERR_CORRUPT, ERR_UNSUPPORTED or ERR_TOO_LARGE: the message
 * names the byte offset (FIT) or line and column (XML) and the reason.  Local
 * days use the offset in the file, else the athlete's zone (NULL: UTC). */
int file_decode(struct arena *a, struct str bytes, const struct tz *zone,
    struct decoded *out, struct err *e);

#endif
