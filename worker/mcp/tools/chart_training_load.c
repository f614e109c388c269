/* Fitness, fatigue, form and load of the last weeks or months, as a chart. */

#include "mcp/chart_show.h"
#include "mcp/charts/charts.h"
#include "mcp/loads.h"
#include "mcp/views/views.h"

#define PLACE(member) offsetof(struct pmc_day, member)

struct work {
	struct pmc pmc;
	size_t days;
};

static int
draw(void *arg, struct buf *png, struct err *e)
{
	const struct work *w = arg;

	return chart_training_load(PICTURE_PNG, &w->pmc, w->days, png, e);
}

static void
show_curve(struct mcp_call *call, const char *key, const struct pmc_day *day,
    size_t n, size_t place)
{
	double *v = arena_many(call_arena(call), n, double);

	for (size_t i = 0; i < n; i++)
		v[i] = pmc_value(&day[i], place);
	chart_numbers(call_out(call), key, v, n, 1);
}

static void
show(struct mcp_call *call, const struct work *work)
{
	const struct pmc_day *day = work->pmc.day + work->pmc.n - work->days;
	struct jsonw *w = call_out(call);

	jsonw_kv_array(w, "dates");
	for (size_t i = 0; i < work->days; i++)
		jsonw_day(w, day[i].day);
	jsonw_end_array(w);
	show_curve(call, "ctl", day, work->days, PLACE(ctl));
	show_curve(call, "atl", day, work->days, PLACE(atl));
	show_curve(call, "tsb", day, work->days, PLACE(tsb));
	show_curve(call, "load", day, work->days, PLACE(load));
}

static void
say(struct mcp_call *call, const struct work *work)
{
	const struct pmc_day *last = &work->pmc.day[work->pmc.n - 1];
	const struct pmc_day *first = &work->pmc.day[work->pmc.n - work->days];

	call_text(call,
	    "Training load of %zu days. Fitness (CTL) went from %.0f to %.0f; "
	    "fatigue (ATL) is %.0f",
	    work->days, first->ctl, last->ctl, last->atl);
	if (value_has(last->tsb))
		call_text(call, ", form (TSB) %+.0f", last->tsb);
	call_text(call, ".");
	if (!work->pmc.settled)
		call_text(call,
		    " The history is shorter than 90 days, so these "
		    "numbers are still settling.");
}

static int
run(struct mcp_call *call, struct err *e)
{
	struct pmc_settings settings = PMC_DEFAULTS;
	struct activity_loads loads;
	struct work work;

	if (activity_loads_of(
		call, NULL, (int32_t)call_int(call, "days"), &loads, e) < 0)
		return -1;
	pmc_compute(call_arena(call), &work.pmc, &settings, loads.list, loads.n,
	    call_today(call));
	if (work.pmc.n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "there is no activity with a training load yet, so there "
		    "is nothing to draw");
	work.days = MIN(work.pmc.n, (size_t)call_int(call, "days"));
	jsonw_object(call_out(call));
	jsonw_kv_cstr(call_out(call), "chart", "training_load");
	show(call, &work);
	jsonw_end_object(call_out(call));
	say(call, &work);
	return chart_add_picture(call, draw, &work, e);
}

const struct mcp_tool tool_chart_training_load = {
	.name = "chart_training_load",
	.title = "Training load chart",
	.about = "Use when the person wants to see the training load; "
		 "analyze_training_load says more in numbers. Returns fitness "
		 "(CTL), fatigue (ATL), form (TSB) and load by day, as lists and "
		 "as a picture. Cost: 10 KB of numbers for 180 days, and a picture "
		 "of 100 KB.",
	.args = {
		ARG_INT("days", 7, 730, "180", "How many days, up to today."),
		ARG_IMAGE,
	},
	.result = {
		HAS("chart", "string", "training_load."),
		HAS("dates", "array", "The days, oldest first."),
		HAS("ctl", "array", "Fitness of each day."),
		HAS("atl", "array", "Fatigue of each day."),
		HAS("tsb", "array", "Form of each day; null at first."),
		HAS("load", "array", "Training load of each day."),
	},
	.scope = SCOPE_ACTIVITIES_READ,
	.set = TOOLSET_ALL,
	.ui = "ui://pierre/training-load",
	.run = run,
};

/* --- the page that shows it ---------------------------------------------- */

static int
view_run(struct mcp_call *call, struct err *e)
{
	(void)e;
	call_text(call, "%s", view_chart);
	return 0;
}

const struct mcp_resource resource_training_load_view = {
	.uri = "ui://pierre/training-load",
	.name = "training_load_view",
	.title = "Training load chart",
	.about = "The page that shows the result of chart_training_load.",
	.mime = VIEW_MIME,
	.meta = VIEW_META,
	.pure = true,
	.run = view_run,
};

const struct mcp_resource resource_activity_view = {
	.uri = "ui://pierre/activity",
	.name = "activity_view",
	.title = "Activity chart",
	.about = "The page that shows the result of chart_activity.",
	.mime = VIEW_MIME,
	.meta = VIEW_META,
	.pure = true,
	.run = view_run,
};
