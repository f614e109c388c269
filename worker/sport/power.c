/* Power of one activity: averages that weigh effort, work, and how output and
 * heart rate keep together. */

#include "sport/power.h"

#include "model/value.h"

#define XPOWER_TAU_S 25.0
#define J_PER_KJ     1000.0

size_t
power_valid_s(const double *w, size_t n)
{
	size_t valid = 0;

	for (size_t i = 0; i < n; i++)
		valid += value_has(w[i]);
	return valid;
}

static double
sum_present(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		if (value_has(v[i]))
			sum += v[i];
	return sum;
}

double
power_average(const double *w, size_t n)
{
	size_t valid = power_valid_s(w, n);

	return valid != 0 ? sum_present(w, n) / (double)valid : VALUE_MISSING;
}

static double
fourth_power(double v)
{
	return v * v * v * v;
}

/* Fourth root of the mean of `count` fourth powers. */
static double
mean_fourth_root(double sum, size_t count)
{
	return count != 0 ? sqrt(sqrt(sum / (double)count)) : VALUE_MISSING;
}

double
power_normalized(const double *w, size_t n)
{
	double window = 0, sum = 0;
	size_t run = 0, count = 0; /* run: present seconds up to here */

	for (size_t i = 0; i < n; i++) {
		if (!value_has(w[i])) {
			run = 0;
			window = 0;
			continue;
		}
		window += w[i];
		if (run >= POWER_NP_WINDOW_S)
			window -= w[i - POWER_NP_WINDOW_S];
		run++;
		if (run >= POWER_NP_WINDOW_S) {
			sum += fourth_power(window / POWER_NP_WINDOW_S);
			count++;
		}
	}
	return mean_fourth_root(sum, count);
}

double
power_xpower(const double *w, size_t n)
{
	const double keep = exp(-1 / XPOWER_TAU_S);
	double mean = 0, sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (!value_has(w[i])) {
			mean *= keep;
			continue;
		}
		mean = count == 0 ? w[i] : w[i] + (mean - w[i]) * keep;
		sum += fourth_power(mean);
		count++;
	}
	return mean_fourth_root(sum, count);
}

/* a / b for a measured a and a divisor above 0, else NaN. */
static double
divide(double a, double b)
{
	return b > 0 ? a / b : VALUE_MISSING;
}

double
power_intensity_factor(double normalized_w, double ftp_w)
{
	return divide(normalized_w, ftp_w);
}

double
power_variability_index(double normalized_w, double average_w)
{
	return divide(normalized_w, average_w);
}

double
power_work_kj(const double *w, size_t n)
{
	if (power_valid_s(w, n) == 0)
		return VALUE_MISSING;
	return sum_present(w, n) / J_PER_KJ;
}

double
power_efficiency_factor(double output, double average_hr_bpm)
{
	return divide(output, average_hr_bpm);
}

/* Mean heart rate of the seconds that have an output too, so that pauses, in
 * which the heart slows down, do not make an athlete look better. */
static double
mean_hr_at_work(const double *output, const double *hr_bpm, size_t n)
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (value_has(output[i]) && hr_bpm[i] > 0) {
			sum += hr_bpm[i];
			count++;
		}
	return count != 0 ? sum / (double)count : VALUE_MISSING;
}

static double
efficiency(const double *output, const double *hr_bpm, size_t n)
{
	return power_efficiency_factor(
	    power_normalized(output, n), mean_hr_at_work(output, hr_bpm, n));
}

double
power_decoupling(
    const double *output, const double *hr_bpm, size_t n, size_t warm_up_s)
{
	double first, second;
	size_t half;

	if (warm_up_s >= n)
		return VALUE_MISSING;
	output += warm_up_s;
	hr_bpm += warm_up_s;
	n -= warm_up_s;
	half = n / 2;
	first = efficiency(output, hr_bpm, half);
	second = efficiency(output + half, hr_bpm + half, n - half);
	return divide(first - second, first) * 100;
}
