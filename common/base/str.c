/* Slices of bytes: comparing, cutting, strict numbers, UTF-8. */

#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/word.h"

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static inline bool
is_same_word(const char *a, const char *b)
{
	uint64_t x = word_load(a), y = word_load(b);

	if (((x ^ y) & ~(WORD_ALL * ('a' - 'A'))) != 0)
		return false;
	return x == y || word_lower(x) == word_lower(y);
}

/* The last word may overlap the one before it. */
bool
str_ieq(struct str a, struct str b)
{
	size_t i = 0;

	if (a.n != b.n)
		return false;
	if (a.n < WORD_BYTES) {
		while (i < a.n && lower(a.p[i]) == lower(b.p[i]))
			i++;
		return i == a.n;
	}
	for (; i < a.n - WORD_BYTES; i += WORD_BYTES)
		if (!is_same_word(a.p + i, b.p + i))
			return false;
	return is_same_word(a.p + a.n - WORD_BYTES, b.p + b.n - WORD_BYTES);
}

bool
str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_make(s.p, prefix.n), prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       str_eq(str_make(s.p + (s.n - suffix.n), suffix.n), suffix);
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

ptrdiff_t
str_find(struct str s, char c)
{
	const char *at = s.n != 0 ? memchr(s.p, c, s.n) : NULL;

	return at != NULL ? at - s.p : -1;
}

struct str
str_cut(struct str s, char sep, struct str *rest)
{
	ptrdiff_t at = str_find(s, sep);

	if (at < 0) {
		*rest = STR_NULL;
		return s;
	}
	*rest = str_make(s.p + at + 1, s.n - (size_t)at - 1);
	return str_make(s.p, (size_t)at);
}

bool
str_to_u64(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*out = v;
	return true;
}

bool
str_to_i64(struct str s, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	uint64_t v;

	if (negative)
		s = str_make(s.p + 1, s.n - 1);
	if (!str_to_u64(s, &v) || v > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

bool
str_to_f64(struct str s, double *out)
{
	char text[64], *end;
	double v;

	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr("0123456789+-.eE", s.p[i]) == NULL || s.p[i] == '\0')
			return false;
	if (s.p[0] == '+')
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	v = strtod(text, &end);
	if (*end != '\0' || !isfinite(v))
		return false;
	*out = v;
	return true;
}

bool
str_eq_const_time(struct str a, struct str b)
{
	unsigned char diff = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		diff |= (unsigned char)(a.p[i] ^ b.p[i]);
	return *(volatile unsigned char *)&diff == 0;
}

size_t
str_utf8_length(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned low = 0x80, high = 0xbf;
	size_t len;

	if (s.n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len > s.n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Most text is ASCII, eight bytes at a time. */
static bool
is_ascii_word(struct str s)
{
	uint64_t word;

	if (s.n < sizeof(word))
		return false;
	memcpy(&word, s.p, sizeof(word));
	return (word & UINT64_C(0x8080808080808080)) == 0;
}

bool
str_is_utf8(struct str s)
{
	while (s.n > 0) {
		size_t len = is_ascii_word(s) ? 8 : str_utf8_length(s);

		if (len == 0)
			return false;
		s = str_make(s.p + len, s.n - len);
	}
	return true;
}

unsigned
str_distance(struct str a, struct str b)
{
	unsigned row[3][65];

	if (a.n > 64 || b.n > 64)
		return 1000;
	for (unsigned j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		const unsigned *above = row[(i - 1) % 3];
		const unsigned *higher = row[(i + 1) % 3];
		unsigned *now = row[i % 3];

		now[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			now[j] = MIN(MIN(above[j], now[j - 1]) + 1,
			    above[j - 1] + (a.p[i - 1] != b.p[j - 1]));
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1])
				now[j] = MIN(now[j], higher[j - 2] + 1);
		}
	}
	return row[a.n % 3][b.n];
}
