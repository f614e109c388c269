/* Impulse-response model: influence curve and performance. */

#include "sport/impulse.h"

#include <stdlib.h>

#include "tap.h"

static void
check_influence(struct impulse_model m, double useful, double greatest)
{
	double got_useful, got_greatest;

	impulse_influence(&m, &got_useful, &got_greatest);
	is_near(got_useful, useful, 0.005, "last useful day");
	is_near(got_greatest, greatest, 0.005, "day of greatest benefit");
}

static void
check_no_influence(struct impulse_model m, const char *what)
{
	double useful = 0, greatest = 0;

	impulse_influence(&m, &useful, &greatest);
	ok(isnan(useful) && isnan(greatest), "%s", what);
}

static void
test_influence(void)
{
	struct impulse_model m = IMPULSE_MORTON;
	double load[64] = { 0 }, useful, greatest;
	int best = 0;

	check_influence(m, 15.60, 40.31);
	check_influence((struct impulse_model){ 0, 42, 7, 1, 2 }, 5.82, 20.87);
	check_no_influence(
	    (struct impulse_model){ 0, 15, 45, 1, 2 }, "tau1 below tau2");
	check_no_influence(
	    (struct impulse_model){ 0, 45, 45, 1, 2 }, "tau1 equals tau2");
	check_no_influence(
	    (struct impulse_model){ 0, 45, 15, 2, 2 }, "k1 equals k2");
	check_no_influence(
	    (struct impulse_model){ 0, 45, 15, 0, 2 }, "k1 of 0");
	check_no_influence(
	    (struct impulse_model){ 0, 45, 0, 1, 2 }, "tau2 of 0");
	check_no_influence(
	    (struct impulse_model){ 0, NAN, 15, 1, 2 }, "tau1 missing");

	/* What the model itself says of one load d days before. */
	impulse_influence(&m, &useful, &greatest);
	load[0] = 100;
	for (int d = 0; d < 64; d++) {
		double p = impulse_performance(&m, load, (size_t)d + 1);

		ok((p > 0) == (d > useful), "a load %d days before", d);
		if (p > impulse_performance(&m, load, (size_t)best + 1))
			best = d;
	}
	is_int(best, lround(greatest), "helps most where it should");
}

static void
test_performance(void)
{
	struct impulse_model m = IMPULSE_MORTON;
	double load[100], want = 0;

	m.base = 500;
	is_near(impulse_performance(&m, NULL, 0), 500, 0, "no training");
	load[0] = 100;
	is_near(impulse_performance(&m, load, 1), 500 + 100 - 200, 1e-9,
	    "the day's own load counts in full");
	for (int i = 0; i < 100; i++) {
		double days = 99 - i;

		load[i] = i % 3 == 0 ? NAN : 50 + i;
		if (i % 3 != 0)
			want +=
			    load[i] * (exp(-days / 45) - 2 * exp(-days / 15));
	}
	is_near(impulse_performance(&m, load, 100), 500 + want, 1e-8,
	    "the published sum");
	for (int i = 0; i < 100; i++)
		load[i] = NAN;
	is_near(impulse_performance(&m, load, 100), 500, 0, "all missing");
	m.fitness_days = 0;
	ok(isnan(impulse_performance(&m, load, 1)), "tau of 0");
	m = IMPULSE_MORTON;
	m.fatigue_days = NAN;
	ok(isnan(impulse_performance(&m, load, 1)), "tau missing");
}

static void
test_huge(void)
{
	struct impulse_model m = IMPULSE_MORTON;
	size_t huge = 1000000;
	double *v = malloc(huge * sizeof(*v));

	for (size_t i = 0; i < huge; i++)
		v[i] = 100;
	is_near(impulse_performance(&m, v, huge),
	    100 / (1 - exp(-1 / 45.0)) - 200 / (1 - exp(-1 / 15.0)), 1e-6,
	    "a million days settle");
	free(v);
}

int
main(void)
{
	test_influence();
	test_performance();
	test_huge();
	return tap_done();
}
