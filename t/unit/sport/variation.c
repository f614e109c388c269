/* Acute against chronic load, monotony and strain. */

#include "sport/variation.h"

#include <stdlib.h>

#include "tap.h"

static void
test_acwr(void)
{
	double load[28], two[29];

	for (int i = 0; i < 28; i++)
		load[i] = i < 21 ? 50 : 80;
	is_near(variation_acwr(load, 28), 1.391304, 5e-7, "coupled");
	is_near(variation_acwr_uncoupled(load, 28), 1.6, 1e-12, "uncoupled");
	is_near(variation_acwr_ewma(load, 28), 1.229542, 5e-7, "weighted");
	is_near(variation_acwr_ewma(load, 28), 75.99549 / 61.80795, 2e-7,
	    "weighted, of its two means");
	two[0] = 1e6;
	memcpy(two + 1, load, sizeof(load));
	is_near(variation_acwr(two, 29), 1.391304, 5e-7, "last 28 days only");
	is_near(variation_acwr_uncoupled(two, 29), 1.6, 1e-12, "and 21");
	ok(isnan(variation_acwr(load, 27)), "27 days are too few");
	ok(isnan(variation_acwr_uncoupled(load, 27)), "uncoupled too");
	ok(isnan(variation_acwr_ewma(load, 27)), "weighted too");
	ok(isnan(variation_acwr(NULL, 0)) &&
		isnan(variation_acwr_ewma(NULL, 0)),
	    "no days");
	for (int i = 0; i < 28; i++)
		load[i] = i < 21 ? 0 : 80;
	ok(isnan(variation_acwr_uncoupled(load, 28)), "nothing before");
	is_near(variation_acwr(load, 28), 4, 1e-12, "coupled it is 4 at most");
	for (int i = 0; i < 28; i++)
		load[i] = i % 2 ? NAN : 0;
	ok(isnan(variation_acwr(load, 28)) &&
		isnan(variation_acwr_ewma(load, 28)),
	    "no load at all");
	for (int i = 0; i < 28; i++)
		load[i] = i < 21 ? 50 : i < 24 ? NAN : 50;
	is_near(variation_acwr_uncoupled(load, 28), 4.0 / 7, 1e-12,
	    "a day without known load is a 0");
}

static void
test_monotony(void)
{
	static const double week[] = { 9, 300, 400, 350, 0, 500, 600, 0 };
	double same[7], sum = 0, mean, sd;

	for (int i = 1; i < 8; i++)
		sum += week[i];
	mean = sum / 7;
	is_near(mean, 307.143, 0.0005, "mean of Foster's week");
	sd = mean / variation_monotony(week, 8);
	is_near(sd, 231.712, 0.0005, "sample standard deviation");
	is_near(sd * sqrt(6.0 / 7), 214.524, 0.0005, "of the population");
	is_near(mean / (sd * sqrt(6.0 / 7)), 1.43174, 5e-6, "its monotony");
	is_near(
	    sum * mean / (sd * sqrt(6.0 / 7)), 3078.248, 0.0005, "its strain");
	is_near(variation_monotony(week, 8), 1.32554, 5e-6, "monotony");
	is_near(variation_strain(week, 8), 2849.904, 0.0005, "strain");
	is_near(variation_monotony(week + 1, 7), 1.32554, 5e-6, "of 7 days");
	ok(isnan(variation_monotony(week, 6)), "6 days are too few");
	ok(isnan(variation_strain(week, 6)), "for strain too");
	ok(isnan(variation_monotony(NULL, 0)), "no days");
	for (int i = 0; i < 7; i++)
		same[i] = 0.1;
	ok(isnan(variation_monotony(same, 7)), "equal days have no bound");
	ok(isnan(variation_strain(same, 7)), "nor strain");
	for (int i = 0; i < 7; i++)
		same[i] = i % 2 ? NAN : 0;
	ok(isnan(variation_monotony(same, 7)), "rest only");
}

static void
test_huge(void)
{
	size_t huge = 1000000;
	double *v = malloc(huge * sizeof(*v));

	for (size_t i = 0; i < huge; i++)
		v[i] = 50;
	is_near(variation_acwr_ewma(v, huge), 1, 1e-12, "a million days");
	is_near(variation_acwr(v, huge), 1, 1e-12, "are no burden");
	free(v);
}

int
main(void)
{
	test_acwr();
	test_monotony();
	test_huge();
	return tap_done();
}
