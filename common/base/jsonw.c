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

static void
escape_byte(struct buf *out, unsigned char c)
{
	static const char shorts[] = "btn\0fr"; /* 8 to 13 */

	if (c == '"' || c == '\\') {
		buf_addc(out, '\\');
		buf_addc(out, (char)c);
	} else if (c >= 8 && c <= 13 && c != 11) {
		buf_addc(out, '\\');
		buf_addc(out, shorts[c - 8]);
	} else {
		buf_printf(out, "\\u%04x", c);
	}
}

/* What stands for itself, by one byte. */
static const bool is_plain[256] = {
	[' ' ... '!'] = true,
	['#' ... '['] = true,
	[']' ... '~'] = true,
};

static size_t
skip_ascii(struct str s, size_t i)
{
	uint64_t word, special;

	for (; s.n - i >= WORD_BYTES; i += WORD_BYTES) {
		word = word_load(s.p + i);
		special = json_word_special(word) | word_equal(word, 0x7f) |
			  (word & WORD_HIGH);
		if (special != 0)
			return i + word_first(special);
	}
	while (i < s.n && is_plain[(unsigned char)s.p[i]])
		i++;
	return i;
}

/* From i on to what cannot be written as it is; a broken sequence of UTF-8 is
 * such. */
static size_t
skip_plain(struct str s, size_t i)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t len = 1;

	while (len > 0) {
		i = skip_ascii(s, i);
		if (i == s.n || p[i] < 0x80)
			break;
		len = str_utf8_length(str_make(s.p + i, s.n - i));
		i += len;
	}
	return i;
}

void
jsonw_escape(struct buf *out, struct str s)
{
	size_t done = 0, i;

	while ((i = skip_plain(s, done)) < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		buf_add(out, s.p + done, i - done);
		if (c >= 0x80)
			buf_adds(out, "\xef\xbf\xbd");
		else
			escape_byte(out, c);
		done = i + 1;
	}
	if (done < s.n)
		buf_add(out, s.p + done, s.n - done);
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

void
jsonw_fixed(struct jsonw *w, double v, int digits)
{
	static const double scales[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9 };
	uint64_t scaled, scale;

	CHECK(digits >= 0 && digits <= 9);
	if (!isfinite(v)) {
		jsonw_null(w);
		return;
	}
	if (fabs(v) * scales[digits] >= 9e15) {
		jsonw_double(w, v);
		return;
	}
	scale = (uint64_t)scales[digits];
	scaled = (uint64_t)llround(fabs(v) * scales[digits]);
	begin_value(w);
	if (v < 0 && scaled > 0)
		buf_addc(w->out, '-');
	buf_addu(w->out, scaled / scale);
	scaled %= scale;
	if (scaled == 0)
		return;
	buf_addc(w->out, '.');
	while (scaled > 0) {
		scale /= 10;
		buf_addc(w->out, (char)('0' + scaled / scale));
		scaled %= scale;
	}
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
		jsonw_double(w, item->valuedouble);
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
