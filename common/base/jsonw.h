#ifndef BASE_JSONW_H
#define BASE_JSONW_H

/* Streaming JSON writer straight into a buffer: no tree, no copy.  Commas and
 * escaping are its business.  Misuse (a value where a key is due, unbalanced
 * ends) is a CHECK.  Strings that are not UTF-8 get U+FFFD. */

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/uuid.h"

#define JSONW_MAX_DEPTH 64

struct jsonw {
	struct buf *out;
	unsigned depth;
	bool need_comma;
	bool have_key;
	uint64_t is_object; /* bit per level */
};

void jsonw_init(struct jsonw *w, struct buf *out);
/* CHECKs that everything is closed. */
void jsonw_done(const struct jsonw *w);

void jsonw_object(struct jsonw *w);
void jsonw_end_object(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_end_array(struct jsonw *w);
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_key_str(struct jsonw *w, struct str key);

void jsonw_null(struct jsonw *w);
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_int(struct jsonw *w, int64_t v);
/* Shortest text that reads back as v; not finite becomes null. */
void jsonw_double(struct jsonw *w, double v);
/* Rounded to `digits` decimals (0 to 9), trailing zeros dropped; not finite
 * becomes null. */
void jsonw_fixed(struct jsonw *w, double v, int digits);
void jsonw_str(struct jsonw *w, struct str s);
void jsonw_cstr(struct jsonw *w, const char *s);
void jsonw_uuid(struct jsonw *w, const struct uuid *u);
/* RFC 3339 in UTC, milliseconds when there are any. */
void jsonw_instant(struct jsonw *w, int64_t us);
void jsonw_day(struct jsonw *w, int32_t day);
/* Text that is already JSON, as one value. */
void jsonw_raw(struct jsonw *w, struct str json);
/* A tree that json_parse() has made, its numbers as they were written. */
void jsonw_tree(struct jsonw *w, const cJSON *item);

/* "key": value in one call.  The _opt forms leave out what is missing:
 * NaN, or an empty string. */
void jsonw_kv_str(struct jsonw *w, const char *key, struct str s);
void jsonw_kv_cstr(struct jsonw *w, const char *key, const char *s);
void jsonw_kv_cstr_opt(struct jsonw *w, const char *key, const char *s);
void jsonw_kv_int(struct jsonw *w, const char *key, int64_t v);
void jsonw_kv_bool(struct jsonw *w, const char *key, bool v);
void jsonw_kv_fixed(struct jsonw *w, const char *key, double v, int digits);
void jsonw_kv_fixed_opt(struct jsonw *w, const char *key, double v, int digits);
void jsonw_kv_uuid(struct jsonw *w, const char *key, const struct uuid *u);
void jsonw_kv_instant(struct jsonw *w, const char *key, int64_t us);
void jsonw_kv_day(struct jsonw *w, const char *key, int32_t day);
void jsonw_kv_object(struct jsonw *w, const char *key);
void jsonw_kv_array(struct jsonw *w, const char *key);

/* Escaped contents of a JSON string, without the quotes. */
void jsonw_escape(struct buf *out, struct str s);

#endif
