/* Best efforts: against the oracles and against searching all windows. */

#include "sport/bests.h"

#include <stdlib.h>

#include "tap.h"

#define HOUR 3600

static struct arena *a;

/* The best mean of all windows of `min` to `max` present seconds. */
static double
search_all(const double *v, size_t n, size_t min, size_t max)
{
	double best = NAN;

	for (size_t from = 0; from < n; from++) {
		double sum = 0;

		for (size_t i = from; i < n && i - from < max; i++) {
			size_t length = i + 1 - from;

			if (isnan(v[i]))
				break;
			sum += v[i];
			if (length < min)
				continue;
			if (isnan(best) || sum / (double)length > best)
				best = sum / (double)length;
		}
	}
	return best;
}

static double *
hour_with_block(void)
{
	double *v = arena_many(a, HOUR, double);

	for (size_t i = 0; i < HOUR; i++)
		v[i] = i >= 1000 && i < 1300 ? 400 : 100;
	return v;
}

static void
test_mean(void)
{
	double *v = hour_with_block();
	size_t start = 7;

	is_near(bests_mean(a, v, HOUR, 300, &start), 400, 1e-9, "5 min block");
	is_int(start, 1000, "where it is");
	is_near(bests_mean(a, v, HOUR, 600, NULL), 250, 1e-9, "10 min");
	is_near(bests_mean(a, v, HOUR, HOUR, &start), 125, 1e-9, "the hour");
	is_int(start, 0, "from its start");
	is_near(bests_mean(a, v, HOUR, 1, &start), 400, 1e-9, "a second");
	is_int(start, 1000, "the first of them");
	ok(isnan(bests_mean(a, v, HOUR, HOUR + 1, NULL)), "longer than that");
	ok(isnan(bests_mean(a, v, HOUR, 0, NULL)), "no duration");
	ok(isnan(bests_mean(a, v, HOUR, -5, NULL)), "a negative one");
	ok(isnan(bests_mean(a, NULL, 0, 1, NULL)), "no samples");
	v[1150] = NAN;
	ok(bests_mean(a, v, HOUR, 300, NULL) < 400, "a gap splits the block");
	is_near(bests_mean(a, v, HOUR, 150, NULL), 400, 1e-9, "in two");
	for (size_t i = 0; i < HOUR; i++)
		v[i] = NAN;
	ok(isnan(bests_mean(a, v, HOUR, 1, NULL)), "all missing");
}

static void
test_curve(void)
{
	double *v = hour_with_block();
	size_t n;
	struct best *c =
	    bests_curve(a, v, HOUR, bests_durations, bests_durations_n, &n);

	is_int(n, 16, "durations up to the hour");
	for (size_t i = 0; i < n; i++) {
		is_int(c[i].duration_s, bests_durations[i], "duration");
		ok(c[i].window_s >= c[i].duration_s, "held that long");
		ok(i == 0 || c[i].value <= c[i - 1].value, "never rises");
		if (c[i].duration_s == 300)
			is_near(c[i].value, 400, 1e-9, "MMP(300) is 400");
		if (c[i].duration_s == 600)
			is_near(c[i].value, 250, 1e-9, "MMP(600) is 250");
	}
	for (size_t i = 1; i < bests_durations_n; i++)
		ok(bests_durations[i] > bests_durations[i - 1], "ascending");
	for (size_t i = 0; i < HOUR; i++)
		v[i] = i % 100 == 99 ? NAN : 200;
	c = bests_curve(a, v, HOUR, bests_durations, bests_durations_n, &n);
	is_int(n, 16, "with gaps as many");
	is_near(c[5].value, 200, 1e-9, "a minute without a gap");
	ok(isnan(c[6].value), "two minutes there are not");
	c = bests_curve(a, v, 1, bests_durations, bests_durations_n, &n);
	ok(n == 1 && c[0].value == 200, "one sample");
	bests_curve(a, NULL, 0, bests_durations, bests_durations_n, &n);
	is_int(n, 0, "no samples");
	bests_curve(a, v, HOUR, NULL, 0, &n);
	is_int(n, 0, "no durations");
}

/* A best of longer than d may beat each window of d itself. */
static void
test_longer_is_better(void)
{
	static const double v[] = { 9, 0, 9 };
	static const int32_t d[] = { 2, 3 };
	size_t n;
	struct best *c = bests_curve(a, v, 3, d, 2, &n);

	is_near(bests_mean(a, v, 3, 2, NULL), 4.5, 1e-12, "exactly 2 s");
	is_near(c[0].value, 6, 1e-12, "at least 2 s");
	is_int(c[0].window_s, 3, "which takes 3 s");
	is_near(c[1].value, 6, 1e-12, "so the curve does not rise");
}

static void
test_random(void)
{
	enum { N = 60 };
	int32_t d[N];
	double v[N];
	int wrong = 0, rising = 0, misplaced = 0;

	for (int32_t i = 0; i < N; i++)
		d[i] = i + 1;
	srand(1);
	for (int round = 0; round < 300; round++) {
		struct best *c;
		size_t n;

		for (size_t i = 0; i < N; i++)
			v[i] = rand() % 40 == 0 && round % 2
				   ? NAN
				   : rand() % (round % 3 ? 400 : 4) - 1 + 0.1;
		c = bests_curve(a, v, N, d, N, &n);
		for (size_t i = 0; i < n; i++) {
			size_t length = i + 1;
			double all = search_all(v, N, length, N);
			double exact = search_all(v, N, length, length);
			double got = bests_mean(a, v, N, d[i], NULL);

			wrong += isnan(all) != isnan(c[i].value) ||
				 fabs(all - c[i].value) > 1e-9;
			wrong += isnan(exact) != isnan(got) ||
				 fabs(exact - got) > 1e-9;
			rising += i > 0 && c[i].value > c[i - 1].value;
			if (isnan(all))
				continue;
			misplaced += fabs(search_all(v + c[i].start_s,
					      (size_t)c[i].window_s,
					      (size_t)c[i].window_s,
					      (size_t)c[i].window_s) -
					  c[i].value) > 1e-9;
		}
		arena_reset(a);
	}
	is_int(wrong, 0, "the same as searching all windows");
	is_int(rising, 0, "never rises");
	is_int(misplaced, 0, "found where it says");
}

static void
test_fastest(void)
{
	static int32_t t[HOUR];
	static double d[HOUR];
	struct best_distance b;

	for (int32_t i = 0; i < HOUR; i++) {
		t[i] = i;
		d[i] = 4.0 * i;
	}
	ok(bests_fastest(a, t, d, HOUR, 1000, &b), "constant 4 m/s");
	ok(b.time_s == 250, "a kilometre is 250 s exactly");
	ok(b.start_s == 0 && b.distance_m == 1000, "from the start");
	ok(bests_fastest(a, t, d, HOUR, 1001, &b), "1001 m");
	is_near(b.time_s, 250.25, 1e-9, "ends between samples");
	ok(bests_fastest(a, t, d, HOUR, 4.0 * 3599, &b), "the whole");
	is_near(b.time_s, 3599, 1e-9, "takes the whole");
	ok(!bests_fastest(a, t, d, HOUR, 4.0 * 3599 + 0.1, &b), "no more");
	for (int i = 0; i < HOUR; i++)
		if (i % 7 == 3)
			d[i] = i % 2 ? NAN : 1;
	ok(bests_fastest(a, t, d, HOUR, 1000, &b), "gaps and steps back");
	is_near(b.time_s, 250, 1e-9, "are passed over");
	ok(!bests_fastest(a, t, d, HOUR, 0, &b), "no distance");
	ok(!bests_fastest(a, t, d, HOUR, -1, &b), "a negative one");
	ok(!bests_fastest(a, t, d, HOUR, NAN, &b), "a missing one");
	ok(!bests_fastest(a, NULL, NULL, 0, 1, &b), "no samples");
	ok(!bests_fastest(a, t, d, 1, 1, &b), "one sample");
	for (int i = 0; i < HOUR; i++)
		d[i] = NAN;
	ok(!bests_fastest(a, t, d, HOUR, 1, &b), "all missing");
}

static void
test_fastest_inside(void)
{
	/* 3 m/s, a pause, then 5 m/s from 200 s on, recorded every 10 s. */
	static const int32_t t[] = { 0, 10, 20, 30, 130, 200, 210, 220, 230 };
	static const double d[] = { 0, 30, 60, 90, 90, 90, 140, 190, 240 };
	struct best_distance b;

	ok(bests_fastest(a, t, d, ARRAY_LEN(t), 120, &b), "120 m");
	is_near(b.time_s, 24, 1e-9, "in the fast part");
	ok(b.start_s >= 200 && b.start_s <= 206, "after the pause");
	ok(bests_fastest(a, t, d, ARRAY_LEN(t), 150, &b), "150 m");
	is_near(b.time_s, 30, 1e-9, "just fit after it");
	is_near(b.start_s, 200, 1e-9, "from its end");
	ok(bests_fastest(a, t, d, ARRAY_LEN(t), 180, &b), "180 m");
	is_near(b.time_s, 210, 1e-9, "hold the pause");
	is_near(b.start_s, 20, 1e-9, "and start before it");
	ok(bests_fastest(a, t, d, ARRAY_LEN(t), 80, &b), "80 m");
	is_near(b.time_s, 16, 1e-9, "interpolated at an end");
}

static void
test_huge(void)
{
	size_t huge = 1000000, n;
	double *v = arena_many(a, huge, double);
	double *d = arena_many(a, huge, double);
	int32_t *t = arena_many(a, huge, int32_t);
	struct best_distance b;
	struct best *c;

	for (size_t i = 0; i < huge; i++) {
		v[i] = 200 + (double)(i % 100);
		t[i] = (int32_t)i;
		d[i] = 3.0 * (double)i;
	}
	c = bests_curve(a, v, huge, bests_durations, bests_durations_n, &n);
	is_int(n, bests_durations_n, "a million samples: every duration");
	is_near(c[5].value, 269.5, 1e-6, "a minute of them");
	is_near(bests_mean(a, v, huge, 60, NULL), 269.5, 1e-6, "exactly one");
	ok(bests_fastest(a, t, d, huge, 2e6, &b), "2000 km of them");
	is_near(b.time_s, 2e6 / 3, 1e-6, "in time");
}

int
main(void)
{
	a = arena_new();
	test_mean();
	test_curve();
	test_longer_is_better();
	test_random();
	test_fastest();
	test_fastest_inside();
	test_huge();
	arena_free(&a);
	return tap_done();
}
