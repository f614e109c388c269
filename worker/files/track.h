#ifndef FILES_TRACK_H
#define FILES_TRACK_H

/* What GPX and TCX have in common: points in time become one activity, and
 * numbers, times and sports are written as text. */

#include "files/result.h"

struct track {
	struct result *result;
	const char *name;
	const char *device;
	enum sport_type sport;
	int32_t offset_s; /* as written with the times; INT32_MIN: UTC */
	size_t untimed;	  /* points without a time */
	struct summary sum;
	struct buf samples; /* struct sample */
	struct buf laps;    /* struct track_lap */
};

struct track_lap {
	int64_t start_s;
	struct summary sum;
};

void track_init(struct track *t, struct result *r);
void track_free(struct track *t);
/* Both count against the limit. */
int track_sample(struct track *t, const struct sample *s, struct err *e);
int track_lap(struct track *t, const struct track_lap *lap, struct err *e);
/* Add the activity, unless nothing has a time. */
int track_finish(struct track *t, struct err *e);

/* A number, or NaN when it is none; an odd one is warned of. */
double track_number(struct result *r, struct str text);
/* An instant in seconds, or SAMPLE_TIME_MISSING; without a zone it is UTC.
 * *offset_r is set when an offset was written. */
int64_t track_time(struct result *r, struct str text, int32_t *offset_r);
/* A sport by one of the names that applications write. */
enum sport_type track_sport(struct str text);

#endif
