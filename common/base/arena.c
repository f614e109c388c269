/* Arenas: chunks that double in size up to a bound, a pointer that moves
 * forward, and clean-ups that run backwards.  With ARENA_DEBUG each object is
 * a chunk of its own. */

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/xalloc.h"

#define CHUNK_FIRST 4096
#define CHUNK_MAX   (256 * 1024)
#define CHUNK_KEPT  (32 * 1024)
#define ALIGN	    _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t size; /* of data */
	size_t used;
	_Alignas(max_align_t) unsigned char data[];
};

struct cleanup {
	struct cleanup *next;
	void (*fn)(void *arg);
	void *arg;
};

struct arena {
	struct chunk *chunks; /* the newest first */
	struct cleanup *cleanups;
	bool secret;
};

static struct chunk *
chunk_add(struct arena *a, size_t size)
{
	struct chunk *c;

	CHECK(size < SIZE_MAX - sizeof(*c));
	c = xmalloc(sizeof(*c) + size);
	c->next = a->chunks;
	c->size = size;
	c->used = 0;
	a->chunks = c;
	return c;
}

static void
chunk_free(struct arena *a, struct chunk *c)
{
	if (a->secret)
		wipe(c->data, c->used);
	free(c);
}

struct arena *
arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

struct arena *
arena_new_secret(void)
{
	struct arena *a = arena_new();

	a->secret = true;
	return a;
}

static void
run_cleanups(struct arena *a)
{
	struct cleanup *c;

	while ((c = a->cleanups) != NULL) {
		a->cleanups = c->next;
		c->fn(c->arg);
	}
}

/* This one and those that are older. */
static void
free_chunks(struct arena *a, struct chunk **newest)
{
	struct chunk *c;

	while ((c = *newest) != NULL) {
		*newest = c->next;
		chunk_free(a, c);
	}
}

void
arena_free(struct arena **ap)
{
	struct arena *a = *ap;

	*ap = NULL;
	if (a == NULL)
		return;
	run_cleanups(a);
	free_chunks(a, &a->chunks);
	free(a);
}

/* The newest chunk, which is the largest, unless it is too large to lie idle.
 */
static struct chunk *
reusable(const struct arena *a)
{
#ifndef ARENA_DEBUG
	if (a->chunks != NULL && a->chunks->size <= CHUNK_KEPT)
		return a->chunks;
#endif
	(void)a;
	return NULL;
}

void
arena_reset(struct arena *a)
{
	struct chunk *kept;

	run_cleanups(a);
	kept = reusable(a);
	free_chunks(a, kept != NULL ? &kept->next : &a->chunks);
	if (kept == NULL)
		return;
	if (a->secret)
		wipe(kept->data, kept->used);
	kept->used = 0;
}

/* From a chunk made for it; without ARENA_DEBUG, with room for what follows. */
static void *
alloc_anew(struct arena *a, size_t size)
{
	size_t want = size;
	struct chunk *c;

	CHECK(size < SIZE_MAX / 2);
#ifndef ARENA_DEBUG
	c = a->chunks;
	want = MAX(size, c == NULL ? CHUNK_FIRST : MIN(c->size * 2, CHUNK_MAX));
#endif
	c = chunk_add(a, want);
	c->used = size;
	return c->data;
}

void *
arena_alloc(struct arena *a, size_t size)
{
#ifdef ARENA_DEBUG
	return alloc_anew(a, size);
#else
	struct chunk *c = a->chunks;
	size_t rounded = (MAX(size, 1) + ALIGN - 1) & ~(ALIGN - 1);
	void *p;

	if (c == NULL || c->size - c->used < rounded || rounded < size)
		return alloc_anew(a, MAX(rounded, size));
	p = c->data + c->used;
	c->used += rounded;
	return p;
#endif
}

void *
arena_zalloc(struct arena *a, size_t size)
{
	return memset(arena_alloc(a, size), 0, size);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t bytes;

	CHECK(!__builtin_mul_overflow(count, size, &bytes));
	return arena_alloc(a, bytes);
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (n != 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

void *
arena_memdup(struct arena *a, const void *p, size_t n)
{
	void *copy = arena_alloc(a, n);

	if (n != 0)
		memcpy(copy, p, n);
	return copy;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	CHECK(n >= 0);
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_cleanup(struct arena *a, void (*fn)(void *arg), void *arg)
{
	struct cleanup *c = arena_alloc(a, sizeof(*c));

	c->next = a->cleanups;
	c->fn = fn;
	c->arg = arg;
	a->cleanups = c;
}

size_t
arena_used(const struct arena *a)
{
	size_t n = 0;

	for (const struct chunk *c = a->chunks; c != NULL; c = c->next)
		n += c->used;
	return n;
}
