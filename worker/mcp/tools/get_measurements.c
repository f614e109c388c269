/* Measurements of days: resting heart rate, variability, weight, steps, and the
 * times asleep for those who may see sleep. */

#include "mcp/call.h"
#include "store/dailies.h"

#define DAYS_DEFAULT 28
#define DAYS_MAX     366
#define VALUES_MAX   1100 /* in one answer */

static const char *const kinds[] = {
#define X(id, name, low, high) name,
	DAILY_KINDS(X)
#undef X
	    NULL,
};

#define OF_SLEEP                                                               \
	(1u << DAILY_SLEEP_TOTAL | 1u << DAILY_SLEEP_DEEP |                    \
	    1u << DAILY_SLEEP_REM | 1u << DAILY_SLEEP_LIGHT |                  \
	    1u << DAILY_SLEEP_AWAKE)

struct series {
	struct daily *list;
	size_t n;
	int32_t from, to;
};

static int
read_series(struct mcp_call *call, struct series *s, struct err *e)
{
	uint32_t wanted = (uint32_t)call_set(call, "kinds");

	if (wanted == 0)
		wanted = DAILIES_ALL;
	if (!call_may(call, SCOPE_SLEEP_READ))
		wanted &= ~OF_SLEEP;
	s->to = call_day(call, "to", call_today(call));
	s->from = call_day(call, "from", s->to - DAYS_DEFAULT + 1);
	if (s->from > s->to)
		return err_set(e, ERR_INVALID, "from must not be after to");
	if ((int64_t)s->to - s->from >= DAYS_MAX)
		return err_set(e, ERR_INVALID,
		    "from and to are more than %d days apart", DAYS_MAX);
	if (dailies_range(call_db(call), call_arena(call), call_owner(call),
		wanted, s->from, s->to, &s->list, &s->n, e) < 0)
		return -1;
	if (s->n > VALUES_MAX)
		return err_set(e, ERR_INVALID,
		    "these are %zu values, at most %d are given; ask for fewer "
		    "days or name kinds",
		    s->n, VALUES_MAX);
	return 0;
}

static void
show_day(struct jsonw *w, const struct daily *d)
{
	jsonw_object(w);
	jsonw_kv_day(w, "date", d->day);
	jsonw_kv_fixed_opt(w, "value", d->value, 2);
	if (value_is_restricted(d->value))
		jsonw_kv_bool(w, "restricted", true);
	jsonw_kv_cstr_opt(w, "source", d->source);
	jsonw_end_object(w);
}

/* The list is in order of kinds. */
static void
show_kinds(struct jsonw *w, const struct series *s)
{
	jsonw_kv_array(w, "measurements");
	for (size_t i = 0; i < s->n;) {
		enum daily_kind kind = s->list[i].kind;

		jsonw_object(w);
		jsonw_kv_cstr(w, "kind", daily_name(kind));
		jsonw_kv_array(w, "days");
		for (; i < s->n && s->list[i].kind == kind; i++)
			show_day(w, &s->list[i]);
		jsonw_end_array(w);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void
say_latest(struct mcp_call *call, const struct series *s)
{
	if (s->n == 0)
		call_text(call, "Nothing was measured in these days.");
	for (size_t i = 0; i < s->n; i++) {
		bool last =
		    i + 1 == s->n || s->list[i + 1].kind != s->list[i].kind;

		if (last && value_has(s->list[i].value))
			call_text(call, "%s%s %.5g",
			    call->text.n > 0 ? ", " : "Latest: ",
			    daily_name(s->list[i].kind), s->list[i].value);
	}
}

static int
get_measurements_run(struct mcp_call *call, struct err *e)
{
	struct jsonw *w = call_out(call);
	struct series s;

	if (read_series(call, &s, e) < 0)
		return -1;
	say_latest(call, &s);
	jsonw_object(w);
	jsonw_kv_day(w, "from", s.from);
	jsonw_kv_day(w, "to", s.to);
	show_kinds(w, &s);
	jsonw_end_object(w);
	return 0;
}

const struct mcp_tool tool_get_measurements = {
	.name = "get_measurements",
	.title = "Get daily measurements",
	.about = "Use for trends of resting heart rate, heart-rate variability "
		 "(RMSSD and SDNN, never mixed), weight, stress, steps. Returns "
		 "a value a day by kind, oldest first. Cost: 50 bytes a value.",
	.args = {
		ARG_DATE("from", "First day. Default: 28 days."),
		ARG_DATE("to", "Last day. Default: today."),
		ARG_LIST("kinds", kinds, "Default: all."),
	},
	.result = {
		HAS("from", "string", NULL),
		HAS("to", "string", NULL),
		HAS("measurements", "array", NULL),
	},
	.set = TOOLSET_ALL,
	.scope = SCOPE_MEASUREMENTS_READ,
	.run = get_measurements_run,
};
