/* Names of clients as they are shown; numbers, days and paces as they are
 * written. */

#include "model/value.h"
#include "tap.h"
#include "web/consent.h"
#include "web/number.h"

static struct arena *a;

static void
test_names(void)
{
	char long_name[400] = "";

	is_str(consent_name(a, "Claude"), "Claude", "a name");
	is_str(consent_name(a, "caf\xc3\xa9 \xe6\x97\xa5"),
	    "caf\xc3\xa9 \xe6\x97\xa5", "in any script");
	is_str(consent_name(a, "a\nb\x7f\tc"), "abc", "control characters");
	is_str(consent_name(a, "x\xe2\x80\xaey\xe2\x80\x8bz\xef\xbb\xbf"),
	    "xyz", "what turns writing around, or is not seen");
	is_str(consent_name(a, "a\xc2\x85\xd8\x9c"
			       "b"),
	    "ab", "and others");
	is_str(consent_name(a, "a\xff\xc0\x80z"), "az", "what is no UTF-8");
	is_str(consent_name(a, ""), "A client without a name", "none");
	is_str(consent_name(a, "\xe2\x80\xae"), "A client without a name",
	    "as good as none");
	memset(long_name, 'x', 65);
	is_int((long)strlen(consent_name(a, long_name)), 64 + 3,
	    "what is left out is marked");
	long_name[64] = '\0';
	is_str(consent_name(a, long_name), long_name, "64 letters are shown");
}

static void
test_scopes(void)
{
	struct form f;

	is_int(form_parse(a,
		   STR("scope=profile%3Aread&scope=admin&scope=x&decision=allow"
		       "&scope=activities%3Aread"),
		   &f, NULL),
	    0, "an answer");
	is_int(consent_scopes(&f, SCOPE_PROFILE_READ | SCOPE_ACTIVITIES_READ |
				      SCOPE_SLEEP_READ),
	    SCOPE_PROFILE_READ | SCOPE_ACTIVITIES_READ,
	    "never more than was asked for");
}

static bool
number(const char *text, double *out)
{
	struct field f = { .value = text };
	bool good = number_read(a, &f, 20, 700.5, out);

	ok(good == (f.error == NULL), "'%s' has an error or a value", text);
	return good;
}

static bool
pace(const char *text, double *out)
{
	struct field f = { .value = text };
	bool good = pace_read(a, &f, 1000, 0.8, 8, out);

	ok(good == (f.error == NULL), "'%s' has an error or a value", text);
	return good;
}

static bool
day(const char *text, int32_t *out)
{
	struct field f = { .value = text };

	return day_read(a, &f, 0, 20000, -1, out);
}

static void
test_numbers(void)
{
	static const char *const bad[] = { "x", "19.9", "701", "1e9", "nan",
		"inf", "25 0", "--30", "2.5.0" };
	static const char *const bad_paces[] = { "4", "4:", ":30", "4:5",
		"4:60", "4:300", "-4:30", "0:00", "1:00", "99:00", "4:3x" };
	double v;
	int32_t d;

	ok(number("250", &v) && v == 250, "a number");
	ok(number("250,5", &v) && v == 250.5, "with a comma");
	ok(number("700.5", &v) && v == 700.5, "at its bound");
	ok(number("", &v) && !value_has(v), "none");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!number(bad[i], &v), "bad number %zu", i);
	ok(pace("4:10", &v), "a pace");
	is_near(v, 4.0, 1e-9, "is a speed");
	ok(pace("", &v) && !value_has(v), "none");
	for (size_t i = 0; i < ARRAY_LEN(bad_paces); i++)
		ok(!pace(bad_paces[i], &v), "bad pace %zu", i);
	ok(day("1970-01-02", &d) && d == 1, "a day");
	ok(day("", &d) && d == -1, "none");
	ok(!day("1969-12-31", &d) && !day("2100-01-01", &d) &&
		!day("2.1.1970", &d),
	    "bad days");
	is_str(number_show(a, 181.50, 2), "181.5", "shown without zeros");
	is_str(number_show(a, 180, 1), "180", "or a point");
	is_str(number_show(a, VALUE_MISSING, 1), "", "none");
	is_str(pace_show(a, 4.0, 1000), "4:10", "a pace as it is written");
}

static void
test_next(void)
{
	static const char *const good[] = { "/", "/account", "/a?b=c&d=%2F",
		"/oauth2/authorize?client_id=https%3A%2F%2Fa" };
	static const char *const bad[] = { "", "account", "//evil", "/\\evil",
		"/a\\b", "https://evil", "javascript:x", "/a b", "/a\nb",
		"/\xc3\xa9", "\\/evil" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		is_str(page_next(a, str_of(good[i])), good[i], "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_str(page_next(a, str_of(bad[i])), "/", "bad next %zu", i);
}

int
main(void)
{
	a = arena_new();
	test_names();
	test_scopes();
	test_numbers();
	test_next();
	arena_free(&a);
	return tap_done();
}
