#include "base/jsonw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "base/json_impl.h"

void
jsonw_init(struct jsonw *w, struct buf *out)
{
	*w = (struct jsonw){ .out = out };
}

void
jsonw_done(const struct jsonw *w)
{
	CHECK(w->depth == 0);
	CHECK(!w->have_key);
}

static bool
in_object(const struct jsonw *w)
{
	return w->depth > 0 && (w->is_object >> (w->depth - 1) & 1);
}

/* Before any value: the comma, unless a key has written it. */
static void
begin_value(struct jsonw *w)
{
	CHECK(!in_object(w) || w->have_key);
	if (w->need_comma && !w->have_key)
		buf_addc(w->out, ',');
	w->have_key = false;
	w->need_comma = true;
}

static void
open_level(struct jsonw *w, char bracket, bool object)
{
	begin_value(w);
	CHECK(w->depth < JSONW_MAX_DEPTH);
	buf_addc(w->out, bracket);
	if (object)
		w->is_object |= UINT64_C(1) << w->depth;
	else
		w->is_object &= ~(UINT64_C(1) << w->depth);
	w->depth++;
	w->need_comma = false;
}

static void
close_level(struct jsonw *w, char bracket, bool object)
{
	CHECK(w->depth > 0 && in_object(w) == object && !w->have_key);
	w->depth--;
	buf_addc(w->out, bracket);
	w->need_comma = true;
}

void
jsonw_object(struct jsonw *w)
{
	open_level(w, '{', true);
}

void
jsonw_end_object(struct jsonw *w)
{
	close_level(w, '}', true);
}

void
jsonw_array(struct jsonw *w)
{
	open_level(w, '[', false);
}

void
jsonw_end_array(struct jsonw *w)
{
	close_level(w, ']', false);
}

void
jsonw_key_str(struct jsonw *w, struct str key)
{
	CHECK(in_object(w) && !w->have_key);
	if (w->need_comma)
		buf_addc(w->out, ',');
	buf_addc(w->out, '"');
	jsonw_escape(w->out, key);
	buf_add(w->out, "\":", 2);
	w->have_key = true;
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	jsonw_key_str(w, str_of(key));
}

/* --- strings ------------------------------------------------------------- */

/* Bytes that are escaped in one go, each of which may become six; and the word
 * or character that goes beyond them, with a word that was copied in advance.
 */
#define PIECE	   512
#define PIECE_MORE 16

static char *
put_escape(char *to, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char shorts[] = "btn\0fr"; /* 8 to 13 */

	*to++ = '\\';
	if (c == '"' || c == '\\') {
		*to++ = (char)c;
	} else if (c >= 8 && c <= 13 && c != 11) {
		*to++ = shorts[c - 8];
	} else {
		memcpy(to, "u00", 3);
		to[3] = digits[c >> 4];
		to[4] = digits[c & 15];
		to += 5;
	}
	return to;
}

/* What is at *i and does not stand for itself by one byte: of UTF-8 or to be
 * escaped.  What breaks UTF-8 becomes U+FFFD. */
static char *
put_special(char *to, struct str s, size_t *i)
{
	unsigned char c = (unsigned char)s.p[*i];
	size_t length;

	if (c < 0x80) {
		++*i;
		return put_escape(to, c);
	}
	length = str_utf8_length(str_make(s.p + *i, s.n - *i));
	if (length == 0) {
		memcpy(to, "\xef\xbf\xbd", 3);
		++*i;
		return to + 3;
	}
	memcpy(to, s.p + *i, length);
	*i += length;
	return to + length;
}

/* How many bytes from i on stand for themselves, of a word or of what is left.
 * They are copied, and some behind them. */
static size_t
copy_plain(char *to, struct str s, size_t i)
{
	uint64_t word = word_at(s, i);
	uint64_t special = json_word_special(word) | word_equal(word, 0x7f) |
			   (word & WORD_HIGH);

	word_store(to, word);
	return special != 0 ? word_first(special) : WORD_BYTES;
}

void
jsonw_escape(struct buf *out, struct str s)
{
	size_t i = 0, end, plain;
	char *to;

	while (i < s.n) {
		end = MIN(s.n, i + PIECE);
		to = buf_reserve(out, 6 * (end - i) + PIECE_MORE);
		while (i < end) {
			plain = copy_plain(to, s, i);
			i += plain;
			to += plain;
			if (plain == 0)
				to = put_special(to, s, &i);
		}
		out->n = (size_t)(to - out->p);
	}
}

void
jsonw_str(struct jsonw *w, struct str s)
{
	begin_value(w);
	buf_addc(w->out, '"');
	jsonw_escape(w->out, s);
	buf_addc(w->out, '"');
}

void
jsonw_cstr(struct jsonw *w, const char *s)
{
	jsonw_str(w, str_of(s));
}

/* --- other values -------------------------------------------------------- */

static void
plain_value(struct jsonw *w, const char *text)
{
	begin_value(w);
	buf_adds(w->out, text);
}

void
jsonw_null(struct jsonw *w)
{
	plain_value(w, "null");
}

void
jsonw_bool(struct jsonw *w, bool v)
{
	plain_value(w, v ? "true" : "false");
}

void
jsonw_int(struct jsonw *w, int64_t v)
{
	begin_value(w);
	if (v < 0)
		buf_addc(w->out, '-');
	buf_addu(w->out, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void
jsonw_double(struct jsonw *w, double v)
{
	char text[40];

	if (!isfinite(v)) {
		jsonw_null(w);
		return;
	}
	/* Nothing has no sign, as in jsonw_fixed(). */
	if (v == 0)
		v = 0;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	plain_value(w, text);
}

/* With a point before the last `digits` digits, and no zero at the end behind
 * it. */
static void
put_scaled(struct buf *out, uint64_t scaled, int digits)
{
	char text[24];
	size_t at = sizeof(text);

	while (digits > 0 && scaled % 10 == 0) {
		scaled /= 10;
		digits--;
	}
	for (int i = digits; i > 0; i--) {
		text[--at] = (char)('0' + scaled % 10);
		scaled /= 10;
	}
	if (digits > 0)
		text[--at] = '.';
	do {
		text[--at] = (char)('0' + scaled % 10);
		scaled /= 10;
	} while (scaled != 0);
	buf_add(out, text + at, sizeof(text) - at);
}

void
jsonw_fixed(struct jsonw *w, double v, int digits)
{
	static const double scales[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9 };
	uint64_t scaled;

	CHECK(digits >= 0 && digits <= 9);
	if (!isfinite(v)) {
		jsonw_null(w);
		return;
	}
	if (fabs(v) * scales[digits] >= 9e15) {
		jsonw_double(w, v);
		return;
	}
	scaled = (uint64_t)llround(fabs(v) * scales[digits]);
	begin_value(w);
	if (v < 0 && scaled > 0)
		buf_addc(w->out, '-');
	put_scaled(w->out, scaled, digits);
}

void
jsonw_uuid(struct jsonw *w, const struct uuid *u)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(u, text);
	jsonw_cstr(w, text);
}

void
jsonw_instant(struct jsonw *w, int64_t us)
{
	begin_value(w);
	buf_addc(w->out, '"');
	date_format_rfc3339(w->out, us, us % 1000000 / 1000 != 0, 0);
	buf_addc(w->out, '"');
}

void
jsonw_day(struct jsonw *w, int32_t day)
{
	char text[DATE_TEXT_LEN + 1];

	date_format_day(day, text);
	jsonw_cstr(w, text);
}

void
jsonw_raw(struct jsonw *w, struct str json)
{
	begin_value(w);
	buf_addstr(w->out, json);
}

void
jsonw_tree(struct jsonw *w, const cJSON *item)
{
	const cJSON *child;

	if (cJSON_IsObject(item)) {
		jsonw_object(w);
		cJSON_ArrayForEach (child, item) {
			jsonw_key(w, child->string);
			jsonw_tree(w, child);
		}
		jsonw_end_object(w);
	} else if (cJSON_IsArray(item)) {
		jsonw_array(w);
		cJSON_ArrayForEach (child, item)
			jsonw_tree(w, child);
		jsonw_end_array(w);
	} else if (cJSON_IsString(item)) {
		jsonw_cstr(w, item->valuestring);
	} else if (cJSON_IsNumber(item)) {
		jsonw_raw(w, str_of(item->valuestring));
	} else if (cJSON_IsBool(item)) {
		jsonw_bool(w, cJSON_IsTrue(item));
	} else {
		jsonw_null(w);
	}
}

/* --- members ------------------------------------------------------------- */

void
jsonw_kv_str(struct jsonw *w, const char *key, struct str s)
{
	jsonw_key(w, key);
	jsonw_str(w, s);
}

void
jsonw_kv_cstr(struct jsonw *w, const char *key, const char *s)
{
	jsonw_key(w, key);
	jsonw_cstr(w, s);
}

void
jsonw_kv_cstr_opt(struct jsonw *w, const char *key, const char *s)
{
	if (s != NULL && s[0] != '\0')
		jsonw_kv_cstr(w, key, s);
}

void
jsonw_kv_int(struct jsonw *w, const char *key, int64_t v)
{
	jsonw_key(w, key);
	jsonw_int(w, v);
}

void
jsonw_kv_bool(struct jsonw *w, const char *key, bool v)
{
	jsonw_key(w, key);
	jsonw_bool(w, v);
}

void
jsonw_kv_fixed(struct jsonw *w, const char *key, double v, int digits)
{
	jsonw_key(w, key);
	jsonw_fixed(w, v, digits);
}

void
jsonw_kv_fixed_opt(struct jsonw *w, const char *key, double v, int digits)
{
	if (isfinite(v))
		jsonw_kv_fixed(w, key, v, digits);
}

void
jsonw_kv_uuid(struct jsonw *w, const char *key, const struct uuid *u)
{
	jsonw_key(w, key);
	jsonw_uuid(w, u);
}

void
jsonw_kv_instant(struct jsonw *w, const char *key, int64_t us)
{
	jsonw_key(w, key);
	jsonw_instant(w, us);
}

void
jsonw_kv_day(struct jsonw *w, const char *key, int32_t day)
{
	jsonw_key(w, key);
	jsonw_day(w, day);
}

void
jsonw_kv_object(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_object(w);
}

void
jsonw_kv_array(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_array(w);
}
