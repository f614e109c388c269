#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/* Memory that lives and dies together: one arena per request, connection,
 * configuration and job.  Allocation is a pointer bump; nothing is freed
 * singly.  A function whose first parameter is an arena returns memory of that
 * arena.  With -DARENA_DEBUG (sanitizer builds) every object is a malloc of
 * its own, so that overruns and use after reset are seen. */

#include "base/base.h"

struct arena;

struct arena *arena_new(void);
/* As arena_new, and its memory is wiped when it is released. */
struct arena *arena_new_secret(void);
/* Runs clean-ups in reverse order, releases all, sets *a to NULL.  NULL is
 * fine. */
void arena_free(struct arena **a);
/* As arena_free, but the arena stays and keeps its last chunk, unless that is
 * large. */
void arena_reset(struct arena *a);

/* Memory aligned for any type, not cleared / cleared. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
/* count * size bytes, not cleared; an overflow aborts. */
void *arena_array(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
void *arena_memdup(struct arena *a, const void *p, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Call fn(arg) when the arena is reset or freed, last added first. */
void arena_cleanup(struct arena *a, void (*fn)(void *arg), void *arg);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

/* A cleared struct / an array of a type. */
#define arena_one(a, type)     ((type *)arena_zalloc((a), sizeof(type)))
#define arena_many(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

#endif
