/* Slopes: Minetti's polynomials and measurements, grades, and graded pace. */

#include "sport/grade.h"

#include <stdlib.h>

#include "tap.h"

#define MAX_S 4000

static struct arena *a;
static double speed[MAX_S], distance[MAX_S], altitude[MAX_S];

/* n seconds at a speed up a slope. */
static void
climb(size_t n, double mps, double grade)
{
	for (size_t i = 0; i < n; i++) {
		speed[i] = mps;
		distance[i] = mps * (double)i;
		altitude[i] = 500 + distance[i] * grade;
	}
}

static void
test_polynomials(void)
{
	static const double run[][2] = { { -0.45, 4.0323 }, { -0.30, 2.4622 },
		{ -0.20, 1.8000 }, { -0.10, 2.1517 }, { -0.05, 2.7459 },
		{ 0, 3.6000 }, { 0.05, 4.6852 }, { 0.10, 5.9682 },
		{ 0.15, 7.4170 }, { 0.20, 9.0067 }, { 0.30, 12.5793 },
		{ 0.45, 19.4260 }, { -0.1814, 1.7813 } };
	static const double walk[][2] = { { -0.10, 1.1271 }, { 0, 2.5 },
		{ 0.10, 4.8991 }, { 0.45, 17.6003 }, { -0.1525, 0.9355 } };
	static const double factor[][2] = { { -0.20, 0.5000 },
		{ -0.10, 0.5977 }, { -0.05, 0.7628 }, { 0, 1 },
		{ 0.05, 1.3014 }, { 0.10, 1.6578 }, { 0.15, 2.0603 },
		{ 0.20, 2.5019 } };

	for (size_t i = 0; i < ARRAY_LEN(run); i++)
		is_near(grade_cost_run(run[i][0]), run[i][1], 0.00005,
		    "running at %g", run[i][0]);
	for (size_t i = 0; i < ARRAY_LEN(walk); i++)
		is_near(grade_cost_walk(walk[i][0]), walk[i][1], 0.00005,
		    "walking at %g", walk[i][0]);
	for (size_t i = 0; i < ARRAY_LEN(factor); i++)
		is_near(grade_factor(factor[i][0]), factor[i][1], 0.00005,
		    "factor at %g", factor[i][0]);
	ok(grade_cost_run(0.9) == grade_cost_run(0.45), "held to +0.45");
	ok(grade_cost_run(-0.9) == grade_cost_run(-0.45), "held to -0.45");
	ok(grade_cost_walk(7) == grade_cost_walk(0.45), "walking too");
	ok(isnan(grade_cost_run(NAN)) && isnan(grade_cost_walk(NAN)),
	    "missing grade");
}

static void
check_minimum(double (*cost)(double), double where, double value)
{
	double best = 0;

	for (double i = -0.45; i <= 0.45; i += 0.0001)
		if (cost(i) < cost(best))
			best = i;
	is_near(best, where, 0.0001, "minimum where it should be");
	is_near(cost(best), value, 0.000005, "and as low");
}

static void
test_measured(void)
{
	/* Mean and standard deviation (Minetti 2002, abstract). */
	static const double row[][3] = { { 0, 3.40, 0.24 },
		{ 0.45, 18.93, 1.74 }, { -0.20, 1.73, 0.36 },
		{ -0.45, 3.92, 0.81 } };

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		is_near(grade_cost_run(row[i][0]), row[i][1], row[i][2],
		    "as measured at %g", row[i][0]);
	check_minimum(grade_cost_run, -0.1814, 1.78127);
	check_minimum(grade_cost_walk, -0.1525, 0.93549);
}

static void
test_adjusted_pace(void)
{
	static const double row[][2] = { { 0.05, 230.5 }, { 0.10, 181.0 },
		{ -0.05, 393.3 }, { -0.10, 501.9 }, { 0, 300 } };

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		is_near(1000 / grade_adjusted_speed(1000.0 / 300, row[i][0]),
		    row[i][1], 0.05, "5:00 a kilometre at %g", row[i][0]);
	ok(isnan(grade_adjusted_speed(NAN, 0)), "missing speed");
	ok(isnan(grade_adjusted_speed(3, NAN)), "missing grade");
}

static void
check_grades(size_t n, double want, double tolerance, const char *what)
{
	double *g = grade_series(a, distance, altitude, n), worst = 0;

	for (size_t i = 4; i + 4 < n; i++)
		worst = fmax(worst, fabs(g[i] - want));
	ok(worst <= tolerance, "%s: off by %.3g at most", what, worst);
}

static void
test_series(void)
{
	double *g;

	climb(3000, 3, 0.05);
	check_grades(3000, 0.05, 1e-9, "5 %");
	climb(3000, 12, -0.08);
	check_grades(3000, -0.08, 1e-9, "-8 %");
	climb(3000, 3, 0.9);
	check_grades(3000, 0.45, 1e-9, "held to 45 %");
	climb(3000, 3, 0);
	for (size_t i = 0; i < 3000; i++)
		altitude[i] += i % 2 ? 0.5 : -0.5;
	check_grades(3000, 0, 0.02, "a metre of noise on the flat");
	climb(3000, 0.001, 0.1);
	g = grade_series(a, distance, altitude, 3000);
	ok(g[1500] == 0, "standing still is level");
	climb(3000, 3, 0.05);
	for (size_t i = 0; i < 3000; i++)
		distance[i] += 2e7;
	check_grades(3000, 0.05, 1e-6, "far out");
	distance[700] = altitude[800] = NAN;
	g = grade_series(a, distance, altitude, 3000);
	ok(isnan(g[700]) && isnan(g[800]), "missing inputs stay missing");
	is_near(g[701], 0.05, 1e-6, "and disturb no other");
	distance[1000] = 0;
	g = grade_series(a, distance, altitude, 3000);
	is_near(g[1010], 0.05, 0.01, "a step back does not break it");
}

static void
test_series_edges(void)
{
	double *g;

	grade_series(a, NULL, NULL, 0);
	ok(isnan(grade_ngp(a, NULL, NULL, NULL, 0)), "no samples");
	climb(1, 3, 0.05);
	g = grade_series(a, distance, altitude, 1);
	ok(g[0] == 0, "one sample is level");
	for (size_t i = 0; i < 100; i++)
		distance[i] = altitude[i] = NAN;
	g = grade_series(a, distance, altitude, 100);
	ok(isnan(g[0]) && isnan(g[99]), "all missing");
	/* Sums on one side of a stretch must not leak to the other. */
	climb(2000, 3, 0);
	for (size_t i = 1000; i < 2000; i++)
		altitude[i] =
		    altitude[999] + (distance[i] - distance[999]) / 10;
	g = grade_series(a, distance, altitude, 2000);
	is_near(g[980], 0, 1e-9, "level before the climb");
	is_near(g[1020], 0.1, 1e-9, "10 %% in it");
	for (size_t i = 0; i < 2000; i++) {
		distance[i] = 5000.0 * (double)i;
		altitude[i] = 100.0 * (double)i;
	}
	g = grade_series(a, distance, altitude, 2000);
	ok(g[5] == 0, "samples far apart say nothing");
}

static void
test_adjusted_series(void)
{
	double *v;

	climb(600, 3, 0.10);
	v = grade_adjusted_series(a, speed, distance, altitude, 600);
	is_near(v[300], 3 * 1.65783, 0.0005, "uphill counts more");
	v = grade_adjusted_series(a, speed, NULL, altitude, 600);
	is_near(v[300], 3 * 1.65783, 0.0005, "distance from speed");
	v = grade_adjusted_series(a, speed, distance, NULL, 600);
	is_near(v[300], 3, 0, "no altitude: level");
	altitude[300] = speed[301] = NAN;
	v = grade_adjusted_series(a, speed, distance, altitude, 600);
	is_near(v[300], 3, 0, "altitude missing here: level here");
	ok(isnan(v[301]), "speed missing: missing");
	v = grade_adjusted_series(a, speed, NULL, altitude, 600);
	is_near(v[400], 3 * 1.65783, 0.0005, "summed over missing speed");
}

static void
test_ngp(void)
{
	climb(3600, 1000.0 / 300, 0.05);
	is_near(1000 / grade_ngp(a, speed, distance, altitude, 3600), 230.5,
	    0.05, "an even climb");
	is_near(1000 / grade_ngp(a, speed, distance, NULL, 3600), 300, 1e-6,
	    "an even run");
	for (size_t i = 0; i < 3600; i++)
		speed[i] = i / 60 % 2 ? 2 : 4;
	ok(grade_ngp(a, speed, NULL, NULL, 3600) > 3.1, "uneven weighs more");
	ok(isnan(grade_ngp(a, speed, NULL, NULL, 29)), "under a window");
	for (size_t i = 0; i < 3600; i++)
		speed[i] = NAN;
	ok(isnan(grade_ngp(a, speed, distance, altitude, 3600)), "all missing");
}

static void
test_huge(void)
{
	size_t huge = 1000000;
	double *d = arena_many(a, huge, double);
	double *h = arena_many(a, huge, double);
	double *g, worst = 0;

	for (size_t i = 0; i < huge; i++) {
		d[i] = i < 500000 ? 3.3 * (double)i : 3.3 * 500000;
		h[i] = 2000 + 1000 * sin(d[i] / 20000);
	}
	g = grade_series(a, d, h, huge);
	for (size_t i = 0; i < 499000; i++)
		worst = fmax(worst, fabs(g[i] - 0.05 * cos(d[i] / 20000)));
	ok(worst < 1e-4, "a million samples, off by %.3g", worst);
}

int
main(void)
{
	a = arena_new();
	test_polynomials();
	test_measured();
	test_adjusted_pace();
	test_series();
	test_series_edges();
	test_adjusted_series();
	test_ngp();
	test_huge();
	arena_free(&a);
	return tap_done();
}
