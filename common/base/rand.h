#ifndef BASE_RAND_H
#define BASE_RAND_H

/* Randomness from the kernel, drawn in batches.  After fork() the child draws
 * afresh. */

#include "base/base.h"

/* Cryptographically strong bytes; a failure of the kernel aborts. */
void rand_bytes(void *p, size_t n);
uint64_t rand_u64(void);

/* A small seeded generator (xoshiro256**) for data that must be the same on
 * every machine. Never for secrets. */
struct prng {
	uint64_t s[4];
};

void prng_seed(struct prng *g, uint64_t seed);
uint64_t prng_u64(struct prng *g);
/* Uniform in [0, 1). */
double prng_unit(struct prng *g);
/* Normal with mean 0 and standard deviation 1 (Box and Muller 1958). */
double prng_normal(struct prng *g);

#endif
