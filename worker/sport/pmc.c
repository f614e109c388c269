/* Fitness, fatigue and form by day: two exponential averages of daily load,
 * carried on through the days without training. */

#include "sport/pmc.h"

#include "model/value.h"

#define WEEK 7

static const char *const factor_names[PMC_FACTOR_COUNT] = {
	[PMC_EXPONENTIAL] = "1-exp(-1/tau)",
	[PMC_RECIPROCAL] = "1/tau",
};

const char *
pmc_factor_name(enum pmc_factor f)
{
	return factor_names[f];
}

double
pmc_daily_factor(enum pmc_factor f, double tau_days)
{
	if (!(tau_days > 0))
		return VALUE_MISSING;
	if (f == PMC_RECIPROCAL)
		return fmin(1 / tau_days, 1);
	return 1 - exp(-1 / tau_days);
}

/* Days first to last, where sums of load go; none when last is before first.
 */
static void
lay_out_days(struct arena *a, struct pmc *out, int64_t first, int64_t last)
{
	out->n = last >= first ? (size_t)(last - first + 1) : 0;
	out->day = arena_many(a, out->n, struct pmc_day);
	for (size_t i = 0; i < out->n; i++)
		out->day[i] = (struct pmc_day){
			.day = (int32_t)(first + (int64_t)i),
			.tsb = VALUE_MISSING,
			.ramp_rate = VALUE_MISSING,
		};
}

/* Loads of first..last into their days; a known load always has one. */
static void
sum_loads(struct pmc *out, const struct pmc_load *loads, size_t n,
    int64_t first, int64_t last)
{
	for (size_t i = 0; i < n; i++) {
		if (loads[i].day > last)
			out->after_end++;
		else if (loads[i].day < first)
			continue;
		else if (!isfinite(loads[i].load))
			out->without_load++;
		else
			out->day[loads[i].day - out->day[0].day].load +=
			    loads[i].load;
	}
}

/* Averages from day `from` on, which starts from the state ctl, atl. */
static void
run_averages(struct pmc *out, const struct pmc_settings *s, size_t from,
    double ctl, double atl)
{
	double ctl_part = pmc_daily_factor(s->factor, s->ctl_days);
	double atl_part = pmc_daily_factor(s->factor, s->atl_days);

	for (size_t i = from; i < out->n; i++) {
		struct pmc_day *day = &out->day[i];

		day->tsb = ctl - atl;
		ctl += (day->load - ctl) * ctl_part;
		atl += (day->load - atl) * atl_part;
		day->ctl = ctl;
		day->atl = atl;
	}
}

/* Gains over a week; the days before the first are those of `before`. */
static void
rate_ramps(struct pmc *out, const struct pmc *before)
{
	for (size_t i = 0; i < out->n; i++) {
		if (i >= WEEK)
			out->day[i].ramp_rate =
			    out->day[i].ctl - out->day[i - WEEK].ctl;
		else if (i + before->n >= WEEK)
			out->day[i].ramp_rate =
			    out->day[i].ctl -
			    before->day[before->n + i - WEEK].ctl;
	}
}

/* The first day with a known load in oldest..last; last + 1 when there is
 * none. */
static int64_t
first_load_day(
    const struct pmc_load *loads, size_t n, int64_t oldest, int64_t last)
{
	int64_t first = last + 1;

	for (size_t i = 0; i < n; i++)
		if (loads[i].day >= oldest && loads[i].day < first &&
		    isfinite(loads[i].load))
			first = loads[i].day;
	return first;
}

void
pmc_compute(struct arena *a, struct pmc *out, const struct pmc_settings *s,
    const struct pmc_load *loads, size_t n, int32_t today)
{
	int64_t oldest = (int64_t)today - PMC_MAX_DAYS;
	bool seeded = s->seed_day != INT32_MIN && s->seed_day <= today &&
		      s->seed_day >= oldest && isfinite(s->seed_ctl) &&
		      isfinite(s->seed_atl);
	int64_t first =
	    seeded ? s->seed_day : first_load_day(loads, n, oldest, today);

	*out = (struct pmc){ 0 };
	lay_out_days(a, out, first, today);
	sum_loads(out, loads, n, seeded ? first : oldest, today);
	if (seeded) {
		out->day[0].ctl = s->seed_ctl;
		out->day[0].atl = s->seed_atl;
		run_averages(out, s, 1, s->seed_ctl, s->seed_atl);
	} else {
		run_averages(out, s, 0, 0, 0);
	}
	rate_ramps(out, &(struct pmc){ 0 });
	out->settled = seeded || out->n >= PMC_SETTLE_DAYS;
}

void
pmc_project(struct arena *a, struct pmc *out, const struct pmc_settings *s,
    const struct pmc *from, const struct pmc_load *planned, size_t n,
    int32_t until)
{
	const struct pmc_day *today;
	int64_t first, last;

	if (from->n == 0) {
		pmc_compute(a, out, s, planned, n, until);
		return;
	}
	today = &from->day[from->n - 1];
	first = (int64_t)today->day + 1;
	last = MIN(until, first + PMC_MAX_DAYS - 1);
	*out = (struct pmc){ 0 };
	lay_out_days(a, out, first, last);
	sum_loads(out, planned, n, first, last);
	run_averages(out, s, 0, today->ctl, today->atl);
	rate_ramps(out, from);
	out->settled = from->settled || from->n + out->n >= PMC_SETTLE_DAYS;
}

enum pmc_form
pmc_form(double tsb)
{
	if (!value_has(tsb))
		return PMC_FORM_UNKNOWN;
	if (tsb > 25)
		return PMC_FORM_TRANSITION;
	if (tsb >= 5)
		return PMC_FORM_FRESH;
	if (tsb >= -10)
		return PMC_FORM_NEUTRAL;
	if (tsb >= -30)
		return PMC_FORM_OPTIMAL;
	return PMC_FORM_HIGH_RISK;
}

struct form {
	const char *name;
	const char *meaning;
};

static const struct form forms[] = {
	[PMC_FORM_UNKNOWN] = { "unknown", "There is no form to judge yet." },
	[PMC_FORM_HIGH_RISK] = { "high_risk",
	    "Fatigue is far above fitness: a risk of overtraining if kept "
	    "up." },
	[PMC_FORM_OPTIMAL] = { "optimal",
	    "Productive training: tired enough to adapt." },
	[PMC_FORM_NEUTRAL] = { "neutral",
	    "Load is about what the body is used to." },
	[PMC_FORM_FRESH] = { "fresh", "Rested: ready for a race or a test." },
	[PMC_FORM_TRANSITION] = { "transition",
	    "Very rested: fitness is being lost if this goes on." },
};

const char *
pmc_form_name(enum pmc_form f)
{
	return forms[f].name;
}

const char *
pmc_form_meaning(enum pmc_form f)
{
	return forms[f].meaning;
}
