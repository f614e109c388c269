#ifndef BASE_JSON_H
#define BASE_JSON_H

/* Strict JSON reading (RFC 8259) over cJSON: valid UTF-8, no NUL, no
 * duplicate keys, no trailing bytes, no raw control bytes, bounded depth and
 * size, numbers by the grammar and inside the range of a double.  Errors of the
 * grammar name the byte offset. */

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

#define JSON_MAX_DEPTH 64

/* The tree belongs to the arena.  NULL and e (ERR_INVALID) on bad input. */
const cJSON *json_parse(struct arena *a, struct str text, struct err *e);

/* The source text of a member of the outermost object, such as an id whose
 * digits a double would lose; STR_NULL when absent.  text must have parsed. */
struct str json_raw_member(struct str text, struct str name);

/* Typed members of an object.  1 found, 0 absent or null, -1 other type (e
 * names the member).  json_get_str points into the tree. */
NODISCARD int json_get_str(
    const cJSON *obj, const char *name, struct str *out, struct err *e);
NODISCARD int json_get_i64(
    const cJSON *obj, const char *name, int64_t *out, struct err *e);
NODISCARD int json_get_f64(
    const cJSON *obj, const char *name, double *out, struct err *e);
NODISCARD int json_get_bool(
    const cJSON *obj, const char *name, bool *out, struct err *e);
/* The member itself (case-sensitive), NULL when absent. */
const cJSON *json_get(const cJSON *obj, const char *name);
const char *json_type_name(const cJSON *item);
/* A number without fraction inside +-2^53. */
bool json_is_integer(const cJSON *item);

#endif
