#ifndef BASE_WORD_H
#define BASE_WORD_H

/* Eight bytes in one go, the first of them the lowest, for what walks over all
 * that comes in or goes out.  A mask has bits in the bytes of a kind: the
 * lowest tells the first of them rightly, those above it may be wrong. */

#include <endian.h>
#include <string.h>

#include "base/str.h"

#define WORD_BYTES sizeof(uint64_t)
#define WORD_ALL   UINT64_C(0x0101010101010101) /* times a byte: eight of it */
#define WORD_HIGH  (WORD_ALL * 0x80)

static inline uint64_t
word_load(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return le64toh(w);
}

/* The bytes from i on, with zeros behind the last. */
static inline uint64_t
word_at(struct str s, size_t i)
{
	uint64_t w = 0;

	if (s.n - i >= WORD_BYTES)
		return word_load(s.p + i);
	memcpy(&w, s.p + i, s.n - i);
	return le64toh(w);
}

static inline void
word_store(char *p, uint64_t w)
{
	w = htole64(w);
	memcpy(p, &w, sizeof(w));
}

/* The bytes below `limit`, which is 1 to 128. */
static inline uint64_t
word_below(uint64_t w, unsigned char limit)
{
	return (w - WORD_ALL * limit) & ~w & WORD_HIGH;
}

static inline uint64_t
word_equal(uint64_t w, char c)
{
	return word_below(w ^ WORD_ALL * (unsigned char)c, 1);
}

/* Where the first byte of a mask is, which has one. */
static inline size_t
word_first(uint64_t mask)
{
	return (size_t)__builtin_ctzll(mask) / 8;
}

/* The letters A to Z as small ones, all other bytes as they are. */
static inline uint64_t
word_lower(uint64_t w)
{
	uint64_t seven = w & ~WORD_HIGH;
	uint64_t from_a = seven + WORD_ALL * (0x80 - 'A');
	uint64_t beyond_z = seven + WORD_ALL * (0x7f - 'Z');

	return w | (from_a & ~beyond_z & ~w & WORD_HIGH) >> 2;
}

/* Four bytes as eight small hexadecimal digits. */
static inline void
word_hex(const unsigned char *p, char *out)
{
	uint32_t four;
	uint64_t w, digits;

	memcpy(&four, p, sizeof(four));
	w = le32toh(four);
	w = (w | w << 16) & UINT64_C(0x0000ffff0000ffff);
	w = (w | w << 8) & UINT64_C(0x00ff00ff00ff00ff);
	digits = (w >> 4 | w << 8) & (WORD_ALL * 0x0f);
	w = ((digits + WORD_ALL * 6) >> 4 & WORD_ALL) * ('a' - '9' - 1);
	word_store(out, digits + w + WORD_ALL * '0');
}

#endif
