/* The cache of proven tokens. */

#include "auth/proofs.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/xalloc.h"

struct proof {
	struct list link; /* least recently used first */
	uint8_t hash[OPAQUE_HASH_BYTES];
	struct who who;
	uint64_t epoch;
	int64_t until_us; /* monotonic */
};

struct proofs {
	struct map *by_hash;
	struct list used;
	int64_t ttl_us;
};

static struct str
key_of(const uint8_t *hash)
{
	return str_make((const char *)hash, OPAQUE_HASH_BYTES);
}

struct proofs *
proofs_new(int64_t ttl_us)
{
	struct proofs *p = xcalloc(1, sizeof(*p));

	p->by_hash = map_new();
	list_init(&p->used);
	p->ttl_us = ttl_us;
	return p;
}

static void
drop(struct proofs *p, struct proof *one)
{
	map_del(p->by_hash, key_of(one->hash));
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
	map_free(&(*p)->by_hash);
	free(*p);
	*p = NULL;
}

size_t
proofs_count(const struct proofs *p)
{
	return map_count(p->by_hash);
}

void
proofs_put(struct proofs *p, const uint8_t hash[OPAQUE_HASH_BYTES],
    const struct who *who, uint64_t epoch)
{
	struct proof *one = map_get(p->by_hash, key_of(hash));

	if (p->ttl_us <= 0)
		return;
	if (one != NULL)
		drop(p, one);
	else if (proofs_count(p) >= PROOFS_MAX)
		drop(p, list_item(p->used.next, struct proof, link));
	one = xmalloc(sizeof(*one));
	memcpy(one->hash, hash, OPAQUE_HASH_BYTES);
	one->who = *who;
	one->epoch = epoch;
	one->until_us = clock_mono_us() + p->ttl_us;
	list_add_tail(&p->used, &one->link);
	map_put(p->by_hash, key_of(hash), one);
}

bool
proofs_get(struct proofs *p, const uint8_t hash[OPAQUE_HASH_BYTES],
    uint64_t epoch, struct who *out)
{
	struct proof *one = map_get(p->by_hash, key_of(hash));

	if (one == NULL)
		return false;
	if (one->epoch != epoch || clock_mono_us() >= one->until_us ||
	    clock_wall_us() >= one->who.expires_us) {
		drop(p, one);
		return false;
	}
	list_del(&one->link);
	list_add_tail(&p->used, &one->link);
	*out = one->who;
	return true;
}
