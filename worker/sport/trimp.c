/* Training impulse: minutes weighed by how hard the heart worked in them. */

#include "sport/trimp.h"

#define MINUTES_PER_SAMPLE (1.0 / 60)

/* Weight factor * e^(exponent * x) of a minute at share x of the reserve. */
struct curve {
	double factor;
	double exponent;
};

static const struct curve men = { 0.64, 1.92 };
static const struct curve women = { 0.86, 1.67 };

static const struct curve *
curve_of(enum sex sex)
{
	return sex == SEX_FEMALE ? &women : &men;
}

static double
weigh(const struct curve *c, double x)
{
	return x * c->factor * exp(c->exponent * x);
}

double
trimp_hr_reserve(double hr_bpm, double rest_bpm, double max_bpm)
{
	if (!(hr_bpm > 0) || !(rest_bpm > 0) || !(max_bpm > rest_bpm))
		return VALUE_MISSING;
	return fmin(fmax((hr_bpm - rest_bpm) / (max_bpm - rest_bpm), 0), 1);
}

double
trimp_banister(const double *hr_bpm, size_t n, double rest_bpm, double max_bpm,
    enum sex sex)
{
	const struct curve *curve = curve_of(sex);
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		double x = trimp_hr_reserve(hr_bpm[i], rest_bpm, max_bpm);

		if (!value_has(x))
			continue;
		sum += weigh(curve, x);
		count++;
	}
	return count != 0 ? sum * MINUTES_PER_SAMPLE : VALUE_MISSING;
}

double
trimp_banister_constant(double minutes, double hr_bpm, double rest_bpm,
    double max_bpm, enum sex sex)
{
	if (!(minutes >= 0))
		return VALUE_MISSING;
	return minutes * weigh(curve_of(sex),
			     trimp_hr_reserve(hr_bpm, rest_bpm, max_bpm));
}

/* Lower end of each weight, ascending: weight i + 1 from from_bpm[i] up. */
static double
sum_weighted(
    const double *hr_bpm, size_t n, const double *from_bpm, size_t n_from)
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		size_t weight = 0;

		if (!(hr_bpm[i] > 0))
			continue;
		while (weight < n_from && hr_bpm[i] >= from_bpm[weight])
			weight++;
		sum += (double)weight;
		count++;
	}
	return count != 0 ? sum * MINUTES_PER_SAMPLE : VALUE_MISSING;
}

double
trimp_edwards(const double *hr_bpm, size_t n, double max_bpm)
{
	double from_bpm[5];

	if (!(max_bpm > 0))
		return VALUE_MISSING;
	for (size_t i = 0; i < ARRAY_LEN(from_bpm); i++)
		from_bpm[i] = max_bpm * (double)(i + 5) / 10;
	return sum_weighted(hr_bpm, n, from_bpm, ARRAY_LEN(from_bpm));
}

double
trimp_lucia(const double *hr_bpm, size_t n, double vt1_bpm, double vt2_bpm)
{
	const double from_bpm[3] = { 0, vt1_bpm, vt2_bpm };

	if (!(vt1_bpm > 0) || !(vt2_bpm > vt1_bpm))
		return VALUE_MISSING;
	return sum_weighted(hr_bpm, n, from_bpm, ARRAY_LEN(from_bpm));
}
