#ifndef SHM_RING_H
#define SHM_RING_H

/* Keys that the processes of a node call out to each other: a ring in the
 * segment, and a descriptor that wakes them.  A key is a hint that something
 * named by it has changed; the ring never blocks, and forgets what nobody has
 * read in time.  Any number of processes write and read; a place is claimed by
 * one atomic step and filled by another, so that whoever is killed between
 * them leaves one empty place, which readers step over. */

#include "base/base.h"

struct ring;

#define RING_KEY_BITS 48
#define RING_KEY_MASK ((UINT64_C(1) << RING_KEY_BITS) - 1)

/* For shm.c: its bytes, in memory full of zeros. */
size_t ring_size(void);
/* Places before a key that nobody has read is forgotten. */
size_t ring_capacity(void);

/* Where the next key will stand: a reader begins here. */
uint64_t ring_head(const struct ring *r);
/* The lower RING_KEY_BITS of the key. */
void ring_put(struct ring *r, uint64_t key);

enum ring_read {
	RING_NOTHING, /* *at is the head */
	RING_KEY,     /* *key_r; *at has moved on */
	RING_EMPTY,   /* claimed and not filled yet */
	RING_MISSED,  /* too late: *at is the head now */
};
enum ring_read ring_next(const struct ring *r, uint64_t *at, uint64_t *key_r);
/* Whoever claimed the place at *at is not going to fill it. */
void ring_skip(uint64_t *at);

#endif
