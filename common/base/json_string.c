/* Strings in a text of JSON: no lone surrogate, no control byte, no NUL, no
 * broken UTF-8. */

#include "base/json_impl.h"

#include "base/enc.h"

/* The four digits of \uXXXX; -1 when they are not. */
static int
scan_hex4(struct json_scan *s)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		int c = json_peek(s);
		int digit = c < 0 ? -1 : dec_hex_digit((char)c);

		if (digit < 0)
			return -1;
		v = v * 16 + digit;
		s->at++;
	}
	return v;
}

static bool
scan_unicode(struct json_scan *s)
{
	int low, high = scan_hex4(s);

	if (high < 0)
		return json_scan_fail(s, "\\u wants four hexadecimal digits");
	if (high == 0)
		return json_scan_fail(s, "NUL in a string");
	if (high >= 0xdc00 && high <= 0xdfff)
		return json_scan_fail(s, "lone surrogate");
	if (high < 0xd800 || high > 0xdbff)
		return true;
	if (json_peek(s) != '\\')
		return json_scan_fail(s, "lone surrogate");
	s->at++;
	if (json_peek(s) != 'u')
		return json_scan_fail(s, "lone surrogate");
	s->at++;
	low = scan_hex4(s);
	return (low >= 0xdc00 && low <= 0xdfff) ||
	       json_scan_fail(s, "lone surrogate");
}

static bool
scan_escape(struct json_scan *s)
{
	int c = json_peek(s);

	s->at++;
	if (c == 'u')
		return scan_unicode(s);
	return (c > 0 && strchr("\"\\/bfnrt", c) != NULL) ||
	       json_scan_fail(s, "unknown escape");
}

/* The character of an escape that has passed, after its backslash; *p moves
 * behind it. */
static uint32_t
read_escape(const char **p)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *letter = strchr(letters, **p);
	uint32_t c = 0;

	if (*(*p)++ != 'u')
		return (unsigned char)(letter != NULL ? meant[letter - letters]
						      : (*p)[-1]);
	for (int i = 0; i < 4; i++)
		c = c * 16 + (uint32_t)dec_hex_digit(*(*p)++);
	return c;
}

static char *
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* No escape is shorter than what it stands for. */
void
json_string_decode(char *out, struct str raw)
{
	const char *p = raw.p, *end = p + raw.n;
	uint32_t c;

	while (p < end) {
		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		p++;
		c = read_escape(&p);
		if (c >= 0xd800 && c <= 0xdbff) {
			p++;
			c = 0x10000 +
			    ((c & 0x3ff) << 10 | (read_escape(&p) & 0x3ff));
		}
		out = put_utf8(out, c);
	}
	*out = '\0';
}

/* What a walk through a string has met. */
struct met {
	bool escape;
	bool high; /* a byte beyond ASCII */
};

/* Over what stands for itself, from `at`, to what does not or the end. */
static size_t
skip_plain(struct str s, size_t at, struct met *met)
{
	uint64_t word, special = 0, all = 0;

	while (special == 0 && at < s.n) {
		word = word_at(s, at);
		special = json_word_special(word);
		if (special == 0) {
			all |= word;
			at += WORD_BYTES;
		} else {
			all |= word & ((special & -special) - 1);
			at += word_first(special);
		}
	}
	met->high |= (all & WORD_HIGH) != 0;
	return at;
}

/* Behind the quote that ends it. */
static bool
scan_to_quote(struct json_scan *s, struct met *met)
{
	for (;;) {
		s->at = skip_plain(s->text, s->at, met);
		switch (json_peek(s)) {
		case '"':
			s->at++;
			return true;
		case '\\':
			s->at++;
			met->escape = true;
			if (!scan_escape(s))
				return false;
			break;
		case -1:
			return json_scan_fail(s, "string has no end");
		default:
			return json_scan_fail(s, "control byte in a string");
		}
	}
}

bool
json_scan_string(struct json_scan *s, char **out)
{
	size_t start = ++s->at;
	struct met met = { false, false };
	struct str raw;

	if (!scan_to_quote(s, &met))
		return false;
	raw = str_make(s->text.p + start, s->at - start - 1);
	if (met.high && !str_is_utf8(raw))
		return json_scan_fail(s, "string before this is not UTF-8");
	if (s->copy == NULL)
		return true;
	*out = s->copy + start;
	if (met.escape)
		json_string_decode(*out, raw);
	else
		(*out)[raw.n] = '\0';
	return true;
}
