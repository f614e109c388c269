/* One activity by its samples, as a chart: altitude, heart rate, power, and
 * speed or pace, one below the other. */

#include "base/date.h"
#include "mcp/chart_show.h"
#include "mcp/charts/charts.h"
#include "mcp/show.h"
#include "sport/load.h"
#include "sport/pace.h"

/* As many places as a page has room for; the picture shows all samples. */
#define POINTS 240

struct work {
	struct stored_activity sa;
	struct arena *arena;
	struct trace traces[CHART_MAX_TRACES];
	size_t n;
	size_t seconds;
	const char *title;
	const char *about;
};

static int
draw(void *arg, struct buf *png, struct err *e)
{
	const struct work *w = arg;

	return chart_activity(
	    PICTURE_PNG, w->title, w->about, w->traces, w->n, png, e);
}

/* --- samples ------------------------------------------------------------- */

static void
add(struct work *w, enum trace_kind kind, enum stream_kind channel)
{
	const struct streams *s = w->sa.activity.streams;
	struct trace *t = &w->traces[w->n];
	double *v;

	if (w->n == CHART_MAX_TRACES || !streams_has(s, channel))
		return;
	v = streams_resample(w->arena, s, channel, LOAD_MAX_GAP_S, &t->n);
	/* A heart does not stop: that is a strap without contact. */
	for (size_t i = 0; i < t->n && channel == STREAM_HR; i++)
		v[i] = v[i] > 0 ? v[i] : VALUE_MISSING;
	t->kind = kind;
	t->v = v;
	w->seconds = MAX(w->seconds, t->n);
	w->n++;
}

static int
gather(struct work *w, struct err *e)
{
	enum sport_family f = sport_type_family(w->sa.activity.sport);
	bool on_foot = f == FAMILY_RUN || f == FAMILY_WALK;

	if (w->sa.activity.streams == NULL || w->sa.activity.streams->n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "the activity has no samples to draw; get_activity shows "
		    "its totals");
	streams_derive(w->arena, w->sa.activity.streams);
	add(w, TRACE_ALTITUDE, STREAM_ALTITUDE);
	add(w, TRACE_HR, STREAM_HR);
	add(w, TRACE_POWER, STREAM_POWER);
	add(w, on_foot ? TRACE_PACE : TRACE_SPEED, STREAM_SPEED);
	add(w, TRACE_CADENCE, STREAM_CADENCE);
	return w->n > 0 ? 0
			: err_set(e, ERR_NOT_FOUND,
			      "the activity has no channel that can be drawn");
}

/* --- telling ------------------------------------------------------------- */

static void
write_about(struct work *w)
{
	const struct activity *act = &w->sa.activity;
	int64_t local_min = act->start_us / 60000000 + act->utc_offset_s / 60;
	char day[DATE_TEXT_LEN + 1];
	struct buf b = BUF_INIT;

	date_format_day(act->local_day, day);
	buf_printf(&b, "%s, %s %02d:%02d, ", sport_type_name(act->sport), day,
	    (int)(local_min / 60 % 24), (int)(local_min % 60));
	date_format_duration(&b, (double)w->seconds);
	if (value_has(act->sum.distance_m)) {
		buf_adds(&b, ", ");
		show_distance(&b, act->sum.distance_m);
	}
	w->about = arena_strndup(w->arena, b.p, b.n);
	w->title = act->name[0] != '\0' ? act->name : "Activity";
	buf_free(&b);
}

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
	size_t n = (work->seconds + step_s - 1) / step_s;
	double *v = arena_many(work->arena, n, double);

	jsonw_kv_object(w, "channels");
	for (size_t k = 0; k < work->n; k++) {
		const struct trace *t = &work->traces[k];

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
	size_t step_s = MAX((work->seconds + POINTS - 1) / POINTS, 1);

	jsonw_object(w);
	jsonw_kv_cstr(w, "chart", "activity");
	jsonw_kv_cstr(w, "title", work->title);
	jsonw_kv_cstr(w, "about", work->about);
	jsonw_kv_int(w, "duration_s", (int64_t)work->seconds);
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
	    gather(&work, e) < 0)
		return -1;
	write_about(&work);
	show(call, &work);
	call_text(call, "%s: %s. Shown are", work.title, work.about);
	for (size_t i = 0; i < work.n; i++)
		call_text(call, "%s %s", i > 0 ? "," : "",
		    channels[work.traces[i].kind].key);
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
