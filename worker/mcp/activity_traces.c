#include "mcp/activity_traces.h"

#include "base/date.h"
#include "mcp/show.h"
#include "sport/load.h"

static void
add(struct arena *a, const struct streams *s, struct activity_traces *w,
    enum trace_kind kind, enum stream_kind channel)
{
	struct trace *t = &w->traces[w->n];
	double *v;

	if (w->n == CHART_MAX_TRACES || !streams_has(s, channel))
		return;
	v = streams_resample(a, s, channel, LOAD_MAX_GAP_S, &t->n);
	/* A heart does not stop: that is a strap without contact. */
	for (size_t i = 0; i < t->n && channel == STREAM_HR; i++)
		v[i] = v[i] > 0 ? v[i] : VALUE_MISSING;
	t->kind = kind;
	t->v = v;
	w->seconds = MAX(w->seconds, t->n);
	w->n++;
}

static void
write_about(
    struct arena *a, const struct activity *act, struct activity_traces *w)
{
	int64_t local_min = act->start_us / 60000000 + act->utc_offset_s / 60;
	char day[DATE_TEXT_LEN + 1];
	struct buf b = BUF_INIT;

	date_format_day(act->local_day, day);
	buf_printf(&b, "%s, %s %02d:%02d, ", sport_type_name(act->sport), day,
	    (int)(local_min / 60 % 24), (int)(local_min % 60));
	date_format_duration(&b, (double)w->duration_s);
	if (value_has(act->sum.distance_m)) {
		buf_adds(&b, ", ");
		show_distance(&b, act->sum.distance_m);
	}
	w->about = arena_strndup(a, b.p, b.n);
	w->title = act->name[0] != '\0' ? act->name : "Activity";
	buf_free(&b);
}

int
activity_traces_gather(struct arena *a, struct activity *act,
    struct activity_traces *out, struct err *e)
{
	enum sport_family f = sport_type_family(act->sport);
	bool on_foot = f == FAMILY_RUN || f == FAMILY_WALK;
	struct streams *s = act->streams;

	*out = (struct activity_traces){ .n = 0 };
	if (s == NULL || s->n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "the activity has no samples to draw; get_activity shows "
		    "its totals");
	streams_derive(a, s);
	add(a, s, out, TRACE_ALTITUDE, STREAM_ALTITUDE);
	add(a, s, out, TRACE_HR, STREAM_HR);
	add(a, s, out, TRACE_POWER, STREAM_POWER);
	add(a, s, out, on_foot ? TRACE_PACE : TRACE_SPEED, STREAM_SPEED);
	add(a, s, out, TRACE_CADENCE, STREAM_CADENCE);
	if (out->n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "the activity has no channel that can be drawn");
	out->duration_s = out->seconds > 0 ? out->seconds - 1 : 0;
	write_about(a, act, out);
	return 0;
}

int
activity_traces_draw(const struct activity_traces *t, enum picture kind,
    struct buf *out, struct err *e)
{
	return chart_activity(
	    kind, t->title, t->about, t->traces, t->n, out, e);
}
