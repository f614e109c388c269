#include "base/map.h"

#include <stdlib.h>

#include "base/rand.h"
#include "base/xalloc.h"

/* Open addressing with linear probing; a deleted slot leaves no tombstone but
 * pulls its successors back.  At most three quarters full. */

struct slot {
	char *key; /* NULL: empty */
	size_t n;
	uint64_t hash;
	void *value;
};

struct map {
	struct slot *slots;
	size_t cap; /* power of two */
	size_t count;
};

#define FIRST_CAP 16

static uint64_t
rotl(uint64_t x, int b)
{
	return (x << b) | (x >> (64 - b));
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein 2012). */
uint64_t
map_hash_with(const uint64_t secret[2], struct str key)
{
	uint64_t v[4], word;
	size_t i;

	v[0] = secret[0] ^ UINT64_C(0x736f6d6570736575);
	v[1] = secret[1] ^ UINT64_C(0x646f72616e646f6d);
	v[2] = secret[0] ^ UINT64_C(0x6c7967656e657261);
	v[3] = secret[1] ^ UINT64_C(0x7465646279746573);
	for (i = 0; i + 8 <= key.n; i += 8) {
		memcpy(&word, key.p + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)key.n << 56;
	for (size_t k = 0; i + k < key.n; k++)
		word |= (uint64_t)(unsigned char)key.p[i + k] << (8 * k);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int k = 0; k < 3; k++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t
hash_key(struct str key)
{
	static uint64_t secret[2];

	if (secret[0] == 0)
		rand_bytes(secret, sizeof(secret));
	return map_hash_with(secret, key);
}

struct map *
map_new(void)
{
	struct map *m = xcalloc(1, sizeof(*m));

	m->cap = FIRST_CAP;
	m->slots = xcalloc(m->cap, sizeof(*m->slots));
	return m;
}

void
map_free(struct map **m)
{
	if (*m == NULL)
		return;
	for (size_t i = 0; i < (*m)->cap; i++)
		free((*m)->slots[i].key);
	free((*m)->slots);
	free(*m);
	*m = NULL;
}

/* The slot that holds key, or the empty one where it would go. */
static struct slot *
find_slot(const struct map *m, struct str key, uint64_t hash)
{
	size_t i = hash & (m->cap - 1);

	while (m->slots[i].key != NULL) {
		struct slot *s = &m->slots[i];

		if (s->hash == hash && s->n == key.n &&
		    (key.n == 0 || memcmp(s->key, key.p, key.n) == 0))
			return s;
		i = (i + 1) & (m->cap - 1);
	}
	return &m->slots[i];
}

static void
grow(struct map *m)
{
	struct slot *old = m->slots;
	size_t old_cap = m->cap;

	m->cap *= 2;
	m->slots = xcalloc(m->cap, sizeof(*m->slots));
	for (size_t i = 0; i < old_cap; i++) {
		if (old[i].key != NULL)
			*find_slot(m, str_make(old[i].key, old[i].n),
			    old[i].hash) = old[i];
	}
	free(old);
}

void *
map_get(const struct map *m, struct str key)
{
	return find_slot(m, key, hash_key(key))->value;
}

void *
map_put(struct map *m, struct str key, void *value)
{
	uint64_t hash = hash_key(key);
	struct slot *s = find_slot(m, key, hash);
	void *before = s->value;

	if (s->key == NULL) {
		if ((m->count + 1) * 4 > m->cap * 3) {
			grow(m);
			s = find_slot(m, key, hash);
		}
		s->key = xstrndup(key.n > 0 ? key.p : "", key.n);
		s->n = key.n;
		s->hash = hash;
		m->count++;
	}
	s->value = value;
	return before;
}

/* Move back what probing had pushed past the hole. */
static void
close_hole(struct map *m, size_t hole)
{
	size_t mask = m->cap - 1;

	for (size_t i = (hole + 1) & mask; m->slots[i].key != NULL;
	     i = (i + 1) & mask) {
		size_t home = m->slots[i].hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			m->slots[i] = (struct slot){ NULL, 0, 0, NULL };
			hole = i;
		}
	}
}

void *
map_del(struct map *m, struct str key)
{
	struct slot *s = find_slot(m, key, hash_key(key));
	void *before = s->value;

	if (s->key == NULL)
		return NULL;
	free(s->key);
	*s = (struct slot){ NULL, 0, 0, NULL };
	m->count--;
	close_hole(m, (size_t)(s - m->slots));
	return before;
}

size_t
map_count(const struct map *m)
{
	return m->count;
}

bool
map_next(const struct map *m, size_t *pos, struct str *key_r, void **value_r)
{
	while (*pos < m->cap) {
		const struct slot *s = &m->slots[(*pos)++];

		if (s->key != NULL) {
			*key_r = str_make(s->key, s->n);
			*value_r = s->value;
			return true;
		}
	}
	return false;
}
