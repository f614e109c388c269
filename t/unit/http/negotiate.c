/* Conditions, ranges and codings, as headers ask for them. */

#include "http/negotiate.h"

#include "tap.h"

static const struct {
	const char *list;
	bool weak, strong;
} tags[] = {
	{ "\"a\"", true, true },
	{ "W/\"a\"", true, false },
	{ "*", true, true },
	{ " * ", true, true },
	{ "\"b\", \"a\"", true, true },
	{ "\"b\",W/\"a\" ,\"c\"", true, false },
	{ "\"b\",, ,\"a\"", true, true },
	{ "\"x,\\\", \"a\"", true, true },
	{ "\"b\"", false, false },
	{ "\"A\"", false, false },
	{ "a", false, false },
	{ "\"a", false, false },
	{ "\"b\" \"a\"", false, false },
	{ "\"b\", a, \"a\"", false, false },
	{ "w/\"a\"", false, false },
	{ "W/a", false, false },
	{ "**", false, false },
	{ "\"", false, false },
	{ "", false, false },
	{ ",", false, false },
};

static const struct {
	const char *header;
	size_t n;
	int result;
	size_t from, count;
} ranges[] = {
	{ "bytes=0-0", 10, 1, 0, 1 },
	{ "bytes=0-9", 10, 1, 0, 10 },
	{ "bytes=0-", 10, 1, 0, 10 },
	{ "bytes=9-", 10, 1, 9, 1 },
	{ "bytes=3-5", 10, 1, 3, 3 },
	{ "bytes=3-99", 10, 1, 3, 7 },
	{ "BYTES= 3 - 5 ", 10, 1, 3, 3 },
	{ "bytes=0-18446744073709551615", 10, 1, 0, 10 },
	{ "bytes=-1", 10, 1, 9, 1 },
	{ "bytes=-10", 10, 1, 0, 10 },
	{ "bytes=-99", 10, 1, 0, 10 },
	{ "bytes=10-", 10, -1, 0, 0 },
	{ "bytes=10-11", 10, -1, 0, 0 },
	{ "bytes=-0", 10, -1, 0, 0 },
	{ "bytes=0-", 0, -1, 0, 0 },
	{ "bytes=-5", 0, -1, 0, 0 },
	{ "bytes=5-3", 10, 0, 0, 0 },
	{ "bytes=0-1,3-4", 10, 0, 0, 0 },
	{ "bytes=", 10, 0, 0, 0 },
	{ "bytes=-", 10, 0, 0, 0 },
	{ "bytes=--1", 10, 0, 0, 0 },
	{ "bytes=1--2", 10, 0, 0, 0 },
	{ "bytes=x-2", 10, 0, 0, 0 },
	{ "bytes=1", 10, 0, 0, 0 },
	{ "bytes", 10, 0, 0, 0 },
	{ "lines=1-2", 10, 0, 0, 0 },
	{ "bytes=99999999999999999999-", 10, 0, 0, 0 },
	{ "", 10, 0, 0, 0 },
};

static const struct {
	const char *header;
	bool gzip;
} codings[] = {
	{ "gzip", true },
	{ "gzip, deflate, br", true },
	{ "br;q=1.0, GZip;q=0.2", true },
	{ "x-gzip", true },
	{ "*", true },
	{ "deflate, *;q=0.5", true },
	{ "*;q=0, gzip", true },
	{ "gzip;q=0", false },
	{ "gzip;q=0.000, *", false },
	{ "gzip ; q = 0", false },
	{ "*;q=0", false },
	{ "identity", false },
	{ "gzipped", false },
	{ "gzip;x=1", false },
	{ "gzip;q=much", false },
	{ "", false },
};

static void
test_tags(void)
{
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		struct str list = str_of(tags[i].list);

		is_int(etag_is_listed(list, STR("\"a\""), ETAG_WEAK),
		    tags[i].weak, "weakly in [%s]", tags[i].list);
		is_int(etag_is_listed(list, STR("\"a\""), ETAG_STRONG),
		    tags[i].strong, "strongly in [%s]", tags[i].list);
	}
	ok(!etag_is_listed(STR_NULL, STR("\"a\""), ETAG_WEAK), "no list");
}

int
main(void)
{
	test_tags();
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		size_t from = 0, count = 0;

		is_int(range_read(str_of(ranges[i].header), ranges[i].n, &from,
			   &count),
		    ranges[i].result, "[%s] of %zu bytes", ranges[i].header,
		    ranges[i].n);
		ok(from == ranges[i].from && count == ranges[i].count,
		    "begins at %zu and has %zu", from, count);
	}
	for (size_t i = 0; i < ARRAY_LEN(codings); i++)
		is_int(accepts_gzip(str_of(codings[i].header)), codings[i].gzip,
		    "[%s]", codings[i].header);
	ok(!accepts_gzip(STR_NULL), "no header");
	return tap_done();
}
