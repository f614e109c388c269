#include "shm/ring.h"

#include <stdatomic.h>

/* A place is one word: the key, and below it in which round it was filled, so
 * that an old key is not taken for a new one. */

#define PLACES	   4096
#define ROUND_MASK UINT64_C(0xffff)

struct ring {
	_Atomic uint64_t head; /* places claimed, ever */
	_Atomic uint64_t place[PLACES];
};

size_t
ring_size(void)
{
	return sizeof(struct ring);
}

size_t
ring_capacity(void)
{
	return PLACES;
}

static uint64_t
round_of(uint64_t at)
{
	return (at / PLACES + 1) & ROUND_MASK;
}

uint64_t
ring_head(const struct ring *r)
{
	return r->head;
}

void
ring_put(struct ring *r, uint64_t key)
{
	uint64_t at = atomic_fetch_add(&r->head, 1);

	r->place[at % PLACES] = (key & RING_KEY_MASK) << 16 | round_of(at);
}

enum ring_read
ring_next(const struct ring *r, uint64_t *at, uint64_t *key_r)
{
	uint64_t head = r->head, word;

	if (*at == head)
		return RING_NOTHING;
	/* A head behind us is that of another ring. */
	if (head - *at > PLACES) {
		*at = head;
		return RING_MISSED;
	}
	word = r->place[*at % PLACES];
	if ((word & ROUND_MASK) == round_of(*at)) {
		*key_r = word >> 16;
		++*at;
		return RING_KEY;
	}
	if (r->head - *at > PLACES) {
		*at = r->head;
		return RING_MISSED;
	}
	return RING_EMPTY;
}

void
ring_skip(uint64_t *at)
{
	++*at;
}
