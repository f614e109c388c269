/* Integers as tokens and the bits that are left. */

#include <math.h>
#include <stdlib.h>

#include <zlib.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "model/bits.h"

#define DIRECT	    16 /* numbers that are their own token */
#define DIRECT_BITS 5  /* length of the first that is not */
#define TOKENS	    256
#define RAW_WINDOW  (-15) /* deflate without a header; we have a checksum */
#define LEVEL	    9
#define MEMORY	    8

static unsigned
length_of(uint64_t v)
{
	return 64 - (unsigned)__builtin_clzll(v);
}

static uint8_t
token_of(uint64_t v)
{
	unsigned length;

	if (v < DIRECT)
		return (uint8_t)v;
	length = length_of(v);
	return (uint8_t)(DIRECT + (length - DIRECT_BITS) * 4 +
			 (v >> (length - 3) & 3));
}

/* Bits of a token's number that the token does not say. */
static unsigned
rest_bits(uint8_t token)
{
	return token < DIRECT ? 0 : (token - DIRECT) / 4u + DIRECT_BITS - 3;
}

double
bits_tokens_cost(const uint64_t *v, size_t n)
{
	uint32_t count[TOKENS] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < n; i++)
		count[token_of(v[i])]++;
	for (unsigned t = 0; t < TOKENS; t++) {
		if (count[t] > 0)
			bits += count[t] * (rest_bits((uint8_t)t) +
					       log2((double)n / count[t]));
	}
	return bits;
}

/* --- writing ------------------------------------------------------------- */

static void
put_deflated(struct buf *out, const uint8_t *tokens, size_t n)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)tokens,
		.avail_in = (uInt)n };
	struct buf packed = BUF_INIT;
	size_t bound;

	CHECK(deflateInit2(&z, LEVEL, Z_DEFLATED, RAW_WINDOW, MEMORY,
		  Z_FILTERED) == Z_OK);
	bound = deflateBound(&z, (uLong)n);
	z.next_out = (Bytef *)buf_reserve(&packed, bound);
	z.avail_out = (uInt)bound;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	packed.n = z.total_out;
	deflateEnd(&z);
	bits_put_varint(out, packed.n);
	buf_addstr(out, buf_str(&packed));
	buf_free(&packed);
}

/* Lowest bit first. */
static void
put_rests(struct buf *out, const uint64_t *v, const uint8_t *tokens, size_t n)
{
	struct buf bytes = BUF_INIT;
	unsigned __int128 pending = 0;
	unsigned n_bits = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned width = rest_bits(tokens[i]);
		uint64_t mask = (UINT64_C(1) << width) - 1;

		pending |= (unsigned __int128)(v[i] & mask) << n_bits;
		for (n_bits += width; n_bits >= 8; n_bits -= 8) {
			buf_addc(&bytes, (char)pending);
			pending >>= 8;
		}
	}
	if (n_bits > 0)
		buf_addc(&bytes, (char)pending);
	bits_put_varint(out, bytes.n);
	buf_addstr(out, buf_str(&bytes));
	buf_free(&bytes);
}

void
bits_put_tokens(struct buf *out, const uint64_t *v, size_t n)
{
	uint8_t *tokens = xmalloc(MAX(n, (size_t)1));

	for (size_t i = 0; i < n; i++)
		tokens[i] = token_of(v[i]);
	put_deflated(out, tokens, n);
	put_rests(out, v, tokens, n);
	free(tokens);
}

/* --- reading ------------------------------------------------------------- */

/* The next piece with its length before it; STR_NULL when it is cut off. */
static struct str
get_piece(struct bits_reader *r)
{
	uint64_t n = bits_get_varint(r);
	struct str piece;

	if (r->failed || n > (uint64_t)(r->end - r->p)) {
		r->failed = true;
		return STR_NULL;
	}
	piece = str_make((const char *)r->p, n);
	r->p += n;
	return piece;
}

static bool
inflate_all(struct str in, uint8_t *out, size_t n)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p,
		.avail_in = (uInt)in.n,
		.next_out = out,
		.avail_out = (uInt)n };
	uint8_t none;
	int rc;

	if (n == 0)
		z.next_out = &none;
	CHECK(inflateInit2(&z, RAW_WINDOW) == Z_OK);
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return rc == Z_STREAM_END && z.total_out == n && z.avail_in == 0;
}

/* Eight bytes from p, fewer at the end. */
static uint64_t
load(const uint8_t *p, const uint8_t *end)
{
	uint64_t v = 0;

	if (end - p >= 8) {
		memcpy(&v, p, sizeof(v));
		return le64toh(v);
	}
	for (size_t i = 0; p + i < end; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

/* Up to 61 bits at a bit's place. */
static uint64_t
bits_at(struct str bytes, size_t at, unsigned width)
{
	const uint8_t *p = (const uint8_t *)bytes.p, *end = p + bytes.n;
	unsigned shift = (unsigned)(at % 8);
	uint64_t v = load(p + at / 8, end) >> shift;

	if (shift + width > 64)
		v |= load(p + at / 8 + 8, end) << (64 - shift);
	return v & ((UINT64_C(1) << width) - 1);
}

static bool
add_rests(uint64_t *v, const uint8_t *tokens, size_t n, struct str rests)
{
	size_t at = 0, all = rests.n * 8;

	for (size_t i = 0; i < n; i++) {
		unsigned width = rest_bits(tokens[i]);

		if (width == 0) {
			v[i] = tokens[i];
			continue;
		}
		if (width > all - at)
			return false;
		v[i] = (uint64_t)(4 | (tokens[i] & 3)) << width |
		       bits_at(rests, at, width);
		at += width;
	}
	return (at + 7) / 8 == rests.n;
}

void
bits_get_tokens(struct bits_reader *r, uint64_t *v, size_t n)
{
	uint8_t *tokens = xmalloc(MAX(n, (size_t)1));
	struct str packed = get_piece(r), rests = get_piece(r);

	if (!r->failed && (!inflate_all(packed, tokens, n) ||
			      !add_rests(v, tokens, n, rests)))
		r->failed = true;
	free(tokens);
}
