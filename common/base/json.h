#ifndef BASE_JSON_H
#define BASE_JSON_H

/* Strict JSON reading (RFC 8259) into trees of cJSON: valid UTF-8, no NUL, no
 * duplicate keys, no trailing bytes, no raw control bytes, bounded depth,
 * numbers by the grammar and inside the range of a double.  Errors of the
 * grammar name the byte offset. */

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

#define JSON_MAX_DEPTH 64

/* The tree belongs to the arena.  NULL and e (ERR_INVALID) on bad input.  The
 * valuestring of a number is the text that it was written as, whose digits a
 * double may lose. */
const cJSON *json_parse(struct arena *a, struct str text, struct err *e);

/* The source text of a member of the outermost object; STR_NULL when absent.
 * text must have parsed. */
struct str json_raw_member(struct str text, struct str name);

/* A member of an object by its name (case-sensitive), NULL when absent or when
 * obj is no object. */
const cJSON *json_get(const cJSON *obj, const char *name);
/* Several at once: found[i] is the member names[i], or NULL. */
void json_get_all(
    const cJSON *obj, const char *const *names, const cJSON **found, size_t n);
/* "an object", "a number", for messages. */
const char *json_type_name(const cJSON *item);

#endif
