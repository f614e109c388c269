#include "base/uuid.h"
#include "tap.h"

#include "base/clock.h"

#define MANY 20000

static int64_t
millis_of(const struct uuid *u)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | u->b[i];
	return ms;
}

/* How many of many new ids do not stand after the one before. */
static int
count_disorder(void)
{
	struct uuid last = uuid_new();
	int wrong = 0;

	for (int i = 0; i < MANY; i++) {
		struct uuid next = uuid_new();

		wrong += memcmp(next.b, last.b, sizeof(next.b)) <= 0 ||
			 next.b[6] >> 4 != 7 || next.b[8] >> 6 != 2;
		last = next;
	}
	return wrong;
}

static void
test_version_7(void)
{
	const int64_t then = INT64_C(4070908800123456); /* 2099 */
	struct uuid u, v;

	is_int(count_disorder(), 0, "ids rise strictly");
	clock_freeze(then);
	u = uuid_new();
	is_int(millis_of(&u), then / 1000, "the time is in the first 48 bits");
	is_int(count_disorder(), 0, "also while the clock stands still");
	clock_freeze(then - 1000000);
	v = uuid_new();
	ok(memcmp(v.b, u.b, sizeof(u.b)) > 0, "and when it goes back");
	clock_freeze(0);
}

static const char *const bad[] = { "", "00000000-0000-0000-0000-00000000000",
	"00000000-0000-0000-0000-0000000000000",
	"00000000-0000-0000-0000-00000000000g",
	"000000000000-0000-0000-00000000-0000",
	"{0000000-0000-0000-0000-00000000000}",
	"00000000+0000-0000-0000-000000000000",
	"01234567-89ab-7def-8123-456789abcde\n" };

static void
test_text(void)
{
	const char *lower =
	    "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"; /* RFC 9562 */
	char text[UUID_TEXT_LEN + 1];
	struct uuid u = { { 0 } }, zero = { { 0 } };

	ok(uuid_is_zero(&u), "zero");
	ok(uuid_parse(str_of(lower), &u), "parsed");
	is_int(millis_of(&u), INT64_C(1645557742000), "its time");
	uuid_format(&u, text);
	is_str(text, lower, "and written");
	ok(uuid_parse(STR("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), &zero) &&
		uuid_eq(&u, &zero),
	    "capitals");
	ok(!uuid_is_zero(&u), "not zero");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!uuid_parse(str_of(bad[i]), &u), "refused %zu", i);
	uuid_format(&u, text);
	is_str(text, lower, "and left as it was");
}

int
main(void)
{
	test_version_7();
	test_text();
	return tap_done();
}
