/* Growable byte buffers. */

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/xalloc.h"

#define TRACELESS_MAX ((size_t)64 * 1024)

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = BUF_INIT;
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		wipe(b->p, b->cap);
	buf_free(b);
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
}

/* Small ones leave no copy of what they held, as realloc would. */
static void
grow(struct buf *b, size_t cap)
{
	size_t n = b->n;
	char *p;

	if (b->cap > TRACELESS_MAX) {
		p = xrealloc(b->p, cap);
	} else {
		p = xmalloc(cap);
		if (n > 0)
			memcpy(p, b->p, n);
		buf_wipe(b);
	}
	*b = (struct buf){ p, n, cap };
}

void
buf_grow(struct buf *b, size_t more)
{
	size_t need;

	CHECK(!__builtin_add_overflow(b->n, more, &need));
	grow(b, MAX(MAX(b->cap + b->cap / 2, (size_t)256), need));
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_reserve(b, n), p, n);
	b->n += n;
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(buf_reserve(b, 128), 128, fmt, ap);
	CHECK(n >= 0);
	if (n >= 128)
		vsnprintf(
		    buf_reserve(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
	va_end(again);
	b->n += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
buf_addu(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	buf_add(b, digits + n, sizeof(digits) - n);
}

void
buf_drop(struct buf *b, size_t n)
{
	CHECK(n <= b->n);
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

const char *
buf_cstr(struct buf *b)
{
	*buf_reserve(b, 1) = '\0';
	return b->p;
}
