/* Randomness: a batch from the kernel for each thread, thrown away in a forked
 * child; and a seeded generator (xoshiro256**, Blackman and Vigna 2018). */

#include "base/rand.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "base/check.h"
#include "base/xalloc.h"

#define BATCH 512

static _Thread_local struct {
	unsigned char bytes[BATCH];
	size_t left;
} batch;

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Only the forking thread lives on in the child. */
static void
forget_batch(void)
{
	batch.left = 0;
}

static void
watch_fork(void)
{
	pthread_atfork(NULL, NULL, forget_batch);
}

static void
draw(void *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = getrandom((char *)p + got, n - got, 0);

		if (r < 0 && errno == EINTR)
			continue;
		CHECK(r > 0);
		got += (size_t)r;
	}
}

void
rand_bytes(void *p, size_t n)
{
	if (n > BATCH / 4) {
		draw(p, n);
		return;
	}
	pthread_once(&once, watch_fork);
	if (batch.left < n) {
		draw(batch.bytes, BATCH);
		batch.left = BATCH;
	}
	batch.left -= n;
	memcpy(p, batch.bytes + batch.left, n);
	wipe(batch.bytes + batch.left, n);
}

uint64_t
rand_u64(void)
{
	uint64_t v;

	rand_bytes(&v, sizeof(v));
	return v;
}

/* SplitMix64 spreads the seed over the state (Steele 2014). */
void
prng_seed(struct prng *g, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		g->s[i] = z ^ (z >> 31);
	}
}

static uint64_t
rotate(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t
prng_u64(struct prng *g)
{
	uint64_t *s = g->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

double
prng_unit(struct prng *g)
{
	return (double)(prng_u64(g) >> 11) * 0x1.0p-53;
}

double
prng_normal(struct prng *g)
{
	double u = 1.0 - prng_unit(g); /* never 0 */
	double v = prng_unit(g);

	return sqrt(-2.0 * log(u)) * cos(2.0 * 3.14159265358979323846 * v);
}
