/* Training impulse against the published curves and the reference values. */

#include "sport/trimp.h"

#include <stdlib.h>

#include "tap.h"

#define MAX_S 7200

static double hr[MAX_S];
static size_t n;

static void
add(double bpm, size_t seconds)
{
	while (seconds-- > 0 && n < MAX_S)
		hr[n++] = bpm;
}

static void
test_banister(void)
{
	static const struct {
		double minutes, hr, rest, max, men, women;
	} row[] = {
		{ 60, 150, 60, 190, 100.44, 113.52 },
		{ 30, 130, 40, 200, 31.80, 37.13 },
		{ 40, 170, 60, 200, 90.92, 100.39 },
		{ 60, 120, 60, 190, 42.99, 51.48 },
		{ 90, 145, 55, 185, 150.66, 170.28 },
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		double rest = row[i].rest, max = row[i].max;

		is_near(trimp_banister_constant(
			    row[i].minutes, row[i].hr, rest, max, SEX_MALE),
		    row[i].men, 0.005, "row %zu, men", i);
		is_near(trimp_banister_constant(
			    row[i].minutes, row[i].hr, rest, max, SEX_FEMALE),
		    row[i].women, 0.005, "row %zu, women", i);
		n = 0;
		add(row[i].hr, (size_t)row[i].minutes * 60);
		is_near(trimp_banister(hr, n, rest, max, SEX_MALE), row[i].men,
		    0.005, "row %zu, men, by the second", i);
		is_near(trimp_banister(hr, n, rest, max, SEX_FEMALE),
		    row[i].women, 0.005, "row %zu, women, by the second", i);
		is_near(trimp_banister(hr, n, rest, max, SEX_UNKNOWN),
		    row[i].men, 0.005, "row %zu, sex not known", i);
	}
	n = 0;
}

static void
test_reserve(void)
{
	is_near(trimp_hr_reserve(150, 60, 190), 0.692308, 5e-7, "reserve");
	is_near(trimp_hr_reserve(50, 60, 190), 0, 0, "held to 0");
	is_near(trimp_hr_reserve(210, 60, 190), 1, 0, "held to 1");
	ok(isnan(trimp_hr_reserve(0, 60, 190)), "0 bpm is a dropout");
	ok(isnan(trimp_hr_reserve(NAN, 60, 190)), "missing heart rate");
	ok(isnan(trimp_hr_reserve(150, NAN, 190)), "missing rest");
	ok(isnan(trimp_hr_reserve(150, 0, 190)), "rest 0");
	ok(isnan(trimp_hr_reserve(150, 60, NAN)), "missing maximum");
	ok(isnan(trimp_hr_reserve(150, 60, 60)), "no reserve");
	ok(isnan(trimp_hr_reserve(150, 190, 60)), "rest above maximum");
}

static void
test_variation(void)
{
	double even, uneven;

	add(150, 3600);
	even = trimp_banister(hr, n, 60, 190, SEX_MALE);
	n = 0;
	add(120, 1800);
	add(180, 1800);
	uneven = trimp_banister(hr, n, 60, 190, SEX_MALE);
	ok(uneven > even, "intervals weigh more than their average");
	n = 0;
	add(150, 1800);
	add(NAN, 600);
	add(0, 600);
	add(150, 1800);
	is_near(trimp_banister(hr, n, 60, 190, SEX_MALE), even, 1e-9,
	    "dropouts do not count");
	n = 0;
}

static void
test_edwards(void)
{
	add(105, 600); /* of 190: 55, 65, 75, 85, 95 % */
	add(125, 1200);
	add(145, 900);
	add(165, 600);
	add(180, 300);
	is_near(trimp_edwards(hr, n, 190), 160, 1e-9, "10 20 15 10 5 min");
	add(90, 600);
	is_near(trimp_edwards(hr, n, 190), 160, 1e-9, "under 50 %% is 0");
	n = 0;
	add(210, 60);
	is_near(trimp_edwards(hr, n, 190), 5, 1e-9, "over 100 %% is 5");
	n = 0;
	add(100, 60);
	is_near(trimp_edwards(hr, n, 200), 1, 1e-9, "50 %% itself is 1");
	n = 0;
	add(180, 60);
	is_near(trimp_edwards(hr, n, 200), 5, 1e-9, "90 %% itself is 5");
	ok(isnan(trimp_edwards(hr, n, 0)), "no maximum");
	ok(isnan(trimp_edwards(hr, n, NAN)), "missing maximum");
	n = 0;
}

static void
test_lucia(void)
{
	add(120, 1800);
	add(150, 1200);
	add(175, 600);
	is_near(trimp_lucia(hr, n, 140, 165), 100, 1e-9, "30 20 10 min");
	n = 0;
	add(140, 60);
	is_near(trimp_lucia(hr, n, 140, 165), 2, 1e-9, "VT1 itself is 2");
	n = 0;
	add(165, 60);
	is_near(trimp_lucia(hr, n, 140, 165), 3, 1e-9, "VT2 itself is 3");
	ok(isnan(trimp_lucia(hr, n, 165, 140)), "thresholds the wrong way");
	ok(isnan(trimp_lucia(hr, n, NAN, 140)), "missing VT1");
	ok(isnan(trimp_lucia(hr, n, 140, NAN)), "missing VT2");
	ok(isnan(trimp_lucia(hr, n, 0, 140)), "VT1 of 0");
	n = 0;
}

static void
test_edges(void)
{
	ok(isnan(trimp_banister(NULL, 0, 60, 190, SEX_MALE)), "no samples");
	ok(isnan(trimp_edwards(NULL, 0, 190)), "no samples, Edwards");
	ok(isnan(trimp_lucia(NULL, 0, 140, 165)), "no samples, Lucia");
	add(NAN, 60);
	add(0, 60);
	ok(isnan(trimp_banister(hr, n, 60, 190, SEX_MALE)), "all missing");
	ok(isnan(trimp_edwards(hr, n, 190)), "all missing, Edwards");
	ok(isnan(trimp_lucia(hr, n, 140, 165)), "all missing, Lucia");
	n = 0;
	add(150, 1);
	is_near(trimp_banister(hr, n, 60, 190, SEX_MALE), 100.44 / 3600, 1e-5,
	    "one sample");
	ok(isnan(trimp_banister(hr, n, 60, 0, SEX_MALE)), "no maximum");
	ok(isnan(trimp_banister_constant(NAN, 150, 60, 190, SEX_MALE)),
	    "no minutes");
	ok(isnan(trimp_banister_constant(-1, 150, 60, 190, SEX_MALE)),
	    "negative minutes");
	is_near(trimp_banister_constant(0, 150, 60, 190, SEX_MALE), 0, 0,
	    "0 minutes");
	n = 0;
}

static void
test_huge(void)
{
	size_t huge = 1000000;
	double *v = malloc(huge * sizeof(*v));

	for (size_t i = 0; i < huge; i++)
		v[i] = 150;
	is_near(trimp_banister(v, huge, 60, 190, SEX_MALE) /
		    trimp_banister_constant(
			(double)huge / 60, 150, 60, 190, SEX_MALE),
	    1, 1e-9, "a million samples");
	free(v);
}

int
main(void)
{
	test_banister();
	test_reserve();
	test_variation();
	test_edwards();
	test_lucia();
	test_edges();
	test_huge();
	return tap_done();
}
