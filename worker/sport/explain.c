/* Looking up what a number means, by whatever name it is asked for. */

#include "sport/explain.h"

const struct explain explain_metrics[] = {
#define EXPLAIN(id, title, unit, formula, source, inputs, caveat)              \
	{ #id, title, unit, formula, source, inputs, caveat },
#include "sport/explain.def"
#undef EXPLAIN
};
const size_t explain_metrics_n = ARRAY_LEN(explain_metrics);

/* Other names that people use. */
struct alias {
	const char *name;
	const char *id;
};

static const struct alias aliases[] = {
	{ "normalised_power", "np" },
	{ "average_watts", "avg_power" },
	{ "total_work", "work_kj" },
	{ "mmp", "mean_maximal_power" },
	{ "power_curve", "mean_maximal_power" },
	{ "pw_hr", "decoupling" },
	{ "pa_hr", "decoupling" },
	{ "cardiac_drift", "decoupling" },
	{ "fitness", "ctl" },
	{ "fatigue", "atl" },
	{ "form", "tsb" },
	{ "training_stress", "tss" },
	{ "hr_tss", "hrtss" },
	{ "rpe", "rpe_load" },
	{ "srpe", "session_rpe" },
	{ "trimp_banister", "trimp" },
	{ "banister_trimp", "trimp" },
	{ "acute_chronic_ratio", "acwr" },
	{ "max_hr", "hrmax" },
	{ "hr_max", "hrmax" },
	{ "max_heart_rate", "hrmax" },
	{ "lactate_threshold", "lthr" },
	{ "threshold_power", "ftp" },
	{ "zones", "time_in_zones" },
	{ "time_in_zone", "time_in_zones" },
	{ "personal_records", "best_efforts" },
	{ "critical_speed", "css" },
	{ "ascent", "elevation_gain" },
	{ "weekly_totals", "weekly_load" },
	/* as the tools spell them, with their units */
	{ "average_w", "avg_power" },
	{ "average_power_w", "avg_power" },
	{ "normalized_w", "np" },
	{ "xpower_w", "xpower" },
	{ "mean_maximal", "mean_maximal_power" },
	{ "decoupling_percent", "decoupling" },
	{ "average_speed_mps", "pace" },
	{ "average_min_per_km", "pace" },
	{ "grade_adjusted_speed_mps", "gap" },
	{ "grade_adjusted_min_per_km", "gap" },
	{ "normalized_graded_speed_mps", "ngp" },
	{ "normalized_graded_min_per_km", "ngp" },
	{ "elevation_gain_m", "elevation_gain" },
	{ "best_distances", "best_efforts" },
	{ "load_7_days", "load" },
	{ "load_28_days", "load" },
	{ "tsb_same_day", "tsb" },
	{ "acwr_uncoupled", "acwr" },
	{ "acwr_ewma", "acwr" },
	{ "average_hr_bpm", "avg_hr" },
	{ "max_hr_bpm", "hrmax" },
	{ "rest_hr_bpm", "hr_reserve" },
	{ "lthr_bpm", "lthr" },
	{ "ftp_w", "ftp" },
	{ "run_ftp_w", "ftp" },
	{ "run_pace_mps", "threshold_pace" },
	{ "css_mps", "css" },
};

#define NAME_MAX_LEN 64 /* what str_distance() compares */

static char
plain_letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + ('a' - 'A'));
	return c == '-' || c == ' ' ? '_' : c;
}

/* The name in lower case, '-' and ' ' as '_', in out; false when it is empty
 * or too long to be one of ours. */
static bool
make_plain(struct str name, char out[NAME_MAX_LEN], struct str *plain_r)
{
	name = str_trim(name);
	if (name.n == 0 || name.n > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < name.n; i++)
		out[i] = plain_letter(name.p[i]);
	*plain_r = str_make(out, name.n);
	return true;
}

/* How far the plain name is from one of ours, which is made plain too. */
static unsigned
measure(struct str plain, const char *ours)
{
	char text[NAME_MAX_LEN];
	struct str other;

	if (!make_plain(str_of(ours), text, &other))
		return UINT32_MAX;
	return str_distance(plain, other);
}

static const struct explain *
find_id(const char *id)
{
	for (size_t i = 0; i < explain_metrics_n; i++)
		if (str_is(str_of(id), explain_metrics[i].id))
			return &explain_metrics[i];
	return NULL;
}

/* The metric whose id, title or alias is nearest, ids first. */
static const struct explain *
find_closest(struct str plain, unsigned *distance_r)
{
	const struct explain *best = NULL;
	unsigned distance;

	*distance_r = UINT32_MAX;
	for (size_t i = 0; i < explain_metrics_n; i++) {
		const struct explain *e = &explain_metrics[i];

		distance = MIN(measure(plain, e->id), measure(plain, e->title));
		if (distance < *distance_r) {
			*distance_r = distance;
			best = e;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		distance = measure(plain, aliases[i].name);
		if (distance < *distance_r) {
			*distance_r = distance;
			best = find_id(aliases[i].id);
		}
	}
	return best;
}

/* The same but for case, hyphens and spaces. */
static bool
is_same(struct str name, const char *ours)
{
	for (size_t i = 0; i < name.n; i++) {
		if (ours[i] == '\0' ||
		    plain_letter(name.p[i]) != plain_letter(ours[i]))
			return false;
	}
	return ours[name.n] == '\0';
}

const struct explain *
explain_find(struct str name)
{
	name = str_trim(name);
	if (name.n == 0)
		return NULL;
	for (size_t i = 0; i < explain_metrics_n; i++) {
		const struct explain *e = &explain_metrics[i];

		if (is_same(name, e->id) || is_same(name, e->title))
			return e;
	}
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		if (is_same(name, aliases[i].name))
			return find_id(aliases[i].id);
	}
	return NULL;
}

const struct explain *
explain_nearest(struct str name)
{
	const struct explain *best;
	char text[NAME_MAX_LEN];
	struct str plain;
	unsigned distance;

	if (!make_plain(name, text, &plain))
		return NULL;
	best = find_closest(plain, &distance);
	/* A third of the letters may differ: "nq" is near "np", "xyz" is near
	 * nothing. */
	return distance <= MAX(plain.n / 3, (size_t)1) ? best : NULL;
}
