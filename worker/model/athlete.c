/* The athlete: age, and the thresholds that held on a day. */

#include "model/athlete.h"

#include "base/check.h"
#include "base/date.h"

static const struct {
	const char *name;
	double low, high;
} kinds[THRESHOLD_KIND_COUNT] = {
	[THRESHOLD_FTP_W] = { "ftp_w", 20, 700 },
	[THRESHOLD_RUN_FTP_W] = { "run_ftp_w", 50, 800 },
	[THRESHOLD_LTHR_BPM] = { "lthr_bpm", 60, 230 },
	[THRESHOLD_MAX_HR_BPM] = { "max_hr_bpm", 80, 250 },
	[THRESHOLD_REST_HR_BPM] = { "rest_hr_bpm", 20, 130 },
	[THRESHOLD_RUN_PACE_MPS] = { "run_pace_mps", 0.8, 8.0 },
	[THRESHOLD_CSS_MPS] = { "css_mps", 0.2, 2.5 },
};

static const char *const sexes[] = {
	[SEX_UNKNOWN] = "unknown",
	[SEX_FEMALE] = "female",
	[SEX_MALE] = "male",
};

const char *
threshold_name(enum threshold_kind k)
{
	CHECK(k < THRESHOLD_KIND_COUNT);
	return kinds[k].name;
}

bool
threshold_parse(struct str name, enum threshold_kind *out)
{
	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++) {
		if (str_is(name, kinds[k].name)) {
			*out = (enum threshold_kind)k;
			return true;
		}
	}
	return false;
}

void
threshold_bounds(enum threshold_kind k, double *low_r, double *high_r)
{
	CHECK(k < THRESHOLD_KIND_COUNT);
	*low_r = kinds[k].low;
	*high_r = kinds[k].high;
}

void
thresholds_on(
    struct thresholds *out, const struct threshold *list, size_t n, int32_t day)
{
	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++)
		out->of[k] = (struct threshold){ (enum threshold_kind)k,
			INT32_MIN, VALUE_MISSING, "" };
	for (size_t i = 0; i < n && list[i].day <= day; i++) {
		CHECK(list[i].kind < THRESHOLD_KIND_COUNT);
		out->of[list[i].kind] = list[i];
	}
}

const char *
sex_name(enum sex s)
{
	CHECK((size_t)s < ARRAY_LEN(sexes));
	return sexes[s];
}

bool
sex_parse(struct str name, enum sex *out)
{
	for (size_t s = 0; s < ARRAY_LEN(sexes); s++) {
		if (str_is(name, sexes[s])) {
			*out = (enum sex)s;
			return true;
		}
	}
	return false;
}

int
athlete_age(const struct athlete *a, int32_t day)
{
	struct date_civil born, now;
	int age;

	if (a->birth_day == INT32_MIN || day < a->birth_day)
		return -1;
	born = date_from_day(a->birth_day);
	now = date_from_day(day);
	age = now.year - born.year;
	if (now.month < born.month ||
	    (now.month == born.month && now.day < born.day))
		age--;
	return age;
}

const char *
units_name(enum units u)
{
	return u == UNITS_IMPERIAL ? "imperial" : "metric";
}

enum units
units_parse(struct str name)
{
	return str_is(name, "imperial") ? UNITS_IMPERIAL : UNITS_METRIC;
}
