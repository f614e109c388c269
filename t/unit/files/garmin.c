/* Tables of a Garmin account's export. */

#include "files/garmin.h"

#include "base/date.h"
#include "files/decode.h"
#include "tap.h"

static int
decode(struct arena *a, const char *text, struct decoded *d, struct err *e)
{
	return file_decode(
	    a, str_of(text), tz_find(STR("Europe/Berlin"), e), d, e);
}

static void
test_sleep(struct arena *a)
{
	static const char text[] =
	    "[{\"sleepStartTimestampGMT\":\"2024-05-01T21:43:00.0\","
	    "\"sleepEndTimestampGMT\":\"2024-05-02T05:13:00.0\","
	    "\"calendarDate\":\"2024-05-02\",\"deepSleepSeconds\":4800,"
	    "\"lightSleepSeconds\":15000,\"remSleepSeconds\":5700,"
	    "\"awakeSleepSeconds\":1500,"
	    "\"sleepScores\":{\"overallScore\":83}},"
	    "{\"sleepStartTimestampGMT\":1714686180000,"
	    "\"sleepEndTimestampGMT\":1714711380000,\"deepSleepSeconds\":null},"
	    "{\"sleepStartTimestampGMT\":\"x\",\"calendarDate\":"
	    "\"2024-05-03\"}]";
	struct err e = ERR_INIT;
	struct decoded d;

	is_int(decode(a, text, &d, &e), 0, "decodes: %s", e.msg);
	is_str(file_format_name(d.format), "Garmin", "format");
	is_str(d.kind, "sleep", "kind");
	is_int(d.n_sleeps, 2, "nights that have a time");
	is_near(d.sleeps[0].v[SLEEP_asleep_s], 25500, 0, "asleep");
	is_near(d.sleeps[0].v[SLEEP_score], 83, 0, "score");
	is_int(d.sleeps[0].local_day,
	    date_to_day((struct date_civil){ 2024, 5, 2 }), "day");
	is_int(d.sleeps[0].utc_offset_s, 7200, "offset");
	ok(!value_has(d.sleeps[1].v[SLEEP_deep_s]), "null is missing");
}

static void
test_days(struct arena *a)
{
	static const char text[] =
	    "[{\"calendarDate\":\"2024-05-01\",\"totalSteps\":8000,"
	    "\"restingHeartRate\":48,\"allDayStress\":{\"aggregatorList\":["
	    "{\"type\":\"AWAKE\",\"averageStressLevel\":40},"
	    "{\"type\":\"TOTAL\",\"averageStressLevel\":28}]}},"
	    "{\"calendarDate\":{\"date\":\"2024-05-02\"},\"totalSteps\":0,"
	    "\"restingHeartRate\":null,\"allDayStress\":{\"aggregatorList\":["
	    "{\"type\":\"TOTAL\",\"averageStressLevel\":-1}]}},"
	    "{\"calendarDate\":\"2024-05-03\",\"metrics\":["
	    "{\"type\":\"HR\",\"value\":50},{\"type\":\"HRV\",\"value\":61.5}]}"
	    ","
	    "{\"metaData\":{\"calendarDate\":\"2024-05-04T00:00:00.0\"},"
	    "\"weight\":{\"weight\":70500.0}}]";
	struct err e = ERR_INIT;
	struct decoded d;

	is_int(decode(a, text, &d, &e), 0, "decodes: %s", e.msg);
	is_int(d.n_daily, 5, "measurements");
	ok(d.daily[0].kind == DAILY_REST_HR && d.daily[0].value == 48,
	    "resting heart rate");
	ok(d.daily[1].kind == DAILY_STRESS && d.daily[1].value == 28,
	    "stress of the whole day; below zero is none");
	ok(d.daily[2].kind == DAILY_STEPS && d.daily[2].value == 8000,
	    "steps; none is not measured");
	ok(d.daily[3].kind == DAILY_HRV_RMSSD && d.daily[3].value == 61.5,
	    "RMSSD");
	ok(d.daily[4].kind == DAILY_WEIGHT && d.daily[4].value == 70.5,
	    "grams in kilograms");
	is_int(d.daily[4].day, date_to_day((struct date_civil){ 2024, 5, 4 }),
	    "of a date with a time");
}

static void
test_refusals(struct arena *a)
{
	static const struct {
		const char *text;
		enum err_code code;
	} bad[] = {
		{ "[1, 2", ERR_CORRUPT },
		{ "[{\"a\":1,\"a\":2}]", ERR_CORRUPT },
		{ "[{\"other\":1}]", ERR_UNSUPPORTED },
		{ "[]", ERR_UNSUPPORTED },
	};
	struct decoded d;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = ERR_INIT;

		is_int(
		    decode(a, bad[i].text, &d, &e), -1, "refused: %s", e.msg);
		is_int(e.code, bad[i].code, "%s", bad[i].text);
	}
}

static void
test_names(struct arena *a)
{
	static const char text[] =
	    "[{\"summarizedActivitiesExport\":["
	    "{\"name\":\"Evening\",\"beginTimestamp\":1714586400000},"
	    "{\"name\":\"Morning\",\"beginTimestamp\":1714543200000},"
	    "{\"name\":\"\",\"beginTimestamp\":1714540000000}]}]";
	struct garmin_names names = { .a = NULL };
	struct err e = ERR_INIT;

	is_int(garmin_names_read(&names, a, str_of(text), &e), 0, "names: %s",
	    e.msg);
	is_str(garmin_name_at(&names, 1714543200 + 90), "Morning", "near it");
	is_str(garmin_name_at(&names, 1714586400 - 120), "Evening", "before");
	ok(garmin_name_at(&names, 1714586400 + 121) == NULL, "too far");
	ok(garmin_name_at(&names, 1714540000) == NULL, "without a name");
	is_int(garmin_names_read(&names, a, STR("{}"), &e), -1, "%s", e.msg);
	garmin_names_free(&names);
}

int
main(void)
{
	static void (*const tests[])(struct arena *) = { test_sleep, test_days,
		test_refusals, test_names };

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		struct arena *a = arena_new();

		tests[i](a);
		arena_free(&a);
	}
	return tap_done();
}
