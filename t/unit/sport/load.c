/* Training load: every formula against the reference values. */

#include "sport/load.h"

#include "sport/explain.h"
#include "sport/power.h"
#include "sport/trimp.h"
#include "tap.h"

static double w[3600];
static size_t n;

static void
add(double watts, size_t seconds)
{
	while (seconds-- > 0 && n < ARRAY_LEN(w))
		w[n++] = watts;
}

static void
check_series(const char *name, double want)
{
	double np = power_normalized(w, n);

	is_near(load_tss((double)n, np, 250), want, 0.005, "series %s", name);
	n = 0;
}

static void
test_tss_of_series(void)
{
	add(250, 3600);
	check_series("A", 100.00);
	for (int i = 0; i < 30; i++) {
		add(300, 60);
		add(100, 60);
	}
	check_series("B", 91.47);
	for (int i = 0; i < 120; i++) {
		add(400, 15);
		add(100, 15);
	}
	check_series("C", 100.00);
	for (int i = 0; i < 60; i++) {
		add(400, 30);
		add(150, 30);
	}
	check_series("D", 144.34);
	for (int i = 0; i < 3; i++) {
		add(200, 600);
		add(320, 240);
		add(120, 180);
	}
	check_series("E", 79.03);
	for (int i = 0; i < 3600; i++)
		add(rint(200 + 100 * sin(2 * M_PI * i / 300)), 1);
	check_series("G", 84.75);
	add(0, 600);
	add(300, 1200);
	add(0, 600);
	check_series("H", 67.78);
}

static void
test_tss(void)
{
	is_near(load_tss(3600, 250, 250), 100, 1e-12, "an hour at FTP");
	is_near(load_tss(7200, 0.75 * 250, 250), 112.5, 1e-9, "2 h at 0.75");
	is_near(load_tss(5400, 0.8 * 250, 250), 96, 1e-9, "90 min at 0.8");
	is_near(load_tss(1800, 1.1 * 250, 250), 60.5, 1e-9, "30 min at 1.1");
	is_near(load_tss(10800, 0.7 * 250, 250), 147, 1e-9, "3 h at 0.7");
	is_near(
	    load_tss(2700, 0.95 * 250, 250), 67.6875, 1e-9, "45 min at 0.95");
	is_near(load_tss(0, 250, 250), 0, 0, "no time");
	is_near(load_tss(3600, 0, 250), 0, 0, "no power");
	ok(isnan(load_tss(3600, 250, 0)), "FTP of 0");
	ok(isnan(load_tss(3600, 250, NAN)), "no FTP");
	ok(isnan(load_tss(3600, NAN, 250)), "power missing");
	ok(isnan(load_tss(NAN, 250, 250)), "time missing");
	ok(isnan(load_tss(-1, 250, 250)), "negative time");
}

static void
test_pace(void)
{
	is_near(load_rtss(3600, 1000 / 270.0, 1000 / 255.0), 89.1975, 0.00005,
	    "60 min at 4:30, threshold 4:15");
	is_near(load_rtss(5400, 1000 / 300.0, 1000 / 255.0), 108.375, 1e-9,
	    "90 min at 5:00");
	is_near(load_rtss(3600, 4, 4), 100, 1e-12, "an hour at threshold");
	ok(isnan(load_rtss(3600, 4, 0)), "threshold of 0");
	is_near(load_stss(3600, 100 / 105.0, 100 / 95.0), 74.0633, 0.00005,
	    "60 min at 1:45, CSS 1:35");
	is_near(load_stss(3600, 1, 1), 100, 1e-12, "an hour at CSS");
	ok(isnan(load_stss(3600, 1, 0)), "CSS of 0");
	ok(isnan(load_stss(3600, NAN, 1)), "speed missing");
}

static double
hrtss(double minutes, double hr, enum sex sex)
{
	double trimp = trimp_banister_constant(minutes, hr, 50, 190, sex);

	return load_hrtss(trimp, 170, 50, 190, sex);
}

static void
test_heart_rate(void)
{
	is_near(hrtss(60, 140, SEX_MALE), 49.703, 0.0005, "60 min at 140");
	is_near(hrtss(90, 150, SEX_MALE), 95.014, 0.0005, "90 min at 150");
	is_near(hrtss(60, 140, SEX_FEMALE), 52.438, 0.0005, "women, at 140");
	ok(hrtss(60, 170, SEX_MALE) == 100, "an hour at LTHR is 100 exactly");
	ok(hrtss(60, 170, SEX_FEMALE) == 100, "for women too");
	ok(hrtss(60, 170, SEX_UNKNOWN) == 100, "and when not known");
	is_near(load_hrtss(0, 170, 50, 190, SEX_MALE), 0, 0, "no impulse");
	ok(isnan(load_hrtss(NAN, 170, 50, 190, SEX_MALE)), "impulse missing");
	ok(isnan(load_hrtss(80, NAN, 50, 190, SEX_MALE)), "LTHR missing");
	ok(isnan(load_hrtss(80, 0, 50, 190, SEX_MALE)), "LTHR of 0");
	ok(isnan(load_hrtss(80, 50, 50, 190, SEX_MALE)), "LTHR at rest");
	ok(isnan(load_hrtss(80, 191, 50, 190, SEX_MALE)), "LTHR over maximum");
	ok(isnan(load_hrtss(80, 170, 0, 190, SEX_MALE)), "rest of 0");
	ok(isnan(load_hrtss(80, 170, NAN, 190, SEX_MALE)), "rest missing");
	ok(isnan(load_hrtss(80, 170, 50, NAN, SEX_MALE)), "maximum missing");
}

static void
test_exertion(void)
{
	static const double points[] = { 0, 20, 30, 40, 50, 60, 70, 80, 100,
		120, 140 };

	for (int rpe = 0; rpe <= 10; rpe++)
		is_near(load_rpe(3600, rpe), points[rpe], 1e-9, "RPE %d", rpe);
	is_near(load_rpe(1800, 7.5), 45, 1e-9, "half an hour at 7.5");
	is_near(load_rpe(3600, 9.5), 130, 1e-9, "an hour at 9.5");
	ok(isnan(load_rpe(3600, 10.1)), "RPE over 10");
	ok(isnan(load_rpe(3600, -0.1)), "RPE under 0");
	ok(isnan(load_rpe(3600, NAN)), "RPE missing");
	ok(isnan(load_rpe(NAN, 5)), "time missing");
	is_near(load_session_rpe(3600, 6), 360, 1e-12, "60 min at RPE 6");
	ok(isnan(load_session_rpe(3600, 11)), "RPE over 10");
	ok(isnan(load_session_rpe(NAN, 6)), "time missing");
}

static void
test_implied(void)
{
	is_near(load_implied_if(100, 3600), 1, 1e-12, "100 in an hour");
	is_near(load_implied_if(112.5, 7200), 0.75, 1e-12, "2 h at 0.75");
	is_near(load_implied_if(0, 3600), 0, 0, "nothing");
	ok(isnan(load_implied_if(100, 0)), "in no time");
	ok(isnan(load_implied_if(NAN, 3600)), "load missing");
}

static void
test_names(void)
{
	for (int m = LOAD_TSS; m < LOAD_METHOD_COUNT; m++) {
		const char *name = load_method_name((enum load_method)m);
		const struct explain *e = explain_find(str_of(name));

		ok(e != NULL, "%s is explained", name);
		is_str(load_method_title((enum load_method)m),
		    e != NULL ? e->title : "", "by its title");
	}
	is_str(load_method_name(LOAD_NONE), "none", "none is none");
	ok(load_method_title(LOAD_NONE)[0] != '\0', "and has a title");
}

int
main(void)
{
	test_tss_of_series();
	test_tss();
	test_pace();
	test_heart_rate();
	test_exertion();
	test_implied();
	test_names();
	return tap_done();
}
