#include "mcp/charts/axis.h"

#include <math.h>

double
axis_place(const struct axis *a, double value)
{
	return a->at + (value - a->from) / (a->to - a->from) * (a->end - a->at);
}

/* least: what a step must not be below. */
static double
step_of_numbers(double least)
{
	static const double steps[] = { 1, 2, 5 };
	double power = pow(10, floor(log10(least)));

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		/* Against the rounding of the quotient. */
		if (steps[i] * power >= least * (1 - 1e-9))
			return steps[i] * power;
	}
	return 10 * power;
}

static double
step_of_seconds(double least)
{
	static const int steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600,
		900, 1800, 3600, 7200, 10800, 21600, 43200, 86400 };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (steps[i] >= least * (1 - 1e-9))
			return steps[i];
	}
	return ceil(least / 86400) * 86400;
}

double
axis_step(enum roundness r, double from, double to, int most)
{
	double least = fabs(to - from) / most;

	return r == ROUND_SECONDS ? step_of_seconds(least)
				  : step_of_numbers(least);
}

double
axis_fit(struct axis *a, enum roundness r, double low, double high, int most)
{
	double step;

	if (high - low < 1e-9) {
		low -= 1;
		high += 1;
	}
	step = axis_step(r, low, high, most);
	a->from = floor(low / step) * step;
	a->to = ceil(high / step) * step;
	return step;
}
