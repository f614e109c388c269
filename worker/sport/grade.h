#ifndef SPORT_GRADE_H
#define SPORT_GRADE_H

/* Running and walking on slopes.  A grade is rise over run, 0.05 for 5 %, held
 * to +-0.45, the range that was measured. */

#include "base/arena.h"

#define GRADE_MAX      0.45
#define GRADE_WINDOW_M 50.0 /* stretch that a grade is taken over */

/* Energy cost in J/(kg m) of running and of walking (Minetti 2002). */
double grade_cost_run(double grade);
double grade_cost_walk(double grade);

/* Cost of running relative to level ground. */
double grade_factor(double grade);

/* Speed on the level that costs as much, m/s (grade-adjusted pace). */
double grade_adjusted_speed(double speed_mps, double grade);

/* Grade at each sample: the slope of the regression of altitude on distance
 * over the GRADE_WINDOW_M around it; NaN where the inputs are missing, 0 where
 * the window spans less than a fifth.  distance_m must not decrease. */
double *grade_series(struct arena *a, const double *distance_m,
    const double *altitude_m, size_t n);

/* Grade-adjusted speed of a 1 Hz series.  Without altitude (NULL, or missing
 * at a sample) the ground counts as level; without distance (NULL) speed is
 * summed. */
double *grade_adjusted_series(struct arena *a, const double *speed_mps,
    const double *distance_m, const double *altitude_m, size_t n);

/* Normalized graded pace as a speed in m/s (Skiba 2006): grade-adjusted speed,
 * then as Normalized Power. */
double grade_ngp(struct arena *a, const double *speed_mps,
    const double *distance_m, const double *altitude_m, size_t n);

#endif
