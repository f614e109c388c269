#ifndef MODEL_BITS_H
#define MODEL_BITS_H

/* Unsigned integers in blocks: LEB128 for single ones, and columns packed with
 * as many bits as the largest number of each block needs. */

#include "base/buf.h"

#define BITS_BLOCK 64 /* numbers that share a width */

/* A reader that fails once and stays failed. */
struct bits_reader {
	const uint8_t *p;
	const uint8_t *end;
	bool failed;
};

void bits_put_varint(struct buf *out, uint64_t v);
uint64_t bits_get_varint(struct bits_reader *r);

/* n numbers in blocks of BITS_BLOCK: a byte with the width (0 to 64), then the
 * numbers, lowest bit first, filled up to a whole byte. */
void bits_put_column(struct buf *out, const uint64_t *v, size_t n);
/* Sets r->failed when the input is short or a width impossible. */
void bits_get_column(struct bits_reader *r, uint64_t *v, size_t n);

/* n numbers, small ones in few bits: each is a token, which is the number below
 * 16 and else its length and the two bits after the first; tokens are deflated,
 * which gives the frequent ones short codes, and the remaining bits follow
 * packed.  Two lengths in bytes go before. */
void bits_put_tokens(struct buf *out, const uint64_t *v, size_t n);
/* Sets r->failed when the input is not n numbers. */
void bits_get_tokens(struct bits_reader *r, uint64_t *v, size_t n);
/* About how many bits they would take. */
double bits_tokens_cost(const uint64_t *v, size_t n);

/* Signed as unsigned so that small magnitudes stay small: 0 -1 1 -2 2 ... */
static inline uint64_t
bits_zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static inline int64_t
bits_unzigzag(uint64_t v)
{
	return (int64_t)((v >> 1) ^ ((v & 1) != 0 ? UINT64_MAX : 0));
}

#endif
