#ifndef BASE_JSON_IMPL_H
#define BASE_JSON_IMPL_H

/* What the files of the reader share: its walk over the text; and with the
 * writer, which bytes of a string stand for themselves. */

#include "base/json.h"
#include "base/word.h"

/* A mask of those that do not. */
static inline uint64_t
json_word_special(uint64_t word)
{
	return word_below(word, ' ') | word_equal(word, '"') |
	       word_equal(word, '\\');
}

struct json_scan {
	struct str text;
	size_t at;
	unsigned depth;
	struct err *e;
	struct arena *arena; /* NULL: no tree */
	/* Of the text, in which the tree's strings and numbers stand. */
	char *copy;
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
 * for, in the copy, and stays as it is when there is none. */
bool json_scan_string(struct json_scan *s, char **out);
/* What the inside of a string that has passed stands for, terminated, to `out`,
 * which has room for raw.n + 1 bytes and may be where raw stands. */
void json_string_decode(char *out, struct str raw);

#endif
