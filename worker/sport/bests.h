#ifndef SPORT_BESTS_H
#define SPORT_BESTS_H

/* Best efforts inside one activity. */

#include "base/arena.h"

struct best {
	int32_t duration_s;
	double value;	  /* NaN when no stretch is that long */
	size_t start_s;	  /* where the window begins */
	int32_t window_s; /* its length, at least duration_s */
};

/* The durations that a mean-maximal curve is shown at, ascending. */
extern const int32_t bests_durations[];
extern const size_t bests_durations_n;

/* Highest mean of any `duration_s` consecutive present seconds of a 1 Hz
 * series, in its unit, and where (start_r may be NULL); NaN when there is no
 * such stretch. */
double bests_mean(struct arena *a, const double *v, size_t n,
    int32_t duration_s, size_t *start_r);

/* Mean-maximal curve of a 1 Hz series at n_d ascending durations: the best mean
 * held for at least that long, so that it never rises.  O(n) a duration.
 * Durations longer than the series are left out; returns *count_r points. */
struct best *bests_curve(struct arena *a, const double *v, size_t n,
    const int32_t *durations, size_t n_d, size_t *count_r);

struct best_distance {
	double distance_m;
	double time_s;
	double start_s; /* since the activity's start */
};

/* Shortest elapsed time over a distance, ends interpolated between samples.
 * distance_m is cumulative (NaN skipped, steps back ignored).  false when the
 * activity is shorter. */
bool bests_fastest(struct arena *a, const int32_t *t_s,
    const double *distance_m, size_t n, double target_m,
    struct best_distance *out);

#endif
