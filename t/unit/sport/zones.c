/* Zones of every scheme at the reference values, the choice, and times. */

#include "sport/zones.h"

#include <stdlib.h>

#include "tap.h"

static struct thresholds
no_thresholds(void)
{
	struct thresholds t;

	for (int i = 0; i < THRESHOLD_KIND_COUNT; i++)
		t.of[i] = (struct threshold){ .value = NAN };
	return t;
}

/* Printed ends of every zone as bpm or W: from the first upper end to the last
 * lower end. */
static void
check_edges(const struct zones *z, double reference, const double *edge)
{
	const char *name = zones_scheme_name(z->scheme);

	for (size_t i = 0; i < z->n; i++) {
		const struct zone *zone = &z->zone[i];

		if (i > 0)
			is_near(zone->from_percent * reference / 100, *edge++,
			    1e-9, "%s %s from", name, zone->name);
		if (i + 1 < z->n)
			is_near(zone->to_percent * reference / 100, *edge++,
			    1e-9, "%s %s to", name, zone->name);
		if (i > 0)
			is_near(zone->low, z->zone[i - 1].high, 0,
			    "%s %s touches", name, zone->name);
		ok(zone->low < zone->high, "%s %s is not empty", name,
		    zone->name);
	}
	ok(isinf(z->zone[z->n - 1].high), "%s has no upper end", name);
}

static void
test_lthr_schemes(void)
{
	static const double bike[] = { 137.7, 137.7, 151.3, 153.0, 158.1, 159.8,
		168.3, 170, 173.4, 175.1, 180.2, 180.2 };
	static const double run[] = { 144.5, 144.5, 151.3, 153.0, 159.8, 161.5,
		168.3, 170, 173.4, 175.1, 180.2, 180.2 };
	static const double coggan[] = { 115.6, 117.3, 141.1, 142.8, 159.8,
		161.5, 178.5, 180.2 };
	struct zones z;

	ok(zones_make(&z, ZONES_FRIEL_BIKE, 170, NAN), "Friel, bike");
	is_int(z.n, 7, "has 7 zones");
	check_edges(&z, 170, bike);
	is_near(z.zone[2].low, 153, 1e-9, "Z3 begins at its printed end");
	ok(zones_make(&z, ZONES_FRIEL_RUN, 170, NAN), "Friel, run");
	is_int(z.n, 7, "has 7 zones");
	check_edges(&z, 170, run);
	is_str(z.zone[4].name, "Z5a", "zone 5a");
	ok(zones_make(&z, ZONES_COGGAN_HR, 170, NAN), "Coggan, heart rate");
	is_int(z.n, 5, "has 5 zones");
	check_edges(&z, 170, coggan);
	is_near(z.zone[1].low, 117.3, 1e-9, "Z2 begins at 69 %%");
}

static void
test_hrmax_schemes(void)
{
	static const double karvonen[] = { 120, 134, 148, 162, 176 };
	static const double acsm[] = { 0, 57, 64, 77, 96 };
	static const double olympia[] = { 55, 72, 82, 87, 92 };
	struct zones z;

	ok(zones_make(&z, ZONES_KARVONEN, 190, 50), "Karvonen");
	is_int(z.n, 5, "has 5 zones");
	for (size_t i = 0; i < 5; i++)
		is_near(z.zone[i].low, karvonen[i], 1e-9, "zone %zu", i + 1);
	is_near(50 + z.zone[4].to_percent * 140 / 100, 190, 1e-9, "to the top");
	ok(zones_make(&z, ZONES_ACSM_HRMAX, 200, NAN), "ACSM");
	for (size_t i = 0; i < 5; i++)
		is_near(z.zone[i].low, 2 * acsm[i], 1e-9, "zone %zu", i + 1);
	is_near(z.zone[1].to_percent, 63, 0, "light up to 63 %%");
	is_near(z.zone[2].to_percent, 76, 0, "moderate up to 76 %%");
	is_near(z.zone[3].to_percent, 95, 0, "vigorous up to 95 %%");
	ok(zones_make(&z, ZONES_OLYMPIATOPPEN, 200, NAN), "Olympiatoppen");
	for (size_t i = 0; i < 5; i++)
		is_near(z.zone[i].low, 2 * olympia[i], 1e-9, "zone %zu", i + 1);
	is_near(z.zone[4].to_percent, 100, 0, "I5 up to 100 %%");
}

static void
test_power_scheme(void)
{
	static const double edge[] = { 137.5, 187.5, 225, 262.5, 300, 375 };
	static const double from[] = { 0, 56, 76, 91, 106, 121, 150 };
	struct zones z;

	ok(zones_make(&z, ZONES_COGGAN_POWER, 250, NAN), "Coggan, power");
	is_int(z.n, 7, "has 7 zones");
	for (size_t i = 0; i < 6; i++) {
		is_near(z.zone[i].high, edge[i], 1e-9, "Z%zu ends", i + 1);
		is_near(z.zone[i + 1].low, edge[i], 1e-9, "Z%zu begins", i + 2);
		is_near(z.zone[i].to_percent * 2.5, edge[i], 1e-9, "printed");
	}
	for (size_t i = 0; i < 7; i++)
		is_near(z.zone[i].from_percent, from[i], 0, "printed from");
}

static void
test_refusals(void)
{
	static const double bad[] = { NAN, 0, -170, INFINITY };
	struct zones z;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		for (int s = 0; s < ZONES_SCHEME_COUNT; s++) {
			ok(!zones_make(&z, (enum zone_scheme)s, bad[i], 50),
			    "%s of %g", zones_scheme_name((enum zone_scheme)s),
			    bad[i]);
			is_int(z.n, 0, "no zones");
		}
	ok(!zones_make(&z, ZONES_NONE, 170, 50), "no scheme");
	ok(!zones_make(&z, ZONES_KARVONEN, 190, NAN), "Karvonen needs rest");
	ok(!zones_make(&z, ZONES_KARVONEN, 190, 0), "above 0");
	ok(!zones_make(&z, ZONES_KARVONEN, 190, 190), "below the maximum");
	for (int s = 0; s < ZONES_SCHEME_COUNT; s++) {
		enum zone_scheme scheme = (enum zone_scheme)s;

		ok(zones_scheme_name(scheme) && zones_scheme_source(scheme) &&
			zones_scheme_basis(scheme) && zones_scheme_unit(scheme),
		    "scheme %d is described", s);
	}
	is_str(zones_scheme_name(ZONES_FRIEL_RUN), "friel_lthr_run", "name");
	is_str(zones_scheme_basis(ZONES_KARVONEN), "hr_reserve", "basis");
	is_str(zones_scheme_unit(ZONES_COGGAN_POWER), "W", "unit");
}

static void
test_choice(void)
{
	struct thresholds t = no_thresholds();
	struct zones z;

	ok(!zones_choose_hr(&z, &t, FAMILY_RUN), "nothing known");
	ok(z.n == 0 && z.reason[0] != '\0', "and it says so");
	t.of[THRESHOLD_MAX_HR_BPM].value = 190;
	ok(zones_choose_hr(&z, &t, FAMILY_RUN), "maximum alone");
	is_int(z.scheme, ZONES_ACSM_HRMAX, "gives percents of it");
	t.of[THRESHOLD_REST_HR_BPM].value = 50;
	ok(zones_choose_hr(&z, &t, FAMILY_RUN), "maximum and rest");
	is_int(z.scheme, ZONES_KARVONEN, "give the reserve");
	t.of[THRESHOLD_LTHR_BPM].value = 170;
	ok(zones_choose_hr(&z, &t, FAMILY_RUN), "threshold, run");
	is_int(z.scheme, ZONES_FRIEL_RUN, "gives Friel's run table");
	ok(zones_choose_hr(&z, &t, FAMILY_RIDE), "threshold, ride");
	is_int(z.scheme, ZONES_FRIEL_BIKE, "gives Friel's bike table");
	ok(zones_choose_hr(&z, &t, FAMILY_SWIM), "threshold, other");
	is_int(z.scheme, ZONES_FRIEL_RUN, "gives the run table");
	ok(z.reason[0] != '\0', "with a reason");

	ok(!zones_choose_power(&z, &t, FAMILY_RIDE), "no FTP");
	t.of[THRESHOLD_FTP_W].value = 250;
	ok(zones_choose_power(&z, &t, FAMILY_RIDE), "FTP, ride");
	is_near(z.zone[6].low, 375, 1e-9, "its zones");
	ok(!zones_choose_power(&z, &t, FAMILY_RUN), "FTP is not for runs");
	ok(z.n == 0 && z.reason[0] != '\0', "and it says so");
	t.of[THRESHOLD_RUN_FTP_W].value = 300;
	ok(zones_choose_power(&z, &t, FAMILY_RUN), "running FTP, run");
	is_near(z.zone[6].low, 450, 1e-9, "its zones");
	ok(!zones_choose_power(&z, &t, FAMILY_SWIM), "no power in swims");
	ok(z.reason[0] != '\0', "and it says so");
}

static size_t
total(const struct zone_times *t)
{
	size_t sum = t->below_s;

	for (size_t i = 0; i < ZONES_MAX; i++)
		sum += t->in_s[i];
	return sum;
}

static void
test_times(void)
{
	static const double hr[] = { 0, NAN, 100, 119.9, 120, 133.9, 134, 176,
		190, 230 };
	static const double w[] = { 0, NAN, 137.4, 137.5, 374, 375, 1500 };
	struct zone_times t;
	struct zones z;

	zones_make(&z, ZONES_KARVONEN, 190, 50);
	zones_time(&t, &z, hr, ARRAY_LEN(hr));
	is_int(t.valid_s, 8, "dropouts do not count");
	is_int(t.below_s, 2, "below the lowest zone");
	is_int(t.in_s[0], 2, "a zone begins at its low end");
	is_int(t.in_s[1], 1, "and ends before its high end");
	is_int(t.in_s[4], 3, "the highest has no end");
	is_int(total(&t), t.valid_s, "the sum is the valid seconds");
	zones_make(&z, ZONES_COGGAN_POWER, 250, NAN);
	zones_time(&t, &z, w, ARRAY_LEN(w));
	is_int(t.valid_s, 6, "zero watts count");
	is_int(t.in_s[0], 2, "as recovery");
	is_int(t.in_s[1], 1, "at the border: the upper zone");
	is_int(t.in_s[6], 2, "neuromuscular");
	is_int(total(&t), t.valid_s, "the sum is the valid seconds");
	zones_time(&t, &z, NULL, 0);
	is_int(t.valid_s, 0, "no samples");
	zones_make(&z, ZONES_NONE, 0, 0);
	zones_time(&t, &z, w, ARRAY_LEN(w));
	is_int(t.valid_s, 0, "no zones");
}

static void
test_huge(void)
{
	size_t huge = 1000000;
	double *v = malloc(huge * sizeof(*v));
	struct zone_times t;
	struct zones z;

	for (size_t i = 0; i < huge; i++)
		v[i] = i % 10 == 0 ? NAN : 80 + (double)(i % 120);
	for (int s = 1; s < ZONES_SCHEME_COUNT; s++) {
		zones_make(&z, (enum zone_scheme)s, 170, 50);
		zones_time(&t, &z, v, huge);
		is_int(t.valid_s, 900000, "%s: valid",
		    zones_scheme_name(z.scheme));
		is_int(total(&t), t.valid_s, "and the sum");
	}
	free(v);
}

int
main(void)
{
	test_lthr_schemes();
	test_hrmax_schemes();
	test_power_scheme();
	test_refusals();
	test_choice();
	test_times();
	test_huge();
	return tap_done();
}
