#ifndef SPORT_VARIATION_H
#define SPORT_VARIATION_H

/* How load is spread over days.  Series are daily sums, oldest first, rest
 * days 0, the last element today.  Results are ratios (strain: load points);
 * NaN when the days do not suffice or the divisor is 0.  A NaN day is a day
 * without known load and counts as 0. */

#include "base/base.h"

/* Acute:chronic workload ratio (Hulin 2014; Gabbett 2016): mean of 7 days over
 * mean of 28, the 7 among them.  0.8 to 1.3 is called the sweet spot, 1.5 and
 * more danger; there is no causal support for either (Impellizzeri 2020). */
double variation_acwr(const double *load, size_t n);
/* Uncoupled (Lolli 2019): mean of 7 days over mean of the 21 before them. */
double variation_acwr_uncoupled(const double *load, size_t n);
/* Exponentially weighted (Williams 2017), lambda 2/(N+1), N 7 and 28, started
 * at the first day; needs 28 days. */
double variation_acwr_ewma(const double *load, size_t n);

/* Monotony of the last 7 days (Foster 1998): mean / sample standard deviation.
 * NaN for seven equal days, where it has no bound. */
double variation_monotony(const double *load, size_t n);
/* Strain of the last 7 days (Foster 1998): sum * monotony. */
double variation_strain(const double *load, size_t n);

#endif
