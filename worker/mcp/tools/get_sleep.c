/* Nights and naps of a range of days, with averages, and the stages if they are
 * asked for. */

#include "base/date.h"
#include "mcp/call.h"
#include "store/sleeps.h"

#define DAYS_DEFAULT 14
#define DAYS_MAX     366
#define DAYS_STAGES  31 /* a night of stages takes 3 KB */

struct nights {
	struct sleep *list;
	size_t n;
	int32_t from, to;
};

static int
read_nights(struct mcp_call *call, struct nights *s, struct err *e)
{
	int32_t most = call_bool(call, "stages") ? DAYS_STAGES : DAYS_MAX;

	s->to = call_day(call, "to", call_today(call));
	s->from = call_day(call, "from", s->to - DAYS_DEFAULT + 1);
	if (s->from > s->to)
		return err_set(e, ERR_INVALID, "from must not be after to");
	if ((int64_t)s->to - s->from >= most)
		return err_set(e, ERR_INVALID,
		    "from and to are more than %d days apart%s", most,
		    most == DAYS_STAGES ? ", the most with stages" : "");
	return sleeps_range(call_db(call), call_arena(call), call_owner(call),
	    s->from, s->to, SLEEPS_MAX, &s->list, &s->n, e);
}

/* Mean of what is known; NaN when nothing is. */
static double
mean_of(const struct nights *s, enum sleep_number number)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (!value_has(s->list[i].v[number]))
			continue;
		sum += s->list[i].v[number];
		n++;
	}
	return n > 0 ? sum / (double)n : VALUE_MISSING;
}

static void
say_nights(struct mcp_call *call, const struct nights *s)
{
	double asleep = mean_of(s, SLEEP_asleep_s);
	struct buf time = BUF_INIT;

	if (s->n == 0) {
		call_text(call, "No sleep was recorded in these days. It comes "
				"with the sleep files of watches and the "
				"exports of Garmin and Apple Health.");
		return;
	}
	call_text(call, "%zu sleep%s", s->n, s->n == 1 ? "" : "s");
	if (value_has(asleep)) {
		date_format_duration(&time, asleep);
		call_text(call, ", %s asleep on average", buf_cstr(&time));
	}
	call_text(call, ".");
	buf_free(&time);
}

static int
get_sleep_run(struct mcp_call *call, struct err *e)
{
	struct jsonw *w = call_out(call);
	struct nights s;

	if (read_nights(call, &s, e) < 0)
		return -1;
	say_nights(call, &s);
	jsonw_object(w);
	jsonw_kv_day(w, "from", s.from);
	jsonw_kv_day(w, "to", s.to);
	jsonw_kv_object(w, "average");
	for (int n = 0; n < SLEEP_NUMBER_COUNT; n++)
		jsonw_kv_fixed_opt(w, sleep_number_name((enum sleep_number)n),
		    mean_of(&s, (enum sleep_number)n),
		    sleep_number_digits((enum sleep_number)n));
	jsonw_end_object(w);
	jsonw_kv_array(w, "sleeps");
	for (size_t i = 0; i < s.n; i++) {
		jsonw_object(w);
		sleep_json(w, &s.list[i], call_bool(call, "stages"));
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
	return 0;
}

const struct mcp_tool tool_get_sleep = {
	.name = "get_sleep",
	.title = "Get sleep",
	.list = "sleeps",
	.about = "Use for sleep. Returns nights and naps by day of waking, "
		 "newest first, and averages. Cost: 300 bytes a night, 3 KB "
		 "with stages.",
	.args = {
		ARG_DATE("from", "First local day. Default: 14 days."),
		ARG_DATE("to", "Last day. Default: today."),
		ARG_BOOL("stages", "false",
		    "With stages; at most 31 days."),
		ARG_FIELDS_AS_THERE,
		ARG_FORMAT_AS_THERE,
	},
	.result = {
		HAS("from", "string", NULL),
		HAS("to", "string", NULL),
		HAS("average", "object", NULL),
		HAS("sleeps", "array", NULL),
	},
	.scope = SCOPE_SLEEP_READ,
	.run = get_sleep_run,
};
