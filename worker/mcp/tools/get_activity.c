/* One activity: summary, laps, and samples in as few bytes as are asked for. */

#include "loop/fiber.h"
#include "mcp/loads.h"
#include "mcp/show.h"
#include "provider/activity_json.h"

#define BYTES_PER_VALUE 9 /* of JSON text, about */
#define LAPS_SHOWN	200

static const char *const channels[] = {
#define STREAM(id, name, resolution) name,
#include "model/streams.def"
#undef STREAM
	NULL,
};

static const char *const methods[] = { "mean", "lttb", NULL };

/* --- samples ------------------------------------------------------------- */

#define PLACES ((1u << STREAM_LAT) | (1u << STREAM_LON))

struct picture {
	uint32_t shown; /* channels, bit per kind */
	uint32_t absent;
	uint32_t withheld; /* the token does not allow places */
	size_t points;
	enum downsample method;
	struct streams *samples; /* NULL: nothing to show */
};

static unsigned
count_bits(uint32_t set)
{
	return (unsigned)__builtin_popcount(set);
}

static void
choose_channels(
    const struct mcp_call *call, const struct streams *s, struct picture *p)
{
	uint32_t wanted = (uint32_t)call_set(call, "streams");

	*p = (struct picture){ .method = (enum downsample)call_word(
				   call, "downsample") };
	if (!call_may(call, SCOPE_LOCATION_READ))
		p->withheld = wanted & PLACES;
	wanted &= ~p->withheld;
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if ((wanted >> k & 1) == 0)
			continue;
		if (s != NULL && streams_has(s, (enum stream_kind)k))
			p->shown |= 1u << k;
		else
			p->absent |= 1u << k;
	}
}

struct drawing {
	struct arena *arena;
	const struct streams *all;
	struct picture *picture;
};

static void
draw_in_thread(void *arg)
{
	struct drawing *d = arg;
	struct picture *p = d->picture;

	p->samples = streams_downsample(
	    d->arena, d->all, p->shown, p->points, p->method);
}

/* As many points as asked for, as far as the bytes suffice. */
static int
draw(struct mcp_call *call, const struct streams *s, struct picture *p,
    struct err *e)
{
	struct drawing d = { call_arena(call), s, p };
	int64_t room = call_int(call, "max_bytes") /
		       (BYTES_PER_VALUE * (count_bits(p->shown) + 1));

	p->points = (size_t)MAX(MIN(call_int(call, "points"), room), 2);
	return p->shown != 0 ? fiber_offload(draw_in_thread, &d, e) : 0;
}

static void
show_names(struct jsonw *w, const char *key, uint32_t set)
{
	if (set == 0)
		return;
	jsonw_kv_array(w, key);
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if (set >> k & 1)
			jsonw_cstr(w, stream_name((enum stream_kind)k));
	}
	jsonw_end_array(w);
}

static int
digits_of(enum stream_kind k)
{
	double step = stream_resolution(k);
	int digits = 0;

	for (; step < 0.999 && digits < 7; step *= 10)
		digits++;
	return MAX(digits, 1);
}

static void
show_channel(struct jsonw *w, const struct streams *s, enum stream_kind k)
{
	jsonw_kv_array(w, stream_name(k));
	for (size_t i = 0; i < s->n; i++)
		jsonw_fixed(w, s->v[k][i], digits_of(k));
	jsonw_end_array(w);
}

static void
show_samples(
    struct jsonw *w, const struct streams *all, const struct picture *p)
{
	jsonw_kv_object(w, "streams");
	if (p->samples != NULL) {
		jsonw_kv_array(w, "time_s");
		for (size_t i = 0; i < p->samples->n; i++)
			jsonw_int(w, p->samples->t_s[i]);
		jsonw_end_array(w);
		for (int k = 0; k < STREAM_KIND_COUNT; k++) {
			if (p->shown >> k & 1)
				show_channel(
				    w, p->samples, (enum stream_kind)k);
		}
	}
	jsonw_end_object(w);
	jsonw_kv_object(w, "streams_info");
	jsonw_kv_int(w, "recorded_samples", all != NULL ? (int64_t)all->n : 0);
	jsonw_kv_int(
	    w, "points", p->samples != NULL ? (int64_t)p->samples->n : 0);
	jsonw_kv_cstr(w, "downsampling", methods[p->method]);
	show_names(w, "not_recorded", p->absent);
	show_names(w, "needs_scope_location_read", p->withheld);
	jsonw_end_object(w);
}

/* Which devices and services recorded it, and what came from each. */
static int
show_recordings(
    struct mcp_call *call, const struct activity *act, struct err *e)
{
	struct recording *list;
	size_t n;

	if (recordings_list(call_db(call), call_arena(call), call_owner(call),
		&act->id, &list, &n, e) < 0)
		return -1;
	activity_json_recordings(
	    call_out(call), "recordings", list, n, ACTIVITY_ALL);
	return 0;
}

static int
get_activity_run(struct mcp_call *call, struct err *e)
{
	struct jsonw *w = call_out(call);
	bool with_streams = call_set(call, "streams") != 0;
	struct whole_activity whole;
	struct stored_activity *sa = &whole.stored;
	struct activity *act = &sa->activity;
	struct picture picture;

	if (call_whole_activity(call, &whole, e) < 0 ||
	    activity_load_fill(call, &whole, e) < 0)
		return -1;
	if (with_streams && activities_read_streams(call_db(call),
				call_arena(call), call_owner(call), act, e) < 0)
		return -1;
	show_activity_line(&call->text, sa);
	jsonw_object(w);
	jsonw_key(w, "activity");
	show_activity(call, w, sa, SHOW_DETAILED);
	if (call_bool(call, "laps")) {
		activity_json_laps(w, "laps", act, LAPS_SHOWN);
		jsonw_kv_int(w, "lap_count", (int64_t)act->n_laps);
	}
	if (sa->recordings > 1 && show_recordings(call, act, e) < 0)
		return -1;
	if (with_streams) {
		choose_channels(call, act->streams, &picture);
		if (draw(call, act->streams, &picture, e) < 0)
			return -1;
		show_samples(w, act->streams, &picture);
	}
	jsonw_end_object(w);
	return 0;
}

const struct mcp_tool tool_get_activity = {
	.name = "get_activity",
	.title = "Get one activity",
	.about = "Use to read one activity. Returns all its numbers, its "
		 "laps with what each was for and, when streams names "
		 "channels, its samples down-sampled to fit. For science over "
		 "samples use analyze_activity. Cost: 2 KB, and up to "
		 "max_bytes of samples.",
	.args = {
		ARG_ACTIVITY,
		ARG_BOOL("laps", "true", "Whether to include laps."),
		{ .name = "streams", .type = MCP_ARG_LIST, .words = channels,
		    .example = "[\"power_w\",\"hr_bpm\"]",
		    .about = "Channels of samples to include. Default: none." },
		ARG_INT("points", 2, 20000, "120",
		    "Samples a channel, at most."),
		ARG_ENUM("downsample", methods, "mean",
		    "mean: the average of each stretch; lttb: the samples that "
		    "keep the line's shape."),
		ARG_INT("max_bytes", 1000, 400000, "40000",
		    "About how large the samples may be, in bytes of JSON."),
		ARG_FORMAT,
	},
	.result = {
		HAS("activity", "object", NULL),
		MAY("laps", "array", NULL),
		MAY("lap_count", "integer", NULL),
		MAY("recordings", "array",
		    "When it is made of several: each as it came, and in "
		    "gives what the activity has from it."),
		MAY("streams", "object",
		    "time_s since the start, and an array a channel; null "
		    "where nothing was recorded."),
		MAY("streams_info", "object",
		    "How the samples were reduced, and what is not there."),
	},
	.scope = SCOPE_ACTIVITIES_READ,
	.reads_person = true,
	.run = get_activity_run,
};
