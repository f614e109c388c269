/* Normalized Power and its relatives against the reference series. */

#include "sport/power.h"

#include <stdlib.h>

#include "tap.h"

#define MAX_S 7200

static double w[MAX_S];
static size_t n;

static void
add(double watts, size_t seconds)
{
	while (seconds-- > 0 && n < MAX_S)
		w[n++] = watts;
}

static void
check_series(
    const char *name, double ap, double np, double intensity, double unsmoothed)
{
	double got = power_normalized(w, n);
	double ratio = got / power_average(w, n), scaled;

	is_near(power_average(w, n), ap, 0.0005, "%s: average", name);
	is_near(got, np, 0.0005, "%s: Normalized Power", name);
	is_near(power_intensity_factor(got, 250), intensity, 0.00005,
	    "%s: intensity factor", name);
	ok(got >= power_average(w, n) - 1e-9 && got <= unsmoothed + 0.001,
	    "%s: between the average and the unsmoothed mean", name);
	is_near(power_variability_index(got, power_average(w, n)), ratio, 1e-12,
	    "%s: variability index", name);
	for (size_t i = 0; i < n; i++)
		w[i] *= 2;
	scaled = power_normalized(w, n);
	is_near(scaled, 2 * got, 1e-9, "%s: scales with power", name);
	n = 0;
}

static void
test_reference_series(void)
{
	add(250, 3600);
	check_series("A", 250, 250.000, 1.0000, 250.000);
	for (int i = 0; i < 30; i++) {
		add(300, 60);
		add(100, 60);
	}
	check_series("B", 200, 239.100, 0.9564, 253.044);
	for (int i = 0; i < 120; i++) {
		add(400, 15);
		add(100, 15);
	}
	check_series("C", 250, 250.000, 1.0000, 336.687);
	for (int i = 0; i < 60; i++) {
		add(400, 30);
		add(150, 30);
	}
	check_series("D", 275, 300.353, 1.2014, 338.009);
	for (int i = 0; i < 3; i++) {
		add(200, 600);
		add(320, 240);
		add(120, 180);
	}
	check_series("E", 214.118, 241.065, 0.9643, 242.695);
	for (int i = 0; i < 3600; i++)
		add(rint(200 + 100 * sin(2 * M_PI * i / 300)), 1);
	check_series("G", 200, 230.146, 0.9206, 230.983);
	add(0, 600);
	add(300, 1200);
	add(0, 600);
	check_series("H", 150, 252.084, 1.0083, 253.037);
}

static void
test_edges(void)
{
	ok(isnan(power_normalized(NULL, 0)), "no samples: no NP");
	ok(isnan(power_average(NULL, 0)), "no samples: no average");
	ok(isnan(power_work_kj(NULL, 0)), "no samples: no work");
	ok(isnan(power_xpower(NULL, 0)), "no samples: no xPower");
	add(NAN, 600);
	ok(isnan(power_normalized(w, n)) && isnan(power_average(w, n)) &&
		isnan(power_xpower(w, n)) && isnan(power_work_kj(w, n)),
	    "all missing gives nothing");
	is_int(power_valid_s(w, n), 0, "no valid second");
	n = 0;
	add(200, 1);
	ok(isnan(power_normalized(w, n)), "one sample has no window");
	is_near(power_xpower(w, n), 200, 1e-9, "xPower starts at a sample");
	add(200, 28);
	ok(isnan(power_normalized(w, n)), "29 seconds have no window");
	add(200, 1);
	is_near(power_normalized(w, n), 200, 1e-9, "30 seconds have one");
	n = 0;
	add(0, 60);
	is_near(power_normalized(w, n), 0, 0, "coasting is a zero");
	is_near(power_average(w, n), 0, 0, "and counts");
	is_near(power_work_kj(w, n), 0, 0, "without work");
	n = 0;
}

static void
test_gaps(void)
{
	add(200, 29);
	add(NAN, 1);
	add(200, 29);
	ok(isnan(power_normalized(w, n)), "windows do not span a gap");
	n = 0;
	add(300, 60);
	add(NAN, 600);
	add(300, 60);
	is_near(power_normalized(w, n), 300, 1e-9, "a pause costs nothing");
	is_near(power_average(w, n), 300, 1e-9, "nor in the average");
	is_near(power_work_kj(w, n), 36, 1e-9, "nor in the work");
	is_int(power_valid_s(w, n), 120, "valid seconds");
	ok(power_xpower(w, n) < 300, "xPower decays over a gap");
	n = 0;
	add(NAN, 100);
	add(300, 600);
	is_near(power_xpower(w, n), 300, 1e-9, "but not before the start");
	n = 0;
}

static void
test_xpower(void)
{
	double mean, sum = 0, k = exp(-1 / 25.0);

	add(250, 3600);
	is_near(power_xpower(w, n), 250, 1e-9, "constant power is xPower");
	n = 0;
	add(0, 1);
	add(400, 100);
	for (int i = 0; i <= 100; i++) {
		mean = 400 * (1 - pow(k, i));
		sum += pow(mean, 4);
	}
	is_near(power_xpower(w, n), pow(sum / 101, 0.25), 1e-9,
	    "step response of 25 s");
	n = 0;
	for (int i = 0; i < 120; i++) {
		add(400, 15);
		add(100, 15);
	}
	ok(power_xpower(w, n) > 250 && power_xpower(w, n) < 270,
	    "15/15: near the average");
	n = 0;
}

static void
test_ratios(void)
{
	is_near(power_intensity_factor(200, 250), 0.8, 1e-12, "IF");
	ok(isnan(power_intensity_factor(200, 0)), "no IF at FTP 0");
	ok(isnan(power_intensity_factor(200, -5)), "nor below");
	ok(isnan(power_intensity_factor(200, NAN)), "nor without FTP");
	ok(isnan(power_intensity_factor(NAN, 250)), "nor without power");
	ok(isnan(power_variability_index(0, 0)), "no VI of nothing");
	is_near(power_variability_index(239.1, 200), 1.1955, 1e-9, "VI");
	is_near(power_efficiency_factor(210, 140), 1.5, 1e-12, "EF");
	ok(isnan(power_efficiency_factor(210, 0)), "no EF without a pulse");
	add(250, 3600);
	is_near(power_work_kj(w, n), 900, 1e-9, "250 W for an hour: 900 kJ");
	n = 0;
}

static void
test_decoupling(void)
{
	double hr[3600];

	add(200, 3600);
	for (int i = 0; i < 3600; i++)
		hr[i] = i < 1800 ? 140 : 147;
	is_near(power_decoupling(w, hr, n, 0), 4.7619, 0.00005,
	    "140 then 147 bpm: drift is positive");
	for (int i = 0; i < 3600; i++)
		hr[i] = i < 1800 ? 147 : 140;
	ok(power_decoupling(w, hr, n, 0) < 0, "the reverse is negative");
	for (int i = 0; i < 3600; i++)
		hr[i] = i < 600 ? 100 : 140;
	is_near(power_decoupling(w, hr, n, 600), 0, 1e-9,
	    "the warm-up is left out");
	for (int i = 100; i < 200; i++)
		w[i] = hr[i] = NAN;
	hr[700] = 0;
	is_near(power_decoupling(w, hr, n, 600), 0, 1e-9, "dropouts too");
	ok(isnan(power_decoupling(w, hr, n, 3600)), "all warm-up: nothing");
	ok(isnan(power_decoupling(w, hr, n, 9000)), "longer than that too");
	ok(isnan(power_decoupling(w, hr, 59, 0)), "halves under a window");
	ok(isnan(power_decoupling(w, hr, 0, 0)), "no samples");
	for (int i = 1800; i < 3600; i++)
		hr[i] = NAN;
	ok(isnan(power_decoupling(w, hr, n, 0)), "half without a pulse");
	n = 0;
}

static void
test_huge(void)
{
	size_t huge = 1000000;
	double *v = malloc(huge * sizeof(*v));

	for (size_t i = 0; i < huge; i++)
		v[i] = 200.1 + (double)(i % 7) * 0.1;
	is_near(power_normalized(v, huge), 200.4, 0.001,
	    "a million samples keep their precision");
	is_near(power_xpower(v, huge), 200.4, 0.01, "xPower too");
	free(v);
}

int
main(void)
{
	test_reference_series();
	test_edges();
	test_gaps();
	test_xpower();
	test_ratios();
	test_decoupling();
	test_huge();
	return tap_done();
}
