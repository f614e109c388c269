#ifndef BASE_JSON_IMPL_H
#define BASE_JSON_IMPL_H

/* What the files of the reader share: its walk over the text. */

#include "base/json.h"

struct json_scan {
	struct str text;
	size_t at;
	unsigned depth;
	struct err *e;
	struct arena *arena; /* NULL: no tree */
};

/* The byte that comes next, or -1 at the end. */
static inline int
json_peek(const struct json_scan *s)
{
	return s->at < s->text.n ? (unsigned char)s->text.p[s->at] : -1;
}

/* Set the error, with the place; false. */
bool json_scan_fail(struct json_scan *s, const char *what);
/* Read a string from its first quote to behind the last; *out is what it stands
 * for, in the arena, and stays as it is when there is none. */
bool json_scan_string(struct json_scan *s, char **out);
/* What the inside of a string that has passed stands for. */
char *json_string_decode(struct arena *a, struct str raw);

#endif
