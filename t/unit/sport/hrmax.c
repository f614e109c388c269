/* Maximum heart rate: every formula at every tabled age, and observation. */

#include "sport/hrmax.h"

#include <stdlib.h>

#include "tap.h"

static void
test_table(void)
{
	static const enum hrmax_formula order[] = { HRMAX_FOX, HRMAX_TANAKA,
		HRMAX_NES, HRMAX_GULATI, HRMAX_GELLISH, HRMAX_GELLISH_NONLINEAR,
		HRMAX_INBAR };
	static const double row[][8] = {
		{ 20, 200, 194.0, 198.20, 188.40, 193.0, 189.2, 192.10 },
		{ 30, 190, 187.0, 191.80, 179.60, 186.0, 185.7, 185.25 },
		{ 40, 180, 180.0, 185.40, 170.80, 179.0, 180.8, 178.40 },
		{ 50, 170, 173.0, 179.00, 162.00, 172.0, 174.5, 171.55 },
		{ 60, 160, 166.0, 172.60, 153.20, 165.0, 166.8, 164.70 },
		{ 70, 150, 159.0, 166.20, 144.40, 158.0, 157.7, 157.85 },
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		for (size_t f = 0; f < ARRAY_LEN(order); f++)
			is_near(hrmax_by(order[f], row[i][0]), row[i][f + 1],
			    1e-9, "%s at %.0f", hrmax_formula_name(order[f]),
			    row[i][0]);
	for (int f = 0; f < HRMAX_FORMULA_COUNT; f++) {
		enum hrmax_formula formula = (enum hrmax_formula)f;

		ok(hrmax_formula_name(formula) != NULL &&
			hrmax_formula_source(formula) != NULL,
		    "formula %d has a name and a source", f);
		ok(isnan(hrmax_by(formula, NAN)), "no age");
		ok(isnan(hrmax_by(formula, -1)), "age not known");
		ok(isnan(hrmax_by(formula, 4.9)), "too young");
		ok(isnan(hrmax_by(formula, 110.1)), "too old");
	}
}

static void
test_estimate(void)
{
	struct hrmax_estimate e;

	ok(hrmax_estimate(&e, 40, SEX_MALE), "men");
	is_int(e.formula, HRMAX_TANAKA, "by Tanaka");
	is_near(e.bpm, 180, 1e-9, "180 at 40");
	ok(e.low_bpm >= 169 && e.low_bpm <= 173, "low end 7 to 11 down");
	is_near(e.high_bpm - e.bpm, e.bpm - e.low_bpm, 1e-9, "symmetric");
	ok(hrmax_estimate(&e, 40, SEX_FEMALE), "women");
	is_int(e.formula, HRMAX_GULATI, "by Gulati");
	is_near(e.bpm, 170.8, 1e-9, "170.8 at 40");
	ok(hrmax_estimate(&e, 40, SEX_UNKNOWN), "sex not known");
	is_int(e.formula, HRMAX_TANAKA, "by Tanaka too");
	ok(!hrmax_estimate(&e, NAN, SEX_MALE), "no age, no estimate");
	ok(!hrmax_estimate(&e, -1, SEX_MALE), "age -1 is not known");
}

static void
test_observed(void)
{
	static double hr[10000];
	const size_t n = ARRAY_LEN(hr);

	ok(isnan(hrmax_observed(NULL, 0)), "no samples");
	for (size_t i = 0; i < n; i++)
		hr[i] = NAN;
	ok(isnan(hrmax_observed(hr, n)), "all missing");
	for (size_t i = 0; i < n; i++)
		hr[i] = i % 2 ? 0 : 250;
	ok(isnan(hrmax_observed(hr, n)), "none plausible");
	for (size_t i = 0; i < n; i++)
		hr[i] = 150.4;
	ok(isnan(hrmax_observed(hr, 599)), "599 samples are too few");
	is_near(hrmax_observed(hr, 600), 150, 0, "600 suffice");
	hr[10] = 230;
	is_near(hrmax_observed(hr, 600), 150, 0, "a spike is left out");
	for (size_t i = 0; i < 10; i++)
		hr[i * 100] = 230;
	hr[10] = 150;
	is_near(hrmax_observed(hr, n), 150, 0, "10 in 10000 as well");
	for (size_t i = 5000; i < 5030; i++)
		hr[i] = 188;
	is_near(hrmax_observed(hr, n), 188, 0, "30 s at 188 count");
	for (size_t i = 0; i < n; i++)
		hr[i] = 30;
	is_near(hrmax_observed(hr, n), 30, 0, "lowest plausible");
	for (size_t i = 0; i < n; i++)
		hr[i] = 240;
	is_near(hrmax_observed(hr, n), 240, 0, "highest plausible");
}

static void
test_huge(void)
{
	size_t huge = 1000000;
	double *v = malloc(huge * sizeof(*v));

	for (size_t i = 0; i < huge; i++)
		v[i] = 100 + (double)(i % 100);
	is_near(hrmax_observed(v, huge), 199, 0, "a million samples");
	free(v);
}

int
main(void)
{
	test_table();
	test_estimate();
	test_observed();
	test_huge();
	return tap_done();
}
