#ifndef BASE_STR_H
#define BASE_STR_H

/* A slice of bytes: pointer and length, not owned, not terminated. */

#include <string.h>

#include "base/base.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NULL     ((struct str){ NULL, 0 })
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str
str_of(const char *s)
{
	return (struct str){ s, s != NULL ? strlen(s) : 0 };
}

static inline struct str
str_make(const char *p, size_t n)
{
	return (struct str){ p, n };
}

bool str_eq(struct str a, struct str b);
/* ASCII letters compare without case. */
bool str_ieq(struct str a, struct str b);
bool str_is(struct str a, const char *s);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Without spaces and tabs (RFC 9110 OWS) at both ends. */
struct str str_trim(struct str s);
/* The part before the first `sep`; *rest becomes what follows it.  Without
 * `sep` the whole, and *rest becomes STR_NULL. */
struct str str_cut(struct str s, char sep, struct str *rest);
/* Index of c in s, or -1. */
ptrdiff_t str_find(struct str s, char c);

/* Whole-string decimal numbers: no space, no sign but '-', no overflow.
 * false and *out untouched when s is anything else. */
NODISCARD bool str_to_i64(struct str s, int64_t *out);
NODISCARD bool str_to_u64(struct str s, uint64_t *out);
/* C-locale floating point, finite only. */
NODISCARD bool str_to_f64(struct str s, double *out);

/* Equal in time that depends on the lengths only. */
bool str_eq_const_time(struct str a, struct str b);
/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool str_is_utf8(struct str s);
/* Length of the well-formed sequence that s begins with, 1 to 4; 0: none. */
size_t str_utf8_length(struct str s);
/* Letters to change, leave out, put in or swap with the next, for "did you
 * mean"; lengths over 64 count as far. */
unsigned str_distance(struct str a, struct str b);

#endif
