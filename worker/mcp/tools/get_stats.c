/* Sums by sport over the usual ranges, or over a row of weeks, months or
 * years. */

#include "base/date.h"
#include "mcp/loads.h"
#include "mcp/show.h"

enum period { PERIOD_NONE, PERIOD_WEEK, PERIOD_MONTH, PERIOD_YEAR };

static const char *const periods[] = { "none", "week", "month", "year", NULL };

#define RECENT_DAYS 28

struct range {
	int32_t from, to; /* local days, inclusive */
};

struct sums {
	struct sport_totals *by_sport;
	size_t n;
	struct sport_totals all;
};

/* --- adding up ----------------------------------------------------------- */

static int
sum_up(struct mcp_call *call, struct range r, struct sums *out, struct err *e)
{
	int sport = call_word(call, "sport_type");
	size_t kept = 0;

	if (activities_totals(call_db(call), call_arena(call), call_owner(call),
		r.from, r.to, call_str(call, "provider"), &out->by_sport,
		&out->n, e) < 0)
		return -1;
	sport_totals_init(&out->all, SPORT_OTHER);
	for (size_t i = 0; i < out->n; i++) {
		if (sport >= 0 &&
		    out->by_sport[i].sport != (enum sport_type)sport)
			continue;
		sport_totals_add(&out->all, &out->by_sport[i]);
		out->by_sport[kept++] = out->by_sport[i];
	}
	out->n = kept;
	return 0;
}

/* --- showing ------------------------------------------------------------- */

static void
show_totals(struct jsonw *w, const struct sport_totals *t)
{
	jsonw_kv_int(w, "activities", t->n);
	jsonw_kv_fixed_opt(w, "distance_m", t->distance_m, 0);
	jsonw_kv_fixed_opt(w, "duration_s", t->elapsed_s, 0);
	jsonw_kv_fixed_opt(w, "moving_s", t->moving_s, 0);
	jsonw_kv_fixed_opt(w, "elevation_gain_m", t->elevation_gain_m, 0);
	jsonw_kv_fixed_opt(w, "calories_kcal", t->calories_kcal, 0);
	jsonw_kv_fixed_opt(w, "training_load", t->load, 1);
	jsonw_kv_fixed_opt(w, "longest_distance_m", t->longest_m, 0);
	jsonw_kv_fixed_opt(w, "longest_duration_s", t->longest_s, 0);
	if (t->n > 0) {
		jsonw_kv_day(w, "first_date", t->first_day);
		jsonw_kv_day(w, "last_date", t->last_day);
	}
}

static void
show_sums(struct jsonw *w, struct range r, const struct sums *s)
{
	jsonw_object(w);
	if (r.from != INT32_MIN)
		jsonw_kv_day(w, "from", r.from);
	if (r.to != INT32_MAX)
		jsonw_kv_day(w, "to", r.to);
	show_totals(w, &s->all);
	jsonw_kv_array(w, "by_sport");
	for (size_t i = 0; i < s->n; i++) {
		jsonw_object(w);
		jsonw_kv_cstr(
		    w, "sport_type", sport_type_name(s->by_sport[i].sport));
		show_totals(w, &s->by_sport[i]);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void
say_sums(struct mcp_call *call, const char *what, const struct sums *s)
{
	call_text(call, "%s: %lld activities", what, (long long)s->all.n);
	if (value_has(s->all.distance_m)) {
		call_text(call, ", ");
		show_distance(&call->text, s->all.distance_m);
	}
	if (value_has(s->all.elapsed_s))
		call_text(call, ", %.1f h", s->all.elapsed_s / 3600);
	if (value_has(s->all.load))
		call_text(call, ", load %.0f", s->all.load);
	call_text(call, ". ");
}

static int
show_range(struct mcp_call *call, const char *key, const char *words,
    struct range r, struct err *e)
{
	struct jsonw *w = call_out(call);
	struct sums s;

	if (sum_up(call, r, &s, e) < 0)
		return -1;
	if (key != NULL)
		jsonw_key(w, key);
	show_sums(w, r, &s);
	if (words != NULL)
		say_sums(call, words, &s);
	return 0;
}

/* --- ranges -------------------------------------------------------------- */

static int32_t
first_of_year(int32_t day)
{
	return date_to_day(
	    (struct date_civil){ date_from_day(day).year, 1, 1 });
}

static int32_t
first_of_month(int32_t day)
{
	struct date_civil c = date_from_day(day);

	return date_to_day((struct date_civil){ c.year, c.month, 1 });
}

static int32_t
first_of_period(enum period p, int32_t day)
{
	switch (p) {
	case PERIOD_WEEK:
		return day - date_weekday(day) + 1;
	case PERIOD_MONTH:
		return first_of_month(day);
	case PERIOD_YEAR:
	case PERIOD_NONE:
		break;
	}
	return first_of_year(day);
}

/* The newest first, each as long as its calendar says; today's is not over.
 * Down to the one with the first activity. */
static int
show_periods(
    struct mcp_call *call, enum period p, struct range within, struct err *e)
{
	struct jsonw *w = call_out(call);
	int64_t count = call_int(call, "count");
	struct range r = { INT32_MIN, within.to };
	struct sums before;
	int32_t oldest;

	if (sum_up(call, r, &before, e) < 0)
		return -1;
	oldest = MAX(within.from, before.all.first_day);
	jsonw_kv_array(w, "periods");
	for (; count > 0 && r.to >= oldest; count--) {
		r.from = MAX(first_of_period(p, r.to), within.from);
		if (show_range(call, NULL, NULL, r, e) < 0)
			return -1;
		r.to = r.from - 1;
	}
	jsonw_end_array(w);
	return 0;
}

static int
show_usual(struct mcp_call *call, int32_t today, struct err *e)
{
	struct range recent = { today - RECENT_DAYS + 1, today };
	struct range year = { first_of_year(today), today };
	struct range all = { INT32_MIN, INT32_MAX };

	if (show_range(call, "recent_4_weeks", "Last 4 weeks", recent, e) < 0 ||
	    show_range(call, "year_to_date", "This year", year, e) < 0 ||
	    show_range(call, "all_time", "All", all, e) < 0)
		return -1;
	return 0;
}

static int
get_stats_run(struct mcp_call *call, struct err *e)
{
	struct jsonw *w = call_out(call);
	enum period p = (enum period)call_word(call, "period");
	int32_t today = call_today(call);
	struct range r = { call_day(call, "from", INT32_MIN),
		call_day(call, "to", today) };
	bool ranged = call_given(call, "from") || call_given(call, "to");

	if (r.from > r.to)
		return err_set(e, ERR_INVALID,
		    "from must not be after to, which is today when it is not "
		    "given");
	if (activity_loads_refresh(call, e) < 0)
		return -1;
	jsonw_object(w);
	jsonw_kv_day(w, "today", today);
	if (ranged && show_range(call, "range", "In this range", r, e) < 0)
		return -1;
	if (!ranged && show_usual(call, today, e) < 0)
		return -1;
	if (p != PERIOD_NONE && show_periods(call, p, r, e) < 0)
		return -1;
	jsonw_end_object(w);
	return activity_say_sources(call, e);
}

const struct mcp_tool tool_get_stats = {
	.name = "get_stats",
	.title = "Totals",
	.list = "periods",
	.about = "Use for how much was done: stats of volume over time. "
		 "Returns sums by sport of activities, distance, time, climb "
		 "and training load: of a range, or of the last 4 weeks, this "
		 "year and all; with period also by week, month or year, "
		 "newest first. Cost: 1 to 3 KB, and 1 KB a period.",
	.args = {
		ARG_ENUM("period", periods, "none",
		    "Sums by calendar week (from Monday), month or year."),
		ARG_INT("count", 1, 104, "12", "How many periods."),
		ARG_DATE("from", "First local day."),
		ARG_DATE("to", "Last day. Default: today."),
		ARG_SPORT_AS_THERE,
		ARG_PROVIDER_AS_THERE,
		ARG_FIELDS_AS_THERE,
		ARG_FORMAT_AS_THERE,
	},
	.result = {
		HAS("today", "string", NULL),
		MAY("recent_4_weeks", "object", "28 days up to today."),
		MAY("year_to_date", "object", "From 1 January."),
		MAY("all_time", "object", "Everything."),
		MAY("range", "object", "From from to to."),
		MAY("periods", "array", "Newest first."),
	},
	.scope = SCOPE_ACTIVITIES_READ,
	.run = get_stats_run,
};
