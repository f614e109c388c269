/* Fitness, fatigue and form from the whole history, up to today whether or not
 * there was training.  Load per activity: sport/load.h says which method and
 * why.  Banister 1975; Coggan 2003. */

#include "mcp/loads.h"
#include "mcp/offer.h"
#include "mcp/show.h"
#include "sport/variation.h"

struct chart {
	struct activity_loads loads;
	struct pmc pmc;
	const struct pmc_day *today; /* NULL: no history */
	double *daily;		     /* loads by day, the last is today */
	size_t n_daily;
};

static int
draw_chart(struct mcp_call *call, struct chart *c, struct err *e)
{
	struct pmc_settings settings = PMC_DEFAULTS;
	struct arena *a = call_arena(call);

	if (activity_loads_of(call, call_str(call, "provider"),
		(int32_t)call_int(call, "days"), &c->loads, e) < 0)
		return -1;
	pmc_compute(
	    a, &c->pmc, &settings, c->loads.list, c->loads.n, call_today(call));
	c->n_daily = c->pmc.n;
	c->today = c->pmc.n > 0 ? &c->pmc.day[c->pmc.n - 1] : NULL;
	c->daily = arena_many(a, c->n_daily, double);
	for (size_t i = 0; i < c->n_daily; i++)
		c->daily[i] = c->pmc.day[i].load;
	return 0;
}

static double
sum_last(const struct chart *c, size_t days)
{
	double sum = 0;

	for (size_t i = c->n_daily - MIN(days, c->n_daily); i < c->n_daily; i++)
		sum += value_has(c->daily[i]) ? c->daily[i] : 0;
	return sum;
}

/* --- showing ------------------------------------------------------------- */

static void
show_today(struct jsonw *w, const struct chart *c)
{
	const struct pmc_day *d = c->today;

	jsonw_kv_day(w, "date", d->day);
	jsonw_kv_fixed(w, "ctl", d->ctl, 1);
	jsonw_kv_fixed(w, "atl", d->atl, 1);
	jsonw_kv_fixed_opt(w, "tsb", d->tsb, 1);
	jsonw_kv_fixed(w, "tsb_same_day", d->ctl - d->atl, 1);
	jsonw_kv_fixed_opt(w, "ramp_rate", d->ramp_rate, 1);
	jsonw_kv_cstr(w, "form", pmc_form_name(pmc_form(d->tsb)));
	jsonw_kv_cstr(w, "form_meaning", pmc_form_meaning(pmc_form(d->tsb)));
	jsonw_kv_fixed(w, "load_7_days", sum_last(c, 7), 1);
	jsonw_kv_fixed(w, "load_28_days", sum_last(c, 28), 1);
	jsonw_kv_fixed_opt(w, "acwr", variation_acwr(c->daily, c->n_daily), 2);
	jsonw_kv_fixed_opt(w, "acwr_uncoupled",
	    variation_acwr_uncoupled(c->daily, c->n_daily), 2);
	jsonw_kv_fixed_opt(
	    w, "acwr_ewma", variation_acwr_ewma(c->daily, c->n_daily), 2);
	jsonw_kv_fixed_opt(
	    w, "monotony", variation_monotony(c->daily, c->n_daily), 2);
	jsonw_kv_fixed_opt(
	    w, "strain", variation_strain(c->daily, c->n_daily), 0);
}

static void
show_methods(struct jsonw *w, const struct chart *c)
{
	jsonw_kv_object(w, "loads");
	jsonw_kv_int(w, "activities", c->loads.activities);
	jsonw_kv_int(w, "without_load", c->loads.without_load);
	jsonw_kv_int(w, "dated_after_today", c->loads.after_today);
	if (c->loads.activities > 0)
		jsonw_kv_day(w, "first_date", c->loads.first_day);
	jsonw_kv_object(w, "by_method");
	for (int m = 0; m < LOAD_METHOD_COUNT; m++) {
		if (c->loads.by_method[m] > 0)
			jsonw_kv_int(w, load_method_name((enum load_method)m),
			    c->loads.by_method[m]);
	}
	jsonw_end_object(w);
	jsonw_end_object(w);
}

static void
show_model(struct jsonw *w)
{
	struct pmc_settings s = PMC_DEFAULTS;

	jsonw_kv_object(w, "model");
	jsonw_kv_fixed(w, "ctl_days", s.ctl_days, 0);
	jsonw_kv_fixed(w, "atl_days", s.atl_days, 0);
	jsonw_kv_cstr(w, "daily_factor", pmc_factor_name(s.factor));
	jsonw_kv_cstr(w, "tsb",
	    "CTL minus ATL of the day before, as TrainingPeaks has it");
	jsonw_kv_cstr(w, "tsb_same_day",
	    "CTL minus ATL of the day, as intervals.icu has it");
	jsonw_end_object(w);
}

static void
show_curve(struct jsonw *w, const struct chart *c, size_t days)
{
	jsonw_kv_array(w, "curve");
	for (size_t i = c->pmc.n - MIN(days, c->pmc.n); i < c->pmc.n; i++) {
		const struct pmc_day *d = &c->pmc.day[i];

		jsonw_object(w);
		jsonw_kv_day(w, "date", d->day);
		jsonw_kv_fixed(w, "load", d->load, 1);
		jsonw_kv_fixed(w, "ctl", d->ctl, 1);
		jsonw_kv_fixed(w, "atl", d->atl, 1);
		jsonw_kv_fixed_opt(w, "tsb", d->tsb, 1);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void
show_notes(struct jsonw *w, const struct chart *c)
{
	jsonw_kv_array(w, "notes");
	if (!c->pmc.settled)
		jsonw_cstr(w, "The history is shorter than 90 days, so CTL is "
			      "still rising from zero: it is too low, and TSB "
			      "with it.");
	if (c->loads.without_load > 0)
		jsonw_cstr(w, "Activities without a load count as rest. Set "
			      "thresholds (get_athlete lists those that are "
			      "missing) or record heart rate, power or RPE.");
	if (c->loads.after_today > 0)
		jsonw_cstr(w, "Activities dated later than today are left "
			      "out.");
	jsonw_end_array(w);
}

static void
say_today(struct mcp_call *call, const struct chart *c)
{
	const struct pmc_day *d = c->today;

	call_text(
	    call, "Fitness (CTL) %.0f, fatigue (ATL) %.0f", d->ctl, d->atl);
	if (value_has(d->tsb))
		call_text(call, ", form (TSB) %+.0f: %s", d->tsb,
		    pmc_form_meaning(pmc_form(d->tsb)));
	if (value_has(d->ramp_rate))
		call_text(
		    call, " CTL changed by %+.1f in 7 days.", d->ramp_rate);
	if (!c->pmc.settled)
		call_text(call, " The history is shorter than 90 days, so "
				"these numbers are still settling.");
}

static void
say_nothing_to_tell(struct mcp_call *call, const struct chart *c)
{
	int64_t past = c->loads.activities - c->loads.after_today;

	if (past == 0)
		call_text(call, "There are no activities up to today, so there "
				"is no fitness, fatigue or form to tell.");
	else
		call_text(call,
		    "None of the %lld activities up to today has a training "
		    "load, so there is no fitness, fatigue or form to tell. "
		    "get_athlete lists the thresholds that are missing. %s.",
		    (long long)past, show_threshold_how);
	if (c->loads.activities == 0 && !call_given(call, "provider"))
		offer_import_say(call);
}

static int
training_load_run(struct mcp_call *call, struct err *e)
{
	struct jsonw *w = call_out(call);
	struct chart c = { .n_daily = 0 };

	if (draw_chart(call, &c, e) < 0)
		return -1;
	jsonw_object(w);
	jsonw_kv_day(w, "today", call_today(call));
	jsonw_kv_bool(w, "settled", c.pmc.settled);
	show_methods(w, &c);
	if (c.today != NULL) {
		jsonw_kv_object(w, "training_load");
		show_today(w, &c);
		jsonw_end_object(w);
		say_today(call, &c);
	} else {
		say_nothing_to_tell(call, &c);
		if (c.loads.activities == 0 &&
		    activity_say_sources(call, e) < 0)
			return -1;
	}
	show_model(w);
	show_curve(w, &c, (size_t)call_int(call, "days"));
	show_notes(w, &c);
	jsonw_end_object(w);
	return 0;
}

const struct mcp_tool tool_analyze_training_load = {
	.name = "analyze_training_load",
	.title = "Training load, fitness and form",
	.list = "curve",
	.oldest_first = true,
	.about = "Use for fitness, tiredness, readiness and tapering. "
		 "Returns fitness (CTL), fatigue (ATL) and form "
		 "(TSB) up to today, with ramp rate, acute:chronic ratio, "
		 "monotony and strain, and how each activity's load was "
		 "derived. Cost: 2 KB, and 60 bytes a day; reads all loads.",
	.args = {
		ARG_INT("days", 7, 730, "42",
		    "How many days of the curve to return."),
		ARG_PROVIDER_AS_THERE,
		ARG_FIELDS_AS_THERE,
		ARG_FORMAT_AS_THERE,
	},
	.result = {
		HAS("today", "string", NULL),
		HAS("settled", "boolean",
		    "Whether the history suffices for CTL to be read."),
		HAS("loads", "object", "How the loads were derived."),
		MAY("training_load", "object", "The state today."),
		HAS("model", "object", NULL),
		HAS("curve", "array", "Day by day, oldest first."),
		HAS("notes", "array", "What limits these numbers."),
	},
	.scope = SCOPE_ACTIVITIES_READ,
	.ui = "ui://pierre/training-load",
	.run = training_load_run,
};
