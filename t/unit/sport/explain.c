/* The explanations: complete, and found under every name. */

#include "sport/explain.h"

#include <ctype.h>

#include "tap.h"

static void
check(const char *name, const char *id)
{
	const struct explain *e = explain_find(str_of(name));

	is_str(e != NULL ? e->id : "(none)", id, "'%s'", name);
}

static void
check_near(const char *name, const char *id)
{
	const struct explain *e = explain_nearest(str_of(name));

	is_str(e != NULL ? e->id : "(none)", id, "near '%s'", name);
}

static void
test_records(void)
{
	for (size_t i = 0; i < explain_metrics_n; i++) {
		const struct explain *e = &explain_metrics[i];
		const char *part[] = { e->title, e->unit, e->formula, e->source,
			e->inputs, e->caveat };
		int plain = 1, full = 1;

		for (const char *c = e->id; *c != '\0'; c++)
			plain &= islower((unsigned char)*c) ||
				 isdigit((unsigned char)*c) || *c == '_';
		ok(plain && e->id[0] != '\0', "%s is snake_case", e->id);
		for (size_t j = 0; j < ARRAY_LEN(part); j++)
			full &= part[j] != NULL && part[j][0] != '\0' &&
				str_is_utf8(str_of(part[j]));
		ok(full, "%s says everything", e->id);
		for (size_t j = 0; j < i; j++)
			if (strcmp(explain_metrics[j].id, e->id) == 0)
				ok(0, "%s is there twice", e->id);
		check(e->id, e->id);
		check(e->title, e->id);
	}
}

static void
test_all_there(void)
{
	static const char *const id[] = { "np", "xpower", "if", "vi", "tss",
		"rtss", "stss", "hrtss", "rpe_load", "session_rpe", "trimp",
		"trimp_edwards", "trimp_lucia", "ctl", "atl", "tsb",
		"ramp_rate", "acwr", "monotony", "strain", "ftp", "lthr",
		"hrmax", "hr_zones", "power_zones", "time_in_zones",
		"mean_maximal_power", "ef", "decoupling", "ngp", "gap",
		"work_kj", "avg_power", "avg_hr", "pace", "elevation_gain",
		"best_efforts", "weekly_load", "weekly_distance",
		"weekly_duration", "weekly_elevation_gain" };

	for (size_t i = 0; i < ARRAY_LEN(id); i++)
		check(id[i], id[i]);
}

static void
test_find(void)
{
	check("normalized_power", "np");
	check("Normalized Power", "np");
	check("normalized-power", "np");
	check("NP", "np");
	check("  tss\t", "tss");
	check("normalised power", "np");
	check("intensity_factor", "if");
	check("functional_threshold_power", "ftp");
	check("chronic training load", "ctl");
	check("fitness", "ctl");
	check("Form", "tsb");
	check("rpe", "rpe_load");
	check("maximum_heart_rate", "hrmax");
	check("max HR", "hrmax");
	check("MMP", "mean_maximal_power");
	check("grade_adjusted_pace", "gap");
	check("acute_chronic_workload_ratio", "acwr");
	check("nq", "(none)");
	check("", "(none)");
	check("   ", "(none)");
	check("none", "(none)");
	ok(explain_find(STR_NULL) == NULL, "no name at all");
	ok(explain_find(str_make("tss", 2)) == NULL, "only so many bytes");
}

static void
test_nearest(void)
{
	char lengthy[100];

	memset(lengthy, 'a', sizeof(lengthy));
	check_near("nq", "np");
	check_near("normalized_powr", "np");
	check_near("normalized_power_w", "np");
	check_near("Decoupeling", "decoupling");
	check_near("monotoni", "monotony");
	check_near("fitnes", "ctl");
	check_near("tss", "tss");
	check_near("quetzalcoatl", "(none)");
	check_near("", "(none)");
	ok(explain_nearest(STR_NULL) == NULL, "no name at all");
	ok(explain_nearest(str_make(lengthy, sizeof(lengthy))) == NULL,
	    "too long to be near");
	ok(explain_find(str_make(lengthy, sizeof(lengthy))) == NULL,
	    "or found");
}

int
main(void)
{
	test_records();
	test_all_there();
	test_find();
	test_nearest();
	return tap_done();
}
