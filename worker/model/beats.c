/* RR intervals as differences, small ones in few bits. */

#include "model/beats.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/bits.h"

void
beats_encode(struct buf *out, const struct beats *b)
{
	uint64_t *v = xcalloc(MAX(b->n, (size_t)1), sizeof(*v));
	int64_t before = 0;

	for (size_t i = 0; i < b->n; i++) {
		v[i] = bits_zigzag(b->ms[i] - before);
		before = b->ms[i];
	}
	bits_put_varint(out, bits_zigzag(b->start_s));
	bits_put_varint(out, b->n);
	bits_put_tokens(out, v, b->n);
	free(v);
}

static bool
read_intervals(struct bits_reader *r, struct arena *a, struct beats *b)
{
	uint64_t *v = arena_many(a, b->n, uint64_t);
	int64_t ms = 0;

	bits_get_tokens(r, v, b->n);
	b->ms = arena_many(a, b->n, uint16_t);
	for (size_t i = 0; i < b->n && !r->failed; i++) {
		if (v[i] > 2 * UINT16_MAX)
			return false;
		ms += bits_unzigzag(v[i]);
		if (ms < 0 || ms > UINT16_MAX)
			return false;
		b->ms[i] = (uint16_t)ms;
	}
	return !r->failed && r->p == r->end;
}

struct beats *
beats_decode(struct arena *a, struct str bytes, struct err *e)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	struct bits_reader r = { p, p + bytes.n, false };
	struct beats *b = arena_one(a, struct beats);
	int64_t start_s = bits_unzigzag(bits_get_varint(&r));

	b->n = bits_get_varint(&r);
	b->start_s = (int32_t)start_s;
	if (r.failed || b->n > BEATS_MAX || b->start_s != start_s ||
	    !read_intervals(&r, a, b)) {
		err_set(e, ERR_CORRUPT, "these bytes are no heart beats");
		return NULL;
	}
	return b;
}
