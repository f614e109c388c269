#include "base/date.h"
#include "tap.h"

static void
test_days(void)
{
	struct date_civil c;
	char text[DATE_TEXT_LEN + 1];
	int32_t day;

	is_int(date_to_day((struct date_civil){ 1970, 1, 1 }), 0, "epoch");
	is_int(
	    date_to_day((struct date_civil){ 2026, 11, 23 }), 20780, "a day");
	is_int(date_weekday(0), 4, "epoch was a Thursday");
	is_int(date_weekday(-1), 3, "the day before was not");
	for (day = -800000; day < 800000; day += 37) {
		c = date_from_day(day);
		if (date_to_day(c) != day)
			break;
	}
	ok(day >= 800000, "every day survives the way there and back");
	date_format_day(20780, text);
	is_str(text, "2026-11-23", "format");
	ok(date_parse_day(STR("2024-02-29"), &day), "leap day");
	ok(!date_parse_day(STR("2023-02-29"), &day), "no leap day");
	ok(!date_parse_day(STR("2023-02-2"), &day), "short");
	ok(!date_parse_day(STR("2023-02-200"), &day), "long");
	is_int(date_of_instant(-1, 0), -1, "just before the epoch");
}

static void
test_years(void)
{
	char text[DATE_TEXT_LEN + 1];
	struct buf b = BUF_INIT;
	int32_t first, last;
	int64_t us;

	ok(date_parse_day(STR("0000-01-01"), &first) &&
		date_parse_day(STR("9999-12-31"), &last),
	    "years of four digits");
	date_format_day(first - 1, text);
	is_str(text, "0000-01-01", "no day before them");
	date_format_day(last + 1, text);
	is_str(text, "9999-12-31", "nor beyond");
	date_format_day(INT32_MIN, text);
	is_str(text, "0000-01-01", "the least day there is");
	date_format_rfc3339(&b, INT64_MAX, false, 0);
	is_int(b.n, 20, "the last instant: %s", buf_cstr(&b));
	ok(memcmp(b.p, "9999-12-31T", 11) == 0, "of the last day");
	buf_free(&b);
	ok(date_parse_rfc3339(STR("0000-01-01T00:00:00Z"), &us, NULL) &&
		date_parse_rfc3339(STR("9999-12-31T23:59:59Z"), &us, NULL),
	    "the first and the last second");
	ok(!date_parse_rfc3339(STR("0000-01-01T00:00:00+01:00"), &us, NULL) &&
		!date_parse_rfc3339(
		    STR("9999-12-31T23:30:00-01:00"), &us, NULL),
	    "not where UTC has another year");
}

static void
test_instants(void)
{
	struct buf b = BUF_INIT;
	int64_t us;
	int32_t offset;

	ok(date_parse_rfc3339(
	       STR("2026-11-23T20:30:00.25+01:00"), &us, &offset),
	    "an instant with zone");
	is_int(offset, 3600, "its offset");
	is_int(us, INT64_C(1795462200250000), "its value");
	date_format_rfc3339(&b, us, true, 3600);
	is_str(buf_cstr(&b), "2026-11-23T20:30:00.250+01:00", "and back");
	buf_clear(&b);
	ok(!date_parse_rfc3339(STR("2026-11-23T24:30:00Z"), &us, NULL), "24 h");
	ok(!date_parse_rfc3339(STR("2026-11-23T20:30:00"), &us, NULL),
	    "no zone");
	date_format_http(&b, INT64_C(784111777000000));
	is_str(buf_cstr(&b), "Sun, 06 Nov 1994 08:49:37 GMT", "HTTP date");
	buf_clear(&b);
	date_format_duration(&b, 5494.6);
	is_str(buf_cstr(&b), "1:31:35", "duration rounds first");
	buf_clear(&b);
	date_format_duration(&b, 59.6);
	is_str(buf_cstr(&b), "1:00", "and carries");
	buf_free(&b);
}

int
main(void)
{
	test_days();
	test_years();
	test_instants();
	return tap_done();
}
