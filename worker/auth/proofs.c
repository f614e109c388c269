/* The cache of proven tokens. */

#include "auth/proofs.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/rand.h"
#include "base/xalloc.h"

struct proof {
	struct list link; /* least recently used first */
	struct proof_key key;
	struct who who;
	uint64_t epoch;
	int64_t until_us; /* monotonic */
};

struct proofs {
	struct map *by_key;
	struct list used;
	uint8_t secret[crypto_shorthash_siphashx24_KEYBYTES];
	int64_t ttl_us;
};

static struct str
text_of(const struct proof_key *key)
{
	return str_make((const char *)key->b, PROOFS_KEY_BYTES);
}

struct proofs *
proofs_new(int64_t ttl_us)
{
	struct proofs *p = xcalloc(1, sizeof(*p));

	p->by_key = map_new();
	list_init(&p->used);
	rand_bytes(p->secret, sizeof(p->secret));
	p->ttl_us = ttl_us;
	return p;
}

static void
drop(struct proofs *p, struct proof *one)
{
	map_del(p->by_key, text_of(&one->key));
	list_del(&one->link);
	free(one);
}

void
proofs_free(struct proofs **p)
{
	if (*p == NULL)
		return;
	while (!list_empty(&(*p)->used))
		drop(*p, list_item((*p)->used.next, struct proof, link));
	map_free(&(*p)->by_key);
	wipe((*p)->secret, sizeof((*p)->secret));
	free(*p);
	*p = NULL;
}

_Static_assert(
    PROOFS_KEY_BYTES == crypto_shorthash_siphashx24_BYTES, "the hash fits");

struct proof_key
proofs_key(const struct proofs *p, struct str token)
{
	struct proof_key key;

	crypto_shorthash_siphashx24(
	    key.b, (const unsigned char *)token.p, token.n, p->secret);
	return key;
}

size_t
proofs_count(const struct proofs *p)
{
	return map_count(p->by_key);
}

void
proofs_put(struct proofs *p, const struct proof_key *key, const struct who *who,
    uint64_t epoch)
{
	struct proof *one = map_get(p->by_key, text_of(key));

	if (p->ttl_us <= 0)
		return;
	if (one != NULL)
		drop(p, one);
	else if (proofs_count(p) >= PROOFS_MAX)
		drop(p, list_item(p->used.next, struct proof, link));
	one = xmalloc(sizeof(*one));
	one->key = *key;
	one->who = *who;
	one->epoch = epoch;
	one->until_us = clock_mono_coarse_us() + p->ttl_us;
	list_add_tail(&p->used, &one->link);
	map_put(p->by_key, text_of(key), one);
}

bool
proofs_get(struct proofs *p, const struct proof_key *key, uint64_t epoch,
    struct who *out)
{
	struct proof *one = map_get(p->by_key, text_of(key));

	if (one == NULL)
		return false;
	if (one->epoch != epoch || clock_mono_coarse_us() >= one->until_us ||
	    clock_wall_coarse_us() >= one->who.expires_us) {
		drop(p, one);
		return false;
	}
	list_del(&one->link);
	list_add_tail(&p->used, &one->link);
	*out = one->who;
	return true;
}
