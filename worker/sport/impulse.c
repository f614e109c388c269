/* Performance as fitness minus fatigue, each an impulse that fades. */

#include "sport/impulse.h"

#include "model/value.h"

double
impulse_performance(const struct impulse_model *m, const double *load, size_t n)
{
	double keep_fitness = exp(-1 / m->fitness_days);
	double keep_fatigue = exp(-1 / m->fatigue_days);
	double fitness = 0, fatigue = 0;

	if (!(m->fitness_days > 0) || !(m->fatigue_days > 0))
		return VALUE_MISSING;
	for (size_t i = 0; i < n; i++) {
		double today = value_has(load[i]) ? load[i] : 0;

		fitness = fitness * keep_fitness + today;
		fatigue = fatigue * keep_fatigue + today;
	}
	return m->base + m->fitness_gain * fitness - m->fatigue_gain * fatigue;
}

void
impulse_influence(
    const struct impulse_model *m, double *last_useful_r, double *greatest_r)
{
	double tau1 = m->fitness_days, tau2 = m->fatigue_days;
	double ratio = m->fatigue_gain / m->fitness_gain, pace;

	*last_useful_r = *greatest_r = VALUE_MISSING;
	if (!(tau2 > 0) || !(tau1 > tau2) || !(m->fitness_gain > 0) ||
	    !(m->fatigue_gain > m->fitness_gain))
		return;
	pace = tau1 * tau2 / (tau1 - tau2);
	*last_useful_r = pace * log(ratio);
	*greatest_r = pace * log(ratio * tau1 / tau2);
}
