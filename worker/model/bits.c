/* Bit-packed columns of integers. */

#include "model/bits.h"

void
bits_put_varint(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		buf_addc(out, (char)(v | 0x80));
		v >>= 7;
	}
	buf_addc(out, (char)v);
}

uint64_t
bits_get_varint(struct bits_reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64 && r->p < r->end; shift += 7) {
		uint8_t c = *r->p++;

		if (shift == 63 && c > 1)
			break;
		v |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0)
			return v;
	}
	r->failed = true;
	return 0;
}

static unsigned
width_of(const uint64_t *v, size_t n)
{
	uint64_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= v[i];
	return all == 0 ? 0 : 64 - (unsigned)__builtin_clzll(all);
}

static void
put_bits(uint8_t *p, size_t at, uint64_t v, unsigned width)
{
	for (unsigned done = 0; done < width;) {
		unsigned offset = (unsigned)((at + done) % 8);
		unsigned take = MIN(8 - offset, width - done);

		p[(at + done) / 8] |=
		    (uint8_t)((v >> done & ((1u << take) - 1)) << offset);
		done += take;
	}
}

static uint64_t
get_bits(const uint8_t *p, size_t at, unsigned width)
{
	uint64_t v = 0;

	for (unsigned done = 0; done < width;) {
		unsigned offset = (unsigned)((at + done) % 8);
		unsigned take = MIN(8 - offset, width - done);

		v |= (uint64_t)(p[(at + done) / 8] >> offset &
				((1u << take) - 1))
		     << done;
		done += take;
	}
	return v;
}

void
bits_put_column(struct buf *out, const uint64_t *v, size_t n)
{
	for (size_t from = 0; from < n; from += BITS_BLOCK) {
		size_t count = MIN(n - from, (size_t)BITS_BLOCK);
		unsigned width = width_of(v + from, count);
		size_t bytes = (count * width + 7) / 8;
		uint8_t *p;

		buf_addc(out, (char)width);
		p = (uint8_t *)buf_reserve(out, bytes);
		memset(p, 0, bytes);
		for (size_t i = 0; i < count; i++)
			put_bits(p, i * width, v[from + i], width);
		out->n += bytes;
	}
}

void
bits_get_column(struct bits_reader *r, uint64_t *v, size_t n)
{
	for (size_t from = 0; from < n && !r->failed; from += BITS_BLOCK) {
		size_t count = MIN(n - from, (size_t)BITS_BLOCK);
		unsigned width;
		size_t bytes;

		if (r->p == r->end || (width = *r->p) > 64 ||
		    (bytes = (count * width + 7) / 8) >
			(size_t)(r->end - r->p) - 1) {
			r->failed = true;
			return;
		}
		r->p++;
		for (size_t i = 0; i < count; i++)
			v[from + i] = get_bits(r->p, i * width, width);
		r->p += bytes;
	}
}
