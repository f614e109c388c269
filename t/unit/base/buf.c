#include "base/buf.h"
#include "tap.h"

#include <stdlib.h>

static void
test_adding(void)
{
	struct buf b = BUF_INIT;

	is_str(buf_cstr(&b), "", "an empty buffer is an empty string");
	buf_adds(&b, "one");
	buf_addc(&b, ' ');
	buf_addstr(&b, STR("two"));
	buf_add(&b, " three!", 6);
	buf_add(&b, NULL, 0);
	buf_printf(&b, " %s %d", "four", 5);
	is_str(buf_cstr(&b), "one two three four 5", "all ways to add");
	is_int(b.n, 20, "the NUL of buf_cstr() does not count");
	buf_addc(&b, '.');
	is_str(buf_cstr(&b), "one two three four 5.", "and is overwritten");
	buf_clear(&b);
	is_int(b.n, 0, "cleared");
	ok(b.cap > 0, "and keeps its memory");
	buf_free(&b);
	ok(b.p == NULL && b.cap == 0, "freed");
	buf_free(&b);
	ok(1, "twice");
}

static void
test_growth(void)
{
	struct buf b = BUF_INIT;
	int wrong = 0;

	for (int i = 0; i < 100000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	for (int i = 0; i < 100000; i++)
		wrong += b.p[i] != (char)('a' + i % 26);
	is_int(wrong, 0, "grows a byte at a time");
	memcpy(buf_reserve(&b, 500000), "tail", 4);
	ok(b.cap >= 600000, "reserves");
	is_int(b.n, 100000, "and reserving adds nothing");
	buf_free(&b);
}

/* Around the 128 bytes that a first attempt has. */
static void
test_printf_lengths(void)
{
	struct buf b = BUF_INIT;
	int wrong = 0;

	for (int n = 100; n < 300; n++) {
		buf_clear(&b);
		buf_adds(&b, "x");
		buf_printf(&b, "%*d", n, 7);
		wrong += b.n != (size_t)n + 1 || b.p[n] != '7';
	}
	is_int(wrong, 0, "printf of every length");
	buf_free(&b);
}

static void
test_numbers(void)
{
	struct buf b = BUF_INIT;

	buf_addu(&b, 0);
	buf_addc(&b, ' ');
	buf_addu(&b, 1234567890);
	buf_addc(&b, ' ');
	buf_addu(&b, UINT64_MAX);
	is_str(buf_cstr(&b), "0 1234567890 18446744073709551615", "digits");
	buf_free(&b);
}

static void
test_drop(void)
{
	struct buf b = BUF_INIT;

	buf_drop(&b, 0);
	ok(b.p == NULL, "nothing from nothing");
	buf_adds(&b, "head body");
	buf_drop(&b, 5);
	is_str(buf_cstr(&b), "body", "drops the front");
	buf_drop(&b, 4);
	is_int(b.n, 0, "drops all");
	buf_free(&b);
}

int
main(void)
{
	test_adding();
	test_growth();
	test_printf_lengths();
	test_numbers();
	test_drop();
	return tap_done();
}
