/* The authorization server as a whole. */

#include <stdlib.h>

#include "auth/seal.h"
#include "base/xalloc.h"
#include "oauth/oauth_impl.h"

#define GRACE_LABEL "refresh token grace v1"
#define NONCE_LABEL "dpop nonce v1"

/* One a process; the handlers are given nothing but the request. */
static struct oauth *the_oauth;

static int
load_keys(struct oauth *o, struct err *e)
{
	struct keyring *k = o->parts.keyring;

	if (keyring_secret(k, OPAQUE_KEY_LABEL, o->hash_key, e) < 0 ||
	    keyring_secret(k, GRACE_LABEL, o->grace_key, e) < 0)
		return -1;
	return keyring_secret(k, NONCE_LABEL, o->nonce_key, e);
}

struct oauth *
oauth_new(const struct oauth_parts *parts, struct err *e)
{
	struct oauth *o = xcalloc(1, sizeof(*o));

	o->parts = *parts;
	o->clients = clients_new(&o->parts);
	o->proofs = proofs_new(
	    parts->shm != NULL ? parts->conf->token_cache_ttl_us : 0);
	if (parts->shm != NULL)
		reused_init();
	o->audit = audit_new(parts->keyring, e);
	o->parts.audit = o->audit;
	if (o->audit == NULL || load_keys(o, e) < 0)
		oauth_free(&o);
	else
		the_oauth = o;
	return o;
}

void
oauth_free(struct oauth **o)
{
	if (*o == NULL)
		return;
	if (the_oauth == *o)
		the_oauth = NULL;
	audit_free(&(*o)->audit);
	clients_free(&(*o)->clients);
	proofs_free(&(*o)->proofs);
	wipe((*o)->hash_key, sizeof((*o)->hash_key));
	wipe((*o)->grace_key, sizeof((*o)->grace_key));
	wipe((*o)->nonce_key, sizeof((*o)->nonce_key));
	free(*o);
	*o = NULL;
}

struct oauth *
oauth_of(UNUSED const struct http_req *req)
{
	return the_oauth;
}

uint64_t
oauth_epoch(const struct oauth *o)
{
	return o->parts.shm != NULL ? shm_auth_epoch(o->parts.shm) : 0;
}

void
oauth_hash(
    const struct oauth *o, struct str secret, uint8_t out[OAUTH_HASH_BYTES])
{
	opaque_hash(o->hash_key, secret, out);
}

const char *
oauth_make(const struct oauth *o, struct arena *a, enum opaque_kind kind,
    uint8_t hash[OAUTH_HASH_BYTES])
{
	char *secret = arena_alloc(a, OPAQUE_LEN + 1);

	opaque_make(kind, secret);
	oauth_hash(o, str_of(secret), hash);
	return secret;
}

const char *
oauth_url(const struct oauth *o, struct http_req *req, const char *path)
{
	return arena_printf(
	    http_arena(req), "%s%s", site_of(req, conf_of(o)), path);
}
