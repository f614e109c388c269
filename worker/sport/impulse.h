#ifndef SPORT_IMPULSE_H
#define SPORT_IMPULSE_H

/* Impulse-response model of performance (Calvert 1976; Morton, Fitz-Clarke &
 * Banister 1990): p = p0 + k1 sum(load e^(-d/tau1)) - k2 sum(load e^(-d/tau2)),
 * d the days since each load. */

#include "base/base.h"

struct impulse_model {
	double base;	     /* p0 */
	double fitness_days; /* tau1 */
	double fatigue_days; /* tau2 */
	double fitness_gain; /* k1 */
	double fatigue_gain; /* k2 */
};

/* Morton's constants: 45 and 15 days, gains 1 and 2. */
#define IMPULSE_MORTON ((struct impulse_model){ 0, 45, 15, 1, 2 })

/* Performance on the last of n days of load (oldest first, NaN counts 0), that
 * day's own load included, in units of base. */
double impulse_performance(
    const struct impulse_model *m, const double *load, size_t n);

/* Influence curve (Fitz-Clarke, Morton & Banister 1991), days before an event:
 * within `last_useful` a load does more harm than good, at `greatest` it helps
 * most.  NaN unless tau1 > tau2 and k2 > k1 > 0. */
void impulse_influence(
    const struct impulse_model *m, double *last_useful_r, double *greatest_r);

#endif
