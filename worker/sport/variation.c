/* How load is spread over days: acute against chronic, and monotony. */

#include "sport/variation.h"

#include "model/value.h"

#define ACUTE_DAYS   7
#define CHRONIC_DAYS 28

/* Standard deviations under this share of the mean are rounding. */
#define EVEN_SHARE 1e-9

static double
load_of(double day)
{
	return value_has(day) ? day : 0;
}

/* Mean of the n days that end `ago` days before the last of `days`. */
static double
mean_of(const double *load, size_t days, size_t ago, size_t n)
{
	double sum = 0;

	for (size_t i = days - ago - n; i < days - ago; i++)
		sum += load_of(load[i]);
	return sum / (double)n;
}

static double
divide(double a, double b)
{
	return b > 0 ? a / b : VALUE_MISSING;
}

double
variation_acwr(const double *load, size_t n)
{
	if (n < CHRONIC_DAYS)
		return VALUE_MISSING;
	return divide(
	    mean_of(load, n, 0, ACUTE_DAYS), mean_of(load, n, 0, CHRONIC_DAYS));
}

double
variation_acwr_uncoupled(const double *load, size_t n)
{
	if (n < CHRONIC_DAYS)
		return VALUE_MISSING;
	return divide(mean_of(load, n, 0, ACUTE_DAYS),
	    mean_of(load, n, ACUTE_DAYS, CHRONIC_DAYS - ACUTE_DAYS));
}

/* Exponentially weighted mean with lambda 2 / (span + 1). */
static double
weighted_mean(const double *load, size_t n, double span)
{
	double mean = load_of(load[0]);

	for (size_t i = 1; i < n; i++)
		mean += (load_of(load[i]) - mean) * 2 / (span + 1);
	return mean;
}

double
variation_acwr_ewma(const double *load, size_t n)
{
	if (n < CHRONIC_DAYS)
		return VALUE_MISSING;
	return divide(weighted_mean(load, n, ACUTE_DAYS),
	    weighted_mean(load, n, CHRONIC_DAYS));
}

double
variation_monotony(const double *load, size_t n)
{
	double mean, deviation, squares = 0;

	if (n < ACUTE_DAYS)
		return VALUE_MISSING;
	mean = mean_of(load, n, 0, ACUTE_DAYS);
	for (size_t i = n - ACUTE_DAYS; i < n; i++) {
		double off = load_of(load[i]) - mean;

		squares += off * off;
	}
	deviation = sqrt(squares / (ACUTE_DAYS - 1));
	if (deviation <= mean * EVEN_SHARE)
		return VALUE_MISSING;
	return mean / deviation;
}

double
variation_strain(const double *load, size_t n)
{
	if (n < ACUTE_DAYS)
		return VALUE_MISSING;
	return mean_of(load, n, 0, ACUTE_DAYS) * ACUTE_DAYS *
	       variation_monotony(load, n);
}
