/* Heart rate at lactate threshold. */

#include "sport/lthr.h"

#include "model/value.h"

#define TRIAL_S	       1800
#define TRIAL_RATED_S  1200
#define MISSING_MAX    0.05
#define FACTOR_20MIN   0.95
#define HRMAX_PART_LOW 0.88
#define HRMAX_PART_TOP 0.91

/* Sum of the present heart rates, and how many they are. */
static double
sum_present(const double *hr_bpm, size_t n, size_t *count_r)
{
	double sum = 0;

	*count_r = 0;
	for (size_t i = 0; i < n; i++)
		if (hr_bpm[i] > 0) {
			sum += hr_bpm[i];
			(*count_r)++;
		}
	return sum;
}

double
lthr_time_trial(const double *hr_bpm, size_t n)
{
	size_t present, rated;
	double sum;

	if (n < TRIAL_S)
		return VALUE_MISSING;
	sum_present(hr_bpm, n, &present);
	sum = sum_present(hr_bpm + n - TRIAL_RATED_S, TRIAL_RATED_S, &rated);
	if ((double)(n - present) > MISSING_MAX * (double)n || rated == 0)
		return VALUE_MISSING;
	return sum / (double)rated;
}

double
lthr_from_20min(double hr_bpm)
{
	return hr_bpm > 0 ? hr_bpm * FACTOR_20MIN : VALUE_MISSING;
}

void
lthr_from_hrmax(double hrmax_bpm, double *low_r, double *high_r)
{
	bool known = hrmax_bpm > 0;

	*low_r = known ? hrmax_bpm * HRMAX_PART_LOW : VALUE_MISSING;
	*high_r = known ? hrmax_bpm * HRMAX_PART_TOP : VALUE_MISSING;
}
