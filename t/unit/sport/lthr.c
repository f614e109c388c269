/* Threshold heart rate from the time trial, a 20-minute effort and HRmax. */

#include "sport/lthr.h"

#include "tap.h"

#define MAX_S 40000

static double hr[MAX_S];

static void
fill(size_t from, size_t to, double bpm)
{
	for (size_t i = from; i < to; i++)
		hr[i] = bpm;
}

static void
test_trial(void)
{
	fill(0, 600, 150);
	fill(600, 1800, 170);
	is_near(lthr_time_trial(hr, 1800), 170.0, 1e-9,
	    "150 for 10 min, then 170 for 20");
	ok(isnan(lthr_time_trial(hr, 1799)), "under 30 minutes");
	ok(isnan(lthr_time_trial(NULL, 0)), "no samples");
	ok(isnan(lthr_time_trial(hr, 1)), "one sample");
	fill(1000, 1050, NAN);
	fill(1050, 1090, 0);
	is_near(lthr_time_trial(hr, 1800), 170.0, 1e-9, "90 s may be missing");
	hr[0] = NAN;
	ok(isnan(lthr_time_trial(hr, 1800)), "91 s may not");
	fill(0, 1800, NAN);
	ok(isnan(lthr_time_trial(hr, 1800)), "all missing");
	fill(0, MAX_S, 160);
	is_near(lthr_time_trial(hr, MAX_S), 160, 1e-9, "a long trial");
	fill(MAX_S - 1200, MAX_S, NAN);
	ok(isnan(lthr_time_trial(hr, MAX_S)), "whose end is missing");
}

static void
test_rules(void)
{
	double low, high;

	is_near(lthr_from_20min(180), 171, 1e-9, "95 %% of 20 minutes");
	ok(isnan(lthr_from_20min(0)), "of nothing");
	ok(isnan(lthr_from_20min(NAN)), "of a missing one");
	lthr_from_hrmax(200, &low, &high);
	is_near(low, 176, 1e-9, "88 %% of HRmax");
	is_near(high, 182, 1e-9, "91 %% of HRmax");
	lthr_from_hrmax(0, &low, &high);
	ok(isnan(low) && isnan(high), "of nothing");
	lthr_from_hrmax(NAN, &low, &high);
	ok(isnan(low) && isnan(high), "of a missing one");
}

int
main(void)
{
	test_trial();
	test_rules();
	return tap_done();
}
