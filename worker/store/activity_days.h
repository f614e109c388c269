#ifndef STORE_ACTIVITY_DAYS_H
#define STORE_ACTIVITY_DAYS_H

/* Activities summed by local day, kept up by whoever writes activities. */

#include "store/activities.h"

struct day_loads {
	int32_t day;
	int64_t activities;
	int64_t loads; /* of them have one */
	double load;   /* sum of these */
};

/* The days from from_day on that have activities, of all providers or of one
 * (NULL: all), in order. */
NODISCARD int activity_days_loads(struct db *db, struct arena *a,
    const struct owner *o, int32_t from_day, const char *provider,
    struct day_loads **list_r, size_t *n_r, struct err *e);
/* The first of them.  1, 0 when there is none, -1. */
NODISCARD int activity_days_first(struct db *db, struct arena *a,
    const struct owner *o, const char *provider, int32_t *day_r, struct err *e);
/* How many activities match a filter that has no instants.  1; 0 when the sums
 * do not tell, as of one sport on some days; -1. */
NODISCARD int activity_days_count(struct db *db, struct arena *a,
    const struct owner *o, const struct activity_filter *f, int64_t *n_r,
    struct err *e);

/* Over all days, by provider, sport and method. */
struct activity_sum {
	const char *provider;
	const char *sport;
	const char *method; /* load_method_name(); "" when never computed */
	int64_t activities;
	int64_t loads; /* of them have one */
};
NODISCARD int activity_sums(struct db *db, struct arena *a,
    const struct owner *o, struct activity_sum **list_r, size_t *n_r,
    struct err *e);

/* How many activities there are, as the sums say. */
NODISCARD int activity_sums_total(struct db *db, struct arena *a,
    const struct owner *o, int64_t *n_r, struct err *e);
/* Sum up all of a person's activities anew: days, totals of blocks of days, and
 * sums over all days.  *rows_r: how many days and sums there are. */
NODISCARD int activity_sums_rebuild(struct db *db, struct arena *a,
    const struct owner *o, int64_t *rows_r, struct err *e);

/* --- for those who write, inside their transaction ------------------------ */

/* Sum up a day anew, with the blocks it lies in, after a change to its
 * activities.  Waits for others that change the person's. */
NODISCARD int activity_days_refresh(struct db *tx, struct arena *a,
    const struct owner *o, int32_t day, struct err *e);
/* The part of it that is about blocks. */
NODISCARD int activity_totals_refresh(struct db *tx, struct arena *a,
    const struct owner *o, int32_t day, struct err *e);
/* Take an activity out of the sums over all days before it is changed, and put
 * it in again afterwards. */
NODISCARD int activity_sums_subtract(struct db *tx, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
NODISCARD int activity_sums_add(struct db *tx, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
/* The day of an activity.  1, 0 when there is no such activity, -1. */
NODISCARD int activity_days_of(struct db *tx, struct arena *a,
    const struct owner *o, const struct uuid *id, int32_t *day_r,
    struct err *e);

#endif
