#ifndef FILES_TEXT_H
#define FILES_TEXT_H

/* Text from files: names and remarks that end up in answers. */

#include "base/arena.h"
#include "base/str.h"

/* Valid UTF-8 without control bytes, runs of space made one, none at the ends,
 * cut to at most max bytes at a character's boundary. */
const char *text_clean(struct arena *a, struct str s, size_t max);

#endif
