#include "base/str.h"
#include "tap.h"

static void
test_comparing(void)
{
	ok(str_eq(STR("a"), STR("a")) && !str_eq(STR("a"), STR("A")), "equal");
	ok(str_eq(STR_NULL, STR("")) && !str_eq(STR_NULL, STR("a")), "nothing");
	ok(str_eq(str_make("a\0b", 3), str_make("a\0b", 3)),
	    "with a NUL inside");
	ok(str_ieq(STR("Content-Type"), STR("cONTENT-tYPE")), "without case");
	ok(!str_ieq(STR("["), STR("{")), "letters only");
	ok(!str_ieq(STR("\xc3\x84"), STR("\xc3\xa4")), "of ASCII only");
	ok(str_ieq(STR("X-FORWARDED-FOR"), STR("x-forwarded-for")) &&
		!str_ieq(STR("x-forwarded-foR"), STR("x-forwarded-fos")) &&
		!str_ieq(STR("x-forwarded[for"), STR("x-forwarded{for")) &&
		!str_ieq(STR("-------@-------"), STR("-------`-------")),
	    "of many bytes");
	ok(str_is(str_make("abc", 2), "ab"), "against a C string");
	ok(str_starts(STR("abc"), STR("ab")) && str_starts(STR("a"), STR("")),
	    "begins");
	ok(!str_starts(STR("a"), STR("ab")), "too short to begin so");
	ok(str_ends(STR("a.fit"), STR(".fit")) &&
		!str_ends(STR("t"), STR("it")),
	    "ends");
	ok(str_eq_const_time(STR("key"), STR("key")), "in constant time");
	ok(!str_eq_const_time(STR("key"), STR("kez")) &&
		!str_eq_const_time(STR("key"), STR("keyy")),
	    "and not equal");
}

static void
test_cutting(void)
{
	struct str rest, head;

	ok(str_is(str_trim(STR(" \t a b\t ")), "a b"), "trimmed");
	ok(str_is(str_trim(STR(" \t")), ""), "to nothing");
	ok(str_is(str_trim(STR("\r\na")), "\r\na"), "of spaces and tabs only");
	head = str_cut(STR("a=b=c"), '=', &rest);
	ok(str_is(head, "a") && str_is(rest, "b=c"), "cut at the first");
	head = str_cut(STR("a="), '=', &rest);
	ok(str_is(head, "a") && rest.p != NULL && rest.n == 0, "empty rest");
	head = str_cut(STR("a"), '=', &rest);
	ok(str_is(head, "a") && rest.p == NULL, "no rest");
	head = str_cut(STR_NULL, '=', &rest);
	ok(head.n == 0 && rest.p == NULL, "of nothing");
	is_int(str_find(STR("abc"), 'c'), 2, "found");
	is_int(str_find(STR("abc"), 'd'), -1, "not found");
	is_int(str_find(STR_NULL, 'd'), -1, "in nothing");
}

static const struct {
	const char *text;
	int64_t i;
	bool i_ok;
	bool u_ok;
} integers[] = {
	{ "0", 0, true, true },
	{ "-0", 0, true, false },
	{ "007", 7, true, true },
	{ "9223372036854775807", INT64_MAX, true, true },
	{ "9223372036854775808", 0, false, true },
	{ "18446744073709551615", 0, false, true },
	{ "18446744073709551616", 0, false, false },
	{ "99999999999999999999999", 0, false, false },
	{ "-9223372036854775808", INT64_MIN, true, false },
	{ "-9223372036854775809", 0, false, false },
	{ "", 0, false, false },
	{ "-", 0, false, false },
	{ "--1", 0, false, false },
	{ "+1", 0, false, false },
	{ " 1", 0, false, false },
	{ "1 ", 0, false, false },
	{ "1.0", 0, false, false },
	{ "0x1", 0, false, false },
	{ "1e3", 0, false, false },
};

static void
test_integers(void)
{
	uint64_t u;

	for (size_t k = 0; k < ARRAY_LEN(integers); k++) {
		int64_t i = 77;
		bool good = str_to_i64(str_of(integers[k].text), &i);

		ok(good == integers[k].i_ok && i == (good ? integers[k].i : 77),
		    "%zu as signed", k);
		ok(str_to_u64(str_of(integers[k].text), &u) == integers[k].u_ok,
		    "%zu as unsigned", k);
	}
	ok(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX,
	    "the largest");
	ok(!str_to_u64(str_make("1\0", 2), &u), "a NUL is no digit");
}

static const struct {
	const char *text;
	double v;
	bool good;
} reals[] = {
	{ "0", 0, true },
	{ "-1.5", -1.5, true },
	{ "1e3", 1000, true },
	{ "2.5E-3", 0.0025, true },
	{ "1e", 0, false },
	{ "1e999", 0, false },
	{ "nan", 0, false },
	{ "inf", 0, false },
	{ "0x10", 0, false },
	{ "+1", 0, false },
	{ " 1", 0, false },
	{ "1,5", 0, false },
	{ "-", 0, false },
	{ ".", 0, false },
	{ "", 0, false },
	{ "1.0000000000000000000000000000000000000000000000000000000000000001",
	    0, false },
};

static void
test_reals(void)
{
	for (size_t k = 0; k < ARRAY_LEN(reals); k++) {
		double v = 77;
		bool good = str_to_f64(str_of(reals[k].text), &v);

		ok(good == reals[k].good && v == (good ? reals[k].v : 77),
		    "%zu as a real number", k);
	}
	ok(!str_to_f64(str_make("1\0", 2), &(double){ 0 }), "no NUL");
}

static const char *const utf8_bad[] = { "\x80", "\xc3", "\xc0\xaf", "\xc1\xbf",
	"\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
	"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
	"\xf5\x80\x80\x80", "\xff", "a\xe2\x82", "\xe2\x82(", "\xf0\x9f\x98",
	"\xe2(\xac" };
static const char *const utf8_good[] = { "", "abc", "\xc2\x80", "\xdf\xbf",
	"\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
	"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
	"Z\xc3\xbcrich \xf0\x9f\x9a\xb4" };

static void
test_utf8(void)
{
	for (size_t i = 0; i < ARRAY_LEN(utf8_bad); i++)
		ok(!str_is_utf8(str_of(utf8_bad[i])), "not UTF-8 %zu", i);
	for (size_t i = 0; i < ARRAY_LEN(utf8_good); i++)
		ok(str_is_utf8(str_of(utf8_good[i])), "UTF-8 %zu", i);
	ok(str_is_utf8(STR_NULL), "nothing");
}

static void
test_distance(void)
{
	char wide[65];

	is_int(str_distance(STR("kitten"), STR("sitting")), 3, "kitten");
	is_int(str_distance(STR("reload"), STR("relaod")), 1, "two swapped");
	is_int(str_distance(STR(""), STR("abc")), 3, "from nothing");
	is_int(str_distance(STR("same"), STR("same")), 0, "the same");
	memset(wide, 'a', sizeof(wide));
	ok(str_distance(str_make(wide, 65), str_make(wide, 65)) >= 1000,
	    "long ones are far");
	is_int(str_distance(str_make(wide, 64), str_make(wide, 63)), 1,
	    "up to the bound");
}

int
main(void)
{
	test_comparing();
	test_cutting();
	test_integers();
	test_reals();
	test_utf8();
	test_distance();
	return tap_done();
}
