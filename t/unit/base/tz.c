#include "base/date.h"
#include "base/tz.h"
#include "tap.h"

static int64_t
at(const char *text)
{
	int64_t us = 0;

	ok(date_parse_rfc3339(str_of(text), &us, NULL), "%s", text);
	return us;
}

int
main(void)
{
	struct err e = ERR_INIT;
	const struct tz *utc = tz_find(STR("UTC"), &e);
	const struct tz *berlin = tz_find(STR("Europe/Berlin"), &e);
	const struct tz *kolkata = tz_find(STR("Asia/Kolkata"), &e);
	const struct tz *beirut = tz_find(STR("Asia/Beirut"), &e);
	const struct tz *sydney = tz_find(STR("Australia/Sydney"), &e);
	struct date_civil c = { 2026, 3, 29 };

	ok(utc && berlin && kolkata && beirut && sydney, "zones are found");
	is_int(tz_offset_at(utc, 0), 0, "UTC");
	is_int(
	    tz_offset_at(berlin, at("2026-03-29T00:59:59Z")), 3600, "winter");
	is_int(
	    tz_offset_at(berlin, at("2026-03-29T01:00:00Z")), 7200, "summer");
	is_int(tz_offset_at(berlin, at("2049-07-01T00:00:00Z")), 7200,
	    "the footer rule reaches past the table");
	is_int(tz_offset_at(berlin, at("2049-12-01T00:00:00Z")), 3600,
	    "winter 2049");
	is_int(tz_offset_at(sydney, at("2060-01-01T00:00:00Z")), 39600,
	    "southern summer by rule");
	is_int(
	    tz_offset_at(sydney, at("2060-07-01T00:00:00Z")), 36000, "winter");
	is_int(tz_offset_at(kolkata, at("2026-01-01T00:00:00Z")), 19800,
	    "half hour");
	is_int(tz_day_at(kolkata, at("2026-01-01T18:29:59Z")),
	    tz_day_at(utc, at("2026-01-01T00:00:00Z")),
	    "before local midnight");
	is_int(tz_day_at(kolkata, at("2026-01-01T18:30:00Z")),
	    tz_day_at(utc, at("2026-01-02T00:00:00Z")), "at local midnight");
	is_int(tz_day_start(berlin, date_to_day(c)), at("2026-03-28T23:00:00Z"),
	    "start of a short day");
	is_int(tz_day_start(berlin, date_to_day(c) + 1),
	    at("2026-03-29T22:00:00Z"), "start of the day after");
	is_int(tz_day_start(beirut, date_to_day(c)), at("2026-03-28T22:00:00Z"),
	    "a midnight that was skipped");
	ok(tz_find(STR("Europe/Nowhere"), &e) == NULL, "unknown zone");
	ok(strstr(e.msg, "Europe/Nowhere") != NULL, "is named: %s", e.msg);
	ok(tz_find(STR("../../etc/passwd"), &e) == NULL, "no path");
	ok(tz_find(STR(""), &e) == NULL, "no empty name");
	return tap_done();
}
