/* Heart-rate variability. */

#include "sport/hrv.h"

#include <math.h>
#include <stdbool.h>

/* Of the intervals around i, itself among them; at the ends of fewer. */
static double
median_around(const uint16_t *ms, size_t n, size_t i)
{
	size_t half = HRV_MEDIAN_OF / 2, k = 0;
	size_t from = i > half ? i - half : 0;
	size_t to = i + half < n ? i + half + 1 : n;
	uint16_t sorted[HRV_MEDIAN_OF] = { 0 };

	for (size_t at = from; at < to; at++) {
		size_t place = k++;

		for (; place > 0 && sorted[place - 1] > ms[at]; place--)
			sorted[place] = sorted[place - 1];
		sorted[place] = ms[at];
	}
	return k % 2 == 1 ? sorted[k / 2]
			  : (sorted[k / 2 - 1] + sorted[k / 2]) / 2.0;
}

static bool
is_artefact(const uint16_t *ms, size_t n, size_t i)
{
	double median = median_around(ms, n, i);

	return fabs(ms[i] - median) > HRV_ARTEFACT_SHARE * median;
}

void
hrv_compute(const uint16_t *ms, size_t n, struct hrv *out)
{
	double mean = 0, squares = 0, steps = 0, before = NAN;
	size_t kept = 0, pairs = 0;

	*out = (struct hrv){ .beats = n, .rmssd_ms = NAN, .sdnn_ms = NAN };
	for (size_t i = 0; i < n; i++) {
		double delta;

		if (is_artefact(ms, n, i)) {
			out->removed++;
			before = NAN;
			continue;
		}
		/* Welford's way, which loses no digits. */
		delta = ms[i] - mean;
		mean += delta / (double)++kept;
		squares += delta * (ms[i] - mean);
		if (!isnan(before)) {
			steps += (ms[i] - before) * (ms[i] - before);
			pairs++;
		}
		before = ms[i];
	}
	if (kept < HRV_LEAST || pairs == 0)
		return;
	out->rmssd_ms = sqrt(steps / (double)pairs);
	out->sdnn_ms = sqrt(squares / (double)(kept - 1));
}
