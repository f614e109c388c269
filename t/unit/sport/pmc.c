/* Fitness, fatigue and form against the reference tables. */

#include "sport/pmc.h"

#include <stdlib.h>

#include "tap.h"

#define TODAY 20000

static struct arena *a;
static struct pmc chart;

/* n days of the same load that end today. */
static void
compute_even(const struct pmc_settings *s, double load, int n)
{
	struct pmc_load *loads = arena_many(a, (size_t)n, struct pmc_load);

	for (int i = 0; i < n; i++)
		loads[i] = (struct pmc_load){ TODAY - i, load };
	pmc_compute(a, &chart, s, loads, (size_t)n, TODAY);
}

static void
test_even_training(void)
{
	static const int day[] = { 1, 7, 14, 28, 42, 90 };
	static const double ctl_r[] = { 2.381, 15.522, 28.635, 49.071, 63.654,
		88.568 };
	static const double ctl_e[] = { 2.353, 15.352, 28.347, 48.658, 63.212,
		88.268 };
	static const double atl_r[] = { 14.286, 66.008, 88.446, 98.665, 99.846,
		100 };
	static const double atl_e[] = { 13.312, 63.212, 86.466, 98.168, 99.752,
		100 };
	struct pmc_settings s = PMC_DEFAULTS;

	compute_even(&s, 100, 90);
	is_int(chart.n, 90, "a day each");
	for (size_t i = 0; i < ARRAY_LEN(day); i++) {
		const struct pmc_day *d = &chart.day[day[i] - 1];

		is_near(d->ctl, ctl_e[i], 0.0005, "CTL, day %d", day[i]);
		is_near(d->atl, atl_e[i], 0.0005, "ATL, day %d", day[i]);
	}
	s.factor = PMC_RECIPROCAL;
	compute_even(&s, 100, 90);
	for (size_t i = 0; i < ARRAY_LEN(day); i++) {
		const struct pmc_day *d = &chart.day[day[i] - 1];

		is_near(d->ctl, ctl_r[i], 0.0005, "CTL 1/42, day %d", day[i]);
		is_near(d->atl, atl_r[i], 0.0005, "ATL 1/7, day %d", day[i]);
	}
}

static void
test_week(void)
{
	static const double load[] = { 100, 80, 120, 60, 110, 90, 140 };
	static const double ctl[] = { 2.353, 4.180, 6.905, 8.154, 10.550,
		12.420, 15.421 };
	static const double atl[] = { 13.312, 22.190, 35.211, 38.511, 48.027,
		53.615, 65.115 };
	struct pmc_settings s = PMC_DEFAULTS;
	struct pmc_load loads[7];

	/* Newest first: the order must not matter. */
	for (int i = 0; i < 7; i++)
		loads[i] = (struct pmc_load){ TODAY - i, load[6 - i] };
	pmc_compute(a, &chart, &s, loads, 7, TODAY);
	for (int i = 0; i < 7; i++) {
		const struct pmc_day *d = &chart.day[i];

		is_int(d->day, TODAY - 6 + i, "day %d", i + 1);
		is_near(d->load, load[i], 0, "its load");
		is_near(d->ctl, ctl[i], 0.0005, "its CTL");
		is_near(d->atl, atl[i], 0.0005, "its ATL");
		is_near(d->tsb,
		    i == 0 ? 0 : chart.day[i - 1].ctl - chart.day[i - 1].atl,
		    1e-12, "its TSB is yesterday's balance");
		ok(isnan(d->ramp_rate), "no ramp rate yet");
	}
	ok(!chart.settled, "a week does not settle");
}

static void
test_decay(void)
{
	struct pmc_settings s = PMC_DEFAULTS;

	s.seed_day = TODAY - 28;
	s.seed_ctl = s.seed_atl = 100;
	pmc_compute(a, &chart, &s, NULL, 0, TODAY);
	is_int(chart.n, 29, "from the seed's day to today");
	is_near(chart.day[0].ctl, 100, 0, "which is as given");
	ok(isnan(chart.day[0].tsb), "without a form");
	is_near(chart.day[1].tsb, 0, 0, "the next day has one");
	is_near(chart.day[7].ctl, 84.65, 0.005, "CTL after 7 days of rest");
	is_near(chart.day[28].ctl, 51.34, 0.005, "after 28");
	is_near(chart.day[7].atl, 36.79, 0.005, "ATL after 7");
	is_near(chart.day[28].atl, 1.83, 0.005, "after 28");
	is_near(chart.day[7].ramp_rate, chart.day[7].ctl - 100, 1e-12,
	    "ramp rate over a week");
	ok(chart.settled, "a seed settles");
}

static void
test_seed(void)
{
	struct pmc_settings s = PMC_DEFAULTS;
	struct pmc_load loads[] = { { TODAY - 2, 500 }, { TODAY - 1, 70 },
		{ TODAY, 90 }, { TODAY - 9, 400 }, { TODAY - 9, NAN } };
	struct pmc whole, rest;
	size_t n = ARRAY_LEN(loads);

	s.seed_day = TODAY - 2;
	s.seed_ctl = 50;
	s.seed_atl = 60;
	pmc_compute(a, &chart, &s, loads, n, TODAY);
	is_int(chart.n, 3, "three days");
	is_near(chart.day[0].load, 500, 0, "the load of the seed's day");
	is_near(chart.day[0].ctl, 50, 0, "does not count again");
	is_int(chart.without_load, 0, "what lies before the seed is nothing");
	is_near(chart.day[1].tsb, -10, 1e-12, "form from the seed");
	s.seed_day = TODAY;
	pmc_compute(a, &chart, &s, loads, n, TODAY);
	is_int(chart.n, 1, "a seed of today");
	is_near(chart.day[0].ctl, 50, 0, "is the chart");
	s.seed_day = TODAY + 1;
	pmc_compute(a, &chart, &s, loads, n, TODAY);
	is_int(chart.n, 10, "a seed of tomorrow is none");
	s.seed_day = TODAY - 5;
	s.seed_ctl = NAN;
	pmc_compute(a, &chart, &s, loads, n, TODAY);
	is_int(chart.n, 10, "nor one without a number");

	/* Continued from its own state, the chart is the same. */
	s = PMC_DEFAULTS;
	pmc_compute(a, &whole, &s, loads, n, TODAY);
	s.seed_day = TODAY - 1;
	s.seed_ctl = whole.day[8].ctl;
	s.seed_atl = whole.day[8].atl;
	pmc_compute(a, &rest, &s, loads, n, TODAY);
	is_near(rest.day[1].ctl, whole.day[9].ctl, 1e-12, "continued CTL");
	is_near(rest.day[1].atl, whole.day[9].atl, 1e-12, "continued ATL");
}

static void
test_days(void)
{
	struct pmc_settings s = PMC_DEFAULTS;
	struct pmc_load loads[] = { { TODAY - 3, 40 }, { TODAY + 1, 90 },
		{ TODAY - 10, 60 }, { TODAY - 3, 30 }, { TODAY - 5, NAN },
		{ TODAY - 20, NAN }, { TODAY - 4, INFINITY },
		{ TODAY - PMC_MAX_DAYS - 1, 80 }, { INT32_MAX, 10 },
		{ INT32_MIN, 10 } };

	pmc_compute(a, &chart, &s, loads, ARRAY_LEN(loads), TODAY);
	is_int(chart.n, 11, "from the first known load to today");
	is_int(chart.day[0].day, TODAY - 10, "first day");
	is_int(chart.day[10].day, TODAY, "today, though there was rest");
	is_near(chart.day[7].load, 70, 0, "several a day are summed");
	is_near(chart.day[10].load, 0, 0, "rest is 0");
	is_int(chart.without_load, 3, "unknown loads are counted");
	is_int(chart.after_end, 2, "later ones too");
	ok(chart.day[10].atl < chart.day[7].atl, "rest lowers fatigue");
	is_near(chart.day[7].ramp_rate, chart.day[7].ctl - chart.day[0].ctl,
	    1e-12, "ramp rate from the eighth day");
	ok(isnan(chart.day[6].ramp_rate), "not before");
	pmc_compute(a, &chart, &s, loads, ARRAY_LEN(loads), TODAY - 11);
	is_int(chart.n, PMC_MAX_DAYS - 9, "another today, another past");
}

static void
test_empty(void)
{
	struct pmc_settings s = PMC_DEFAULTS;
	struct pmc_load loads[] = { { TODAY + 1, 90 }, { TODAY - 1, NAN } };

	pmc_compute(a, &chart, &s, NULL, 0, TODAY);
	ok(chart.n == 0 && !chart.settled, "no loads");
	pmc_compute(a, &chart, &s, loads, 2, TODAY);
	is_int(chart.n, 0, "none by today");
	is_int(chart.after_end, 1, "one later");
	is_int(chart.without_load, 1, "one unknown");
	loads[0].day = TODAY;
	pmc_compute(a, &chart, &s, loads, 1, TODAY);
	is_int(chart.n, 1, "one load today");
	is_near(chart.day[0].tsb, 0, 0, "finds the form even");
	pmc_compute(a, &chart, &s, loads, 1, INT32_MIN);
	is_int(chart.n, 0, "the earliest of all days");
	loads[0].day = INT32_MAX;
	pmc_compute(a, &chart, &s, loads, 1, INT32_MAX);
	is_int(chart.n, 1, "and the last");
	compute_even(&s, 50, PMC_SETTLE_DAYS - 1);
	ok(!chart.settled, "89 days");
	compute_even(&s, 50, PMC_SETTLE_DAYS);
	ok(chart.settled, "90 days settle");
}

static void
test_project(void)
{
	struct pmc_settings s = PMC_DEFAULTS;
	struct pmc_load loads[40], plan[] = { { TODAY + 2, 120 },
		{ TODAY + 4, NAN }, { TODAY, 999 }, { TODAY + 30, 10 } };
	struct pmc now, future, whole;

	for (int i = 0; i < 40; i++)
		loads[i] = (struct pmc_load){ TODAY - 37 + i, 60 + i };
	loads[38].load = 0;
	loads[39].load = 120;
	pmc_compute(a, &now, &s, loads, 38, TODAY);
	pmc_compute(a, &whole, &s, loads, 40, TODAY + 10);
	pmc_project(a, &future, &s, &now, plan, ARRAY_LEN(plan), TODAY + 10);
	is_int(future.n, 10, "ten days on");
	is_int(future.without_load, 1, "a plan without load");
	is_int(future.after_end, 1, "a plan beyond");
	for (size_t i = 0; i < 10; i++) {
		const struct pmc_day *d = &future.day[i];
		const struct pmc_day *w = &whole.day[38 + i];

		ok(d->day == w->day && fabs(d->ctl - w->ctl) < 1e-12 &&
			fabs(d->atl - w->atl) < 1e-12 &&
			fabs(d->tsb - w->tsb) < 1e-12 &&
			fabs(d->ramp_rate - w->ramp_rate) < 1e-12,
		    "day %zu as if it had been", i + 1);
	}
	ok(!future.settled, "48 days do not settle");
	pmc_project(a, &future, &s, &now, plan, 1, TODAY + 60);
	ok(future.settled, "98 do");
	pmc_project(a, &future, &s, &now, plan, 1, TODAY);
	is_int(future.n, 0, "until today: nothing");
	pmc_project(a, &future, &s, &now, plan, 1, INT32_MAX);
	is_int(future.n, PMC_MAX_DAYS, "for ever: a century");
	now.n = 0;
	pmc_project(a, &future, &s, &now, plan, 1, TODAY + 10);
	is_int(future.n, 9, "from nothing: from the first plan");
	is_int(future.day[0].day, TODAY + 2, "its day");
}

static void
test_form(void)
{
	static const struct {
		double tsb;
		enum pmc_form form;
		const char *name;
	} row[] = {
		{ 25.1, PMC_FORM_TRANSITION, "transition" },
		{ 25, PMC_FORM_FRESH, "fresh" },
		{ 10.1, PMC_FORM_FRESH, "fresh" },
		{ 5, PMC_FORM_FRESH, "fresh" },
		{ 4.9, PMC_FORM_NEUTRAL, "neutral" },
		{ 0, PMC_FORM_NEUTRAL, "neutral" },
		{ -10, PMC_FORM_NEUTRAL, "neutral" },
		{ -10.1, PMC_FORM_OPTIMAL, "optimal" },
		{ -30, PMC_FORM_OPTIMAL, "optimal" },
		{ -30.1, PMC_FORM_HIGH_RISK, "high_risk" },
		{ NAN, PMC_FORM_UNKNOWN, "unknown" },
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		is_int(pmc_form(row[i].tsb), row[i].form, "TSB %g", row[i].tsb);
		is_str(pmc_form_name(row[i].form), row[i].name, "its name");
		ok(pmc_form_meaning(row[i].form)[0] != '\0', "its meaning");
	}
}

static void
test_factor(void)
{
	is_near(pmc_daily_factor(PMC_EXPONENTIAL, 42), 0.023528, 5e-7, "42");
	is_near(pmc_daily_factor(PMC_RECIPROCAL, 42), 1.0 / 42, 1e-12, "1/42");
	is_near(pmc_daily_factor(PMC_RECIPROCAL, 0.5), 1, 0, "never over 1");
	ok(isnan(pmc_daily_factor(PMC_EXPONENTIAL, 0)), "tau 0");
	ok(isnan(pmc_daily_factor(PMC_RECIPROCAL, NAN)), "tau missing");
	is_str(pmc_factor_name(PMC_EXPONENTIAL), "1-exp(-1/tau)", "its name");
	is_str(pmc_factor_name(PMC_RECIPROCAL), "1/tau", "its name");
}

static void
test_huge(void)
{
	size_t huge = 1000000;
	struct pmc_load *loads = arena_many(a, huge, struct pmc_load);
	struct pmc_settings s = PMC_DEFAULTS;

	for (size_t i = 0; i < huge; i++)
		loads[i] = (struct pmc_load){ TODAY - (int32_t)(i % 50000), 1 };
	pmc_compute(a, &chart, &s, loads, huge, TODAY);
	is_int(chart.n, PMC_MAX_DAYS + 1, "a million loads");
	is_near(chart.day[PMC_MAX_DAYS].ctl, 20, 1e-6, "come to rest");
}

int
main(void)
{
	a = arena_new();
	test_even_training();
	test_week();
	test_decay();
	test_seed();
	test_days();
	test_empty();
	test_project();
	test_form();
	test_factor();
	test_huge();
	arena_free(&a);
	return tap_done();
}
