/* Names of sports, measurements and thresholds; values that are withheld. */

#include "model/athlete.h"
#include "model/daily.h"
#include "model/sport_type.h"
#include "model/value.h"
#include "tap.h"

static void
test_sports(void)
{
	enum sport_type t;
	bool good = true;

	for (int i = 0; i < SPORT_TYPE_COUNT; i++)
		good = good &&
		       sport_type_parse(
			   str_of(sport_type_name((enum sport_type)i)), &t) &&
		       (int)t == i;
	ok(good, "every sport is found by its name");
	ok(!sport_type_parse(STR("Ride"), &t), "names are exact");
	is_int(sport_type_family(SPORT_GRAVEL_RIDE), FAMILY_RIDE, "family");
	is_str(sport_type_title(SPORT_TRAIL_RUN), "Trail run", "title");
}

static void
test_daily(void)
{
	enum daily_kind k;
	double low, high;
	bool good = true;

	for (int i = 0; i < DAILY_KIND_COUNT; i++) {
		good =
		    good &&
		    daily_parse(str_of(daily_name((enum daily_kind)i)), &k) &&
		    (int)k == i;
		daily_bounds((enum daily_kind)i, &low, &high);
		good = good && low < high;
	}
	ok(good, "every measurement is found by its name");
	ok(!daily_parse(STR(""), &k), "and no other");
}

static void
test_thresholds(void)
{
	static const struct threshold list[] = {
		{ THRESHOLD_FTP_W, 100, 250, "test" },
		{ THRESHOLD_LTHR_BPM, 150, 165, "user" },
		{ THRESHOLD_FTP_W, 200, 270, "test" },
	};
	struct thresholds on;
	enum threshold_kind k;
	enum sex sex;
	double low, high;

	thresholds_on(&on, list, 3, 99);
	ok(isnan(on.of[THRESHOLD_FTP_W].value), "nothing before the first");
	thresholds_on(&on, list, 3, 199);
	is_near(on.of[THRESHOLD_FTP_W].value, 250, 0, "the day before");
	is_near(on.of[THRESHOLD_LTHR_BPM].value, 165, 0, "another kind");
	thresholds_on(&on, list, 3, 200);
	is_near(on.of[THRESHOLD_FTP_W].value, 270, 0, "from the day on");
	ok(isnan(on.of[THRESHOLD_MAX_HR_BPM].value), "no fallback");
	ok(threshold_parse(STR("css_mps"), &k) && k == THRESHOLD_CSS_MPS,
	    "parse");
	ok(!threshold_parse(STR("css"), &k), "names are exact");
	is_str(threshold_name(THRESHOLD_FTP_W), "ftp_w", "name");
	threshold_bounds(THRESHOLD_FTP_W, &low, &high);
	ok(low < 250 && high > 500, "bounds");
	ok(sex_parse(STR("female"), &sex) && sex == SEX_FEMALE, "sex");
	ok(!sex_parse(STR("f"), &sex), "sex names are exact");
	is_str(sex_name(SEX_MALE), "male", "sex name");
}

static void
test_age(void)
{
	struct athlete a = { .birth_day = 7364 }; /* 1990-03-01 */

	is_int(athlete_age(&a, 20512), 35, "2026-02-28, the day before");
	is_int(athlete_age(&a, 20513), 36, "2026-03-01, the birthday");
	is_int(athlete_age(&a, 7363), -1, "not born");
	a.birth_day = 11016; /* 2000-02-29 */
	is_int(athlete_age(&a, 20512), 25, "leapling on 28 February");
	is_int(athlete_age(&a, 20513), 26, "leapling on 1 March");
	a.birth_day = INT32_MIN;
	is_int(athlete_age(&a, 20512), -1, "unknown");
}

static void
test_values(void)
{
	ok(!value_has(VALUE_MISSING) && !value_has(value_restricted()),
	    "both are not there");
	ok(value_is_restricted(value_restricted()), "restricted");
	ok(value_is_restricted(-value_restricted()), "even negated");
	ok(!value_is_restricted(VALUE_MISSING), "missing is not");
	ok(!value_is_restricted(0), "a number is not");
}

int
main(void)
{
	test_sports();
	test_daily();
	test_thresholds();
	test_age();
	test_values();
	return tap_done();
}
