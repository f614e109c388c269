/* The small readers of text: dates, encodings, ids, tokens, scopes, numbers,
 * zones, hosts, the configuration.  The first byte says which; what is read is
 * written again and must be read as the same. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "auth/opaque.h"
#include "auth/scope.h"
#include "base/check.h"
#include "base/date.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/tz.h"
#include "base/uuid.h"
#include "config/conf.h"
#include "http/h1.h"
#include "mcp/era.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- dates ---------------------------------------------------------------- */

static void
try_day(struct str s)
{
	char text[DATE_TEXT_LEN + 1];
	int32_t day, again;

	if (!date_parse_day(s, &day))
		return;
	date_format_day(day, text);
	CHECK(str_is(s, text));
	again = date_to_day(date_from_day(day));
	CHECK(again == day);
}

static void
try_instant(struct str s)
{
	struct buf text = BUF_INIT;
	int64_t us, again;
	int32_t offset_s, other;

	if (date_parse_rfc3339(s, &us, &offset_s)) {
		date_format_rfc3339(&text, us, false, offset_s);
		CHECK(date_parse_rfc3339(buf_str(&text), &again, &other));
		CHECK(us - again >= 0 && us - again < DATE_US_PER_SECOND);
		CHECK(other == offset_s);
	}
	buf_free(&text);
}

static void
try_zone(struct str s)
{
	const struct tz *z = tz_find(s, NULL);

	if (z == NULL)
		return;
	for (int64_t us = INT64_C(-2000000000000000);
	     us < INT64_C(6000000000000000); us += INT64_C(777777777777777))
		CHECK(tz_day_at(z, tz_day_start(z, tz_day_at(z, us))) ==
		      tz_day_at(z, us));
}

/* --- encodings ------------------------------------------------------------ */

static void
try_percent(struct str s, bool form)
{
	struct buf plain = BUF_INIT;

	if (dec_percent(&plain, s, form)) {
		CHECK(plain.n <= s.n);
		CHECK(strlen(buf_cstr(&plain)) == plain.n);
	} else {
		CHECK(plain.n == 0);
	}
	buf_free(&plain);
}

static void
try_encoding(struct str s, bool (*decode)(struct buf *out, struct str s),
    void (*encode)(struct buf *out, const void *p, size_t n))
{
	struct buf plain = BUF_INIT, text = BUF_INIT;

	if (decode(&plain, s)) {
		encode(&text, plain.p, plain.n);
		CHECK(str_eq(s, buf_str(&text)));
	} else {
		CHECK(plain.n == 0);
	}
	buf_free(&plain);
	buf_free(&text);
}

/* Whatever bytes they are, a JSON text holds them. */
static void
try_escape(struct str s)
{
	struct buf text = BUF_INIT;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	buf_addc(&text, '"');
	jsonw_escape(&text, s);
	buf_addc(&text, '"');
	CHECK(str_is_utf8(buf_str(&text)));
	if (memchr(s.p, 0, s.n) == NULL)
		CHECK(json_parse(a, buf_str(&text), &e) != NULL);
	buf_free(&text);
	arena_free(&a);
}

/* --- words ---------------------------------------------------------------- */

static void
try_uuid(struct str s)
{
	char text[UUID_TEXT_LEN + 1];
	struct uuid u;

	if (!uuid_parse(s, &u))
		return;
	uuid_format(&u, text);
	CHECK(str_ieq(s, str_of(text)));
}

/* Its bytes as a token, as a secret, and a secret with one letter changed. */
static void
try_token(struct str s)
{
	uint8_t secret[32] = { 0 };
	char token[OPAQUE_LEN + 1];
	size_t at = s.n > 0 ? (unsigned char)s.p[s.n - 1] % OPAQUE_LEN : 0;

	CHECK(!opaque_is(OPAQUE_PAT, s) || s.n == OPAQUE_LEN);
	memcpy(secret, s.p, MIN(s.n, sizeof(secret)));
	opaque_format(OPAQUE_PAT, secret, token);
	CHECK(opaque_is(OPAQUE_PAT, str_of(token)));
	token[at] = token[at] == 'x' ? 'y' : 'x';
	CHECK(!opaque_is(OPAQUE_PAT, str_of(token)));
}

static void
try_scopes(struct str s)
{
	struct buf text = BUF_INIT;
	uint32_t set, again;

	if (scope_parse(s, &set, NULL) == 0) {
		scope_format(&text, set);
		CHECK(scope_parse(buf_str(&text), &again, NULL) == 0);
		CHECK(again == set);
	}
	buf_free(&text);
}

static void
try_numbers(struct str s)
{
	int64_t i;
	uint64_t u;
	double f;

	if (str_to_u64(s, &u) && u <= INT64_MAX)
		CHECK(str_to_i64(s, &i) && (uint64_t)i == u);
	if (str_to_i64(s, &i))
		CHECK(str_to_f64(s, &f) && f >= -9.3e18 && f <= 9.3e18);
	if (str_to_f64(s, &f))
		CHECK(f - f == 0);
}

static void
try_host(struct str s)
{
	struct str name;

	if (h1_is_host(s, &name))
		CHECK(name.p == s.p && name.n > 0 && name.n <= s.n);
}

static void
try_mcp_header(struct str s)
{
	struct buf plain = BUF_INIT;
	struct str text;

	if (era_header_text(s, &plain, &text))
		CHECK(text.n <= s.n);
	buf_free(&plain);
}

/* --- the configuration -----------------------------------------------------
 */

static void
try_configuration(struct str s)
{
	struct buf errors = BUF_INIT;
	int fd = memfd_create("pierre.yaml", MFD_CLOEXEC);
	struct conf *c;
	char path[40], *shown = NULL;
	size_t shown_n = 0;
	FILE *out;

	CHECK(fd >= 0 && write(fd, s.p, s.n) == (ssize_t)s.n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c = conf_load(path, &errors);
	CHECK((c == NULL) == (errors.n != 0));
	if (c != NULL) {
		out = open_memstream(&shown, &shown_n);
		CHECK(out != NULL);
		conf_print(c, out);
		fclose(out);
		free(shown);
	} else {
		CHECK(errors.p[errors.n - 1] == '\n');
	}
	conf_free(&c);
	buf_free(&errors);
	close(fd);
}

static void
try_one(char which, struct str s)
{
	switch (which) {
	case 'd':
		try_day(s);
		break;
	case 'r':
		try_instant(s);
		break;
	case 'z':
		try_zone(s);
		break;
	case 'p':
		try_percent(s, false);
		try_percent(s, true);
		break;
	case 'b':
		try_encoding(s, dec_base64, enc_base64);
		try_encoding(s, dec_base64url, enc_base64url);
		break;
	case 'e':
		try_escape(s);
		break;
	case 'u':
		try_uuid(s);
		break;
	case 't':
		try_token(s);
		break;
	case 's':
		try_scopes(s);
		break;
	case 'n':
		try_numbers(s);
		break;
	case 'o':
		try_host(s);
		break;
	case 'm':
		try_mcp_header(s);
		break;
	case 'y':
		try_configuration(s);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (size == 0)
		return 0;
	/* Of just that size, so that reading beyond it is seen. */
	copy = malloc(size > 1 ? size - 1 : 1);
	CHECK(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	try_one((char)data[0], str_make(copy, size - 1));
	free(copy);
	return 0;
}
