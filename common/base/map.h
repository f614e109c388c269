#ifndef BASE_MAP_H
#define BASE_MAP_H

/* Hash map from byte strings to pointers.  Keys are copied; values are the
 * caller's.  Hashing is SipHash-1-3 with a key drawn per process, so that
 * outsiders cannot aim at one bucket. */

#include "base/str.h"

struct map;

struct map *map_new(void);
void map_free(struct map **m);
void *map_get(const struct map *m, struct str key);
/* Returns the value that was there before, or NULL. */
void *map_put(struct map *m, struct str key, void *value);
void *map_del(struct map *m, struct str key);
size_t map_count(const struct map *m);
/* Iterate in no order: start with *pos = 0; false at the end.  The map must
 * not change meanwhile. */
bool map_next(
    const struct map *m, size_t *pos, struct str *key_r, void **value_r);

/* The map's hash under a key of one's own, for tables of one's own. */
uint64_t map_hash_with(const uint64_t secret[2], struct str key);

#endif
