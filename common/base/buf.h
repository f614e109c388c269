#ifndef BASE_BUF_H
#define BASE_BUF_H

/* A growable byte buffer on the heap.  A zeroed struct is an empty buffer. */

#include <stdarg.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
};

#define BUF_INIT ((struct buf){ NULL, 0, 0 })

void buf_free(struct buf *b);
/* As buf_free, and nothing of it stays in memory.  A buffer that grew has left
 * traces: reserve what a secret needs first. */
void buf_wipe(struct buf *b);
/* Empty it and keep the memory. */
void buf_clear(struct buf *b);
/* As buf_reserve, where there is no such room. */
void buf_grow(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);
/* Decimal digits of v. */
void buf_addu(struct buf *b, uint64_t v);
/* Drop n bytes from the front. */
void buf_drop(struct buf *b, size_t n);
/* Terminated view; the NUL is not counted in n. */
const char *buf_cstr(struct buf *b);

static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

/* Room for `more` further bytes; returns the first of them. */
static inline char *
buf_reserve(struct buf *b, size_t more)
{
	if (more > b->cap - b->n || b->p == NULL)
		buf_grow(b, more);
	return b->p + b->n;
}

static inline void
buf_addc(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->n++;
}

static inline void
buf_addstr(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

static inline void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

#endif
