/* Cleaning of text from outside. */

#include "files/text.h"

/* Length of the well-formed UTF-8 character at the front of s, or 0. */
static size_t
char_length(struct str s)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (str_is_utf8(str_make(s.p, n)))
			return n;
	return 0;
}

/* Controls of ASCII and of Latin-1 (U+0080 to U+009F), and spaces. */
static bool
is_blank(const char *p, size_t n)
{
	unsigned char c = (unsigned char)p[0];

	return (n == 1 && (c <= ' ' || c == 0x7f)) ||
	       (n == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0);
}

const char *
text_clean(struct arena *a, struct str s, size_t max)
{
	char *out;
	size_t n = 0;
	bool space = false;

	if (s.n == 0)
		return "";
	out = arena_alloc(a, MIN(s.n, max) + 1);

	while (s.n > 0) {
		size_t len = char_length(s);

		if (len == 0 || is_blank(s.p, len)) {
			space = n > 0;
			len = MAX(len, (size_t)1);
		} else {
			if (n + space + len > max)
				break;
			if (space)
				out[n++] = ' ';
			memcpy(out + n, s.p, len);
			n += len;
			space = false;
		}
		s = str_make(s.p + len, s.n - len);
	}
	out[n] = '\0';
	return out;
}
