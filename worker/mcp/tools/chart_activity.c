/* One activity by its samples, as a chart: altitude, heart rate, power, and
 * speed or pace, one below the other. */

#include "mcp/activity_traces.h"
#include "mcp/chart_show.h"
#include "mcp/show.h"
#include "sport/pace.h"

/* As many places as a page has room for; the picture shows all samples. */
#define POINTS 240

struct work {
	struct stored_activity sa;
	struct arena *arena;
	struct activity_traces of;
};

static int
draw(void *arg, struct buf *png, struct err *e)
{
	const struct work *w = arg;

	return activity_traces_draw(&w->of, PICTURE_PNG, png, e);
}

/* --- telling ------------------------------------------------------------- */

static const struct {
	const char *key;
	int digits;
} channels[] = {
	[TRACE_ALTITUDE] = { "altitude_m", 0 },
	[TRACE_HR] = { "heart_rate_bpm", 0 },
	[TRACE_POWER] = { "power_w", 0 },
	[TRACE_SPEED] = { "speed_kmh", 1 },
	[TRACE_PACE] = { "pace_s_per_km", 0 },
	[TRACE_CADENCE] = { "cadence_per_minute", 0 },
};

/* The mean of a bucket in the unit that is shown. */
static double
mean_of(const struct trace *t, size_t from, size_t to)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = from; i < to && i < t->n; i++) {
		if (!value_has(t->v[i]))
			continue;
		sum += t->v[i];
		n++;
	}
	if (n == 0)
		return VALUE_MISSING;
	if (t->kind == TRACE_SPEED)
		return sum / (double)n * 3.6;
	if (t->kind == TRACE_PACE)
		return sum / (double)n < CHART_STANDING_MPS
			   ? VALUE_MISSING
			   : pace_s_per_km(sum / (double)n);
	return sum / (double)n;
}

static void
show_traces(struct jsonw *w, const struct work *work, size_t step_s)
{
	size_t n = (work->of.seconds + step_s - 1) / step_s;
	double *v = arena_many(work->arena, n, double);

	jsonw_kv_object(w, "channels");
	for (size_t k = 0; k < work->of.n; k++) {
		const struct trace *t = &work->of.traces[k];

		for (size_t i = 0; i < n; i++)
			v[i] = mean_of(t, i * step_s, (i + 1) * step_s);
		chart_numbers(
		    w, channels[t->kind].key, v, n, channels[t->kind].digits);
	}
	jsonw_end_object(w);
}

static void
show(struct mcp_call *call, const struct work *work)
{
	struct jsonw *w = call_out(call);
	size_t step_s = MAX((work->of.seconds + POINTS - 1) / POINTS, 1);

	jsonw_object(w);
	jsonw_kv_cstr(w, "chart", "activity");
	jsonw_kv_cstr(w, "title", work->of.title);
	jsonw_kv_cstr(w, "about", work->of.about);
	jsonw_kv_int(w, "duration_s", (int64_t)work->of.duration_s);
	jsonw_kv_int(w, "step_s", (int64_t)step_s);
	show_traces(w, work, step_s);
	jsonw_end_object(w);
}

static int
run(struct mcp_call *call, struct err *e)
{
	struct work work = { .arena = call_arena(call) };

	if (call_activity(call, &work.sa, e) < 0 ||
	    activities_read_streams(call_db(call), work.arena, call_owner(call),
		&work.sa.activity, e) < 0 ||
	    activity_traces_gather(work.arena, &work.sa.activity, &work.of, e) <
		0)
		return -1;
	show(call, &work);
	call_text(call, "%s: %s. Shown are", work.of.title, work.of.about);
	for (size_t i = 0; i < work.of.n; i++)
		call_text(call, "%s %s", i > 0 ? "," : "",
		    channels[work.of.traces[i].kind].key);
	call_text(call, ".");
	return chart_add_picture(call, draw, &work, e);
}

const struct mcp_tool tool_chart_activity = {
	.name = "chart_activity",
	.title = "Activity chart",
	.about = "Use when the person wants to see one activity; "
		 "analyze_activity says more in numbers. Returns altitude, heart "
		 "rate, power, and speed or pace over time, as lists and as a "
		 "picture. Cost: 5 KB of numbers, and a picture of 150 KB.",
	.args = { ARG_ACTIVITY, ARG_IMAGE },
	.result = {
		HAS("chart", "string", "activity."),
		HAS("title", "string", "The activity's name."),
		HAS("about", "string", "Sport, start, duration, distance."),
		HAS("duration_s", "integer", "Length of the axis."),
		HAS("step_s", "integer", "Seconds between two values."),
		HAS("channels", "object", "Lists of means by channel; null: "
					  "not known."),
	},
	.scope = SCOPE_ACTIVITIES_READ,
	.set = TOOLSET_ALL,
	.ui = "ui://pierre/activity",
	.run = run,
};
