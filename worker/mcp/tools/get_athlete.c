/* The athlete: who, and the thresholds that hold today with their origin. */

#include "mcp/show.h"
#include "store/dailies.h"
#include "store/event_log.h"

struct profile {
	const struct athlete *athlete;
	int32_t today;
	struct thresholds now;
	double weight_kg;
};

/* By a scale, if one ever told and the token may see that; else what the
 * athlete said. */
static int
read_weight(struct mcp_call *call, struct profile *p, struct err *e)
{
	struct daily weighed = { .value = VALUE_MISSING };
	int rc = 0;

	p->weight_kg = p->athlete->weight_kg;
	if (call_may(call, SCOPE_MEASUREMENTS_READ))
		rc = dailies_latest(call_db(call), call_arena(call),
		    call_owner(call), DAILY_WEIGHT, p->today, &weighed, e);
	if (rc > 0 && value_has(weighed.value))
		p->weight_kg = weighed.value;
	return rc < 0 ? -1 : 0;
}

static int
read_profile(struct mcp_call *call, struct profile *p, struct err *e)
{
	struct threshold *list;
	size_t n;

	if (call_thresholds(call, &list, &n, e) < 0)
		return -1;
	p->athlete = call_athlete(call);
	p->today = call_today(call);
	thresholds_on(&p->now, list, n, p->today);
	return read_weight(call, p, e);
}

static void
show_person(struct jsonw *w, const struct profile *p)
{
	const struct athlete *a = p->athlete;
	int age = athlete_age(a, p->today);

	jsonw_kv_uuid(w, "id", &a->user_id);
	jsonw_kv_cstr(w, "username", a->username);
	jsonw_kv_cstr_opt(w, "display_name", a->display_name);
	jsonw_kv_cstr(w, "timezone", a->timezone);
	jsonw_kv_day(w, "today", p->today);
	if (age >= 0)
		jsonw_kv_int(w, "age_years", age);
	if (a->sex != SEX_UNKNOWN)
		jsonw_kv_cstr(w, "sex", sex_name(a->sex));
	jsonw_kv_fixed_opt(w, "height_m", a->height_m, 2);
	jsonw_kv_fixed_opt(w, "weight_kg", p->weight_kg, 1);
}

static void
show_thresholds(struct jsonw *w, const struct profile *p)
{
	jsonw_kv_array(w, "thresholds");
	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++) {
		if (value_has(p->now.of[k].value))
			show_threshold(w, &p->now.of[k]);
	}
	jsonw_end_array(w);
	jsonw_kv_array(w, "missing_thresholds");
	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++) {
		if (!value_has(p->now.of[k].value))
			jsonw_cstr(
			    w, show_threshold_words((enum threshold_kind)k));
	}
	jsonw_end_array(w);
	jsonw_kv_cstr(w, "how_to_set", show_threshold_how);
}

static void
show_all_zones(struct jsonw *w, const struct profile *p)
{
	struct zones z;

	jsonw_kv_object(w, "zones");
	zones_choose_hr(&z, &p->now, FAMILY_RIDE);
	show_zones(w, "heart_rate_ride", &z, NULL);
	zones_choose_hr(&z, &p->now, FAMILY_RUN);
	show_zones(w, "heart_rate_run", &z, NULL);
	zones_choose_power(&z, &p->now, FAMILY_RIDE);
	show_zones(w, "power_ride", &z, NULL);
	zones_choose_power(&z, &p->now, FAMILY_RUN);
	show_zones(w, "power_run", &z, NULL);
	jsonw_end_object(w);
}

static void
say_profile(struct mcp_call *call, const struct profile *p)
{
	const char *name = p->athlete->display_name;
	unsigned n = 0;

	call_text(call, "%s.", name[0] != '\0' ? name : p->athlete->username);
	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++) {
		const struct threshold *t = &p->now.of[k];

		if (!value_has(t->value))
			continue;
		call_text(call, "%s %s %g",
		    n++ == 0 ? " Thresholds today:" : ",",
		    threshold_name(t->kind), t->value);
	}
	if (n == 0)
		call_text(call, " No thresholds are set, so loads and zones "
				"cannot be computed from heart rate, power "
				"or pace.");
	else
		call_text(call, ".");
}

static int
get_athlete_run(struct mcp_call *call, struct err *e)
{
	struct jsonw *w = call_out(call);
	struct profile p;

	if (read_profile(call, &p, e) < 0)
		return -1;
	say_profile(call, &p);
	jsonw_object(w);
	show_person(w, &p);
	show_thresholds(w, &p);
	show_all_zones(w, &p);
	jsonw_end_object(w);
	return 0;
}

const struct mcp_tool tool_get_athlete = {
	.name = "get_athlete",
	.title = "Get the athlete",
	.about = "Use first. Returns who the athlete is, today's date where "
		 "they are, the thresholds that hold today (with date and "
		 "origin), which are missing, and the zones that follow from "
		 "them. Cost: 3 KB.",
	.args = {
		{ .name = "provider", .type = MCP_ARG_STR, .min = 1, .max = 40,
		    .old = true,
		    .about = "Taken and ignored: the profile is one for all "
			     "sources." },
	},
	.result = {
		HAS("id", "string", NULL),
		HAS("username", "string", NULL),
		MAY("display_name", "string", NULL),
		HAS("timezone", "string", NULL),
		HAS("today", "string", NULL),
		MAY("age_years", "integer", NULL),
		MAY("sex", "string", "female or male."),
		MAY("height_m", "number", NULL),
		MAY("weight_kg", "number", "Latest known weight."),
		HAS("thresholds", "array", "Those that hold today."),
		HAS("missing_thresholds", "array",
		    "Those that are not set, with what they are."),
		HAS("how_to_set", "string", "How a threshold is set."),
		HAS("zones", "object",
		    "Heart-rate and power zones with scheme and reason."),
	},
	.scope = SCOPE_PROFILE_READ,
	.run = get_athlete_run,
};

const struct mcp_resource resource_athlete_profile = {
	.uri = "pierre://athlete/profile",
	.changes = 1 << EVENT_PROFILE_UPDATED,
	.name = "athlete_profile",
	.title = "Athlete profile",
	.about = "The athlete, the thresholds that hold today, and zones.",
	.mime = "application/json",
	.scope = SCOPE_PROFILE_READ,
	.run = get_athlete_run,
};
