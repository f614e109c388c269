/* Who asks, and whether they may. */

#include "auth/guard_impl.h"

#include <stdlib.h>

#include "auth/keys.h"
#include "auth/proofs.h"
#include "auth/refused.h"
#include "auth/seal.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "shm/shm.h"
#include "shm/usage.h"
#include "store/sessions.h"
#include "store/tokens.h"

_Static_assert(OPAQUE_HASH_BYTES == TOKEN_HASH_BYTES &&
		   OPAQUE_HASH_BYTES == SESSION_HASH_BYTES,
    "one kind of hash");

/* What a browser may do for who is signed in: everything of a person's own. */
#define SCOPES_OF_SESSION ((SCOPE_ADMIN << 1) - 1)

static int
load_key(struct guard *g, const struct conf *conf, struct err *e)
{
	struct keyring *k = keyring_open(conf, g->db, NULL, e);
	int rc =
	    k != NULL ? keyring_secret(k, OPAQUE_KEY_LABEL, g->key, e) : -1;

	keyring_free(&k);
	return rc;
}

struct guard *
guard_new(
    const struct conf *conf, struct db *db, struct shm *shm, struct err *e)
{
	struct guard *g = xcalloc(1, sizeof(*g));

	g->conf = conf;
	g->db = db;
	g->shm = shm;
	g->proofs = proofs_new(shm != NULL ? conf->token_cache_ttl_us : 0);
	g->session_idle_us = conf->session_idle_us;
	refused_init();
	if (load_key(g, conf, e) < 0)
		guard_free(&g);
	return g;
}

void
guard_free(struct guard **g)
{
	if (*g == NULL)
		return;
	proofs_free(&(*g)->proofs);
	wipe((*g)->key, sizeof((*g)->key));
	free(*g);
	*g = NULL;
}

/* --- noting uses --------------------------------------------------------- */

struct touch {
	struct db *db;
	struct who who;
	char address[64]; /* of a browser */
};

static int
touch(const struct touch *t, struct arena *a, struct err *e)
{
	struct owner o = { t->who.tenant_id, t->who.user_id };

	if (t->who.proof == WHO_SESSION)
		return sessions_touch(
		    t->db, a, &o, &t->who.token_id, t->address, e);
	return tokens_touch(t->db, a, &o, &t->who.token_id, clock_wall_us(), e);
}

/* Nobody waits for it, and nothing depends on it. */
static void
touch_alone(void *arg)
{
	struct touch *t = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (touch(t, a, &e) < 0)
		log_err(LOG_WARN, "auth", "noting a use", &e);
	arena_free(&a);
	free(t);
}

static void
note_use(struct guard *g, const struct who *who, struct str address)
{
	struct touch *t = xcalloc(1, sizeof(*t));

	t->db = g->db;
	t->who = *who;
	memcpy(t->address, address.p != NULL ? address.p : "",
	    MIN(address.n, sizeof(t->address) - 1));
	if (fiber_self() != NULL)
		fiber_spawn(fiber_loop(), touch_alone, t);
	else
		touch_alone(t);
}

/* --- proving ------------------------------------------------------------- */

int
guard_refuse(enum refused why, const char *message, struct err *e)
{
	refused_count(why);
	return err_set(e,
	    why == REFUSED_ROLE ? ERR_DENIED : ERR_UNAUTHENTICATED, "%s",
	    message);
}

static int
check_status(enum user_status status, struct err *e)
{
	if (status == USER_ACTIVE)
		return 0;
	return guard_refuse(REFUSED_SUSPENDED,
	    status == USER_PENDING ? "the account is not approved yet"
				   : "the account is suspended",
	    e);
}

/* One token or session that was shown, while it is looked up. */
struct proving {
	struct guard *g;
	struct arena *arena;
	struct proof_key key;
	uint8_t hash[OPAQUE_HASH_BYTES];
	struct str address;
	struct who *out;
	bool is_stale; /* its last use was noted long ago */
};

static int
judge_token(const struct token_holder *h, struct who *out, struct err *e)
{
	const struct access_token *t = &h->token;
	enum key_tier tier = TIER_NONE;
	bool is_key = tier_parse(str_of(t->tier), &tier);

	if (t->revoked_us != 0)
		return guard_refuse(
		    REFUSED_REVOKED, "the access token was revoked", e);
	if (t->expires_us <= clock_wall_us())
		return guard_refuse(
		    REFUSED_EXPIRED, "the access token has expired", e);
	if (check_status(h->status, e) < 0)
		return -1;
	*out = (struct who){
		.proof = is_key ? WHO_API_KEY : WHO_ACCESS_TOKEN,
		.role = h->is_admin ? ROLE_ADMIN : ROLE_USER,
		.tenant_id = t->owner.tenant_id,
		.user_id = t->owner.user_id,
		.token_id = t->id,
		.expires_us = t->expires_us,
		.quota = tier_quota(tier),
	};
	if (t->toolset != NULL)
		snprintf(out->toolset, sizeof(out->toolset), "%s", t->toolset);
	if (scope_parse(str_of(t->scopes), &out->scopes, e) == 0)
		return 0;
	if (e != NULL)
		e->code = ERR_INTERNAL;
	return err_wrap(e, "scopes of a stored token");
}

/* What the month has cost a key before this node knew it. */
static int
learn_usage(struct proving *p, const struct access_token *t, struct err *e)
{
	int32_t month = usage_month(clock_wall_us());
	struct token_usage *list;
	struct usage_cell *c;
	size_t n;

	if (p->out->quota == 0 || p->g->shm == NULL)
		return 0;
	c = usage_find(shm_usage(p->g->shm), &t->id, month);
	if (c == NULL || atomic_load(&c->known))
		return 0;
	if (tokens_usage(p->g->db, p->arena, &t->owner, &t->id, &list, &n, e) <
	    0)
		return -1;
	usage_know(c, n > 0 && list[0].month == month ? list[0].used : 0);
	return 0;
}

static int
look_up_token(struct proving *p, struct err *e)
{
	struct token_holder h;
	int rc = tokens_find(p->g->db, p->arena, p->hash, &h, e);

	if (rc == 0)
		return guard_refuse(
		    REFUSED_UNKNOWN, "the access token is not known", e);
	if (rc < 0 || judge_token(&h, p->out, e) < 0 ||
	    learn_usage(p, &h.token, e) < 0)
		return -1;
	p->is_stale = clock_wall_us() - h.token.last_used_us >= TOKEN_TOUCH_US;
	return 0;
}

static int
look_up_session(struct proving *p, struct err *e)
{
	struct session_holder h;
	struct session *s = &h.session;
	int64_t now_us = clock_wall_us(), until_us;
	int rc = sessions_find(p->g->db, p->arena, p->hash, &h, e);

	if (rc == 0)
		return guard_refuse(REFUSED_UNKNOWN, "nobody is signed in", e);
	if (rc < 0)
		return -1;
	until_us = MIN(s->expires_us, s->last_used_us + p->g->session_idle_us);
	if (until_us <= now_us)
		return guard_refuse(
		    REFUSED_EXPIRED, "the session has ended", e);
	if (check_status(h.status, e) < 0)
		return -1;
	p->is_stale = now_us - s->last_used_us >= SESSION_TOUCH_US;
	*p->out = (struct who){
		.proof = WHO_SESSION,
		.role = h.is_admin ? ROLE_ADMIN : ROLE_USER,
		.scopes = SCOPES_OF_SESSION & ~(h.is_admin ? 0 : SCOPE_ADMIN),
		.tenant_id = s->owner.tenant_id,
		.user_id = s->owner.user_id,
		.token_id = s->id,
		.expires_us = until_us,
	};
	return 0;
}

static int
ask_store(struct proving *p, enum opaque_kind kind, struct err *e)
{
	struct guard *g = p->g;
	/* Read first: a revocation meanwhile makes the entry void. */
	uint64_t epoch = g->shm != NULL ? shm_auth_epoch(g->shm) : 0;
	int rc;

	p->arena = arena_new();
	rc = kind == OPAQUE_SESSION ? look_up_session(p, e)
				    : look_up_token(p, e);
	if (rc == 0) {
		proofs_put(g->proofs, &p->key, p->out, epoch);
		if (p->is_stale)
			note_use(g, p->out, p->address);
	}
	arena_free(&p->arena);
	return rc < 0 ? -1 : 1;
}

/* What has been proven is good; of anything else the form is looked at before
 * the store is asked. */
int
guard_prove_as(struct guard *g, enum opaque_kind kind, struct str token,
    struct str address, bool wait, struct who *out, struct err *e)
{
	struct proving p = { .g = g, .address = address, .out = out };

	p.key = proofs_key(g->proofs, token);
	if (g->shm != NULL &&
	    proofs_get(g->proofs, &p.key, shm_auth_epoch(g->shm), out))
		return 1;
	if (!opaque_is(kind, token))
		return guard_refuse(
		    REFUSED_MALFORMED, "the access token is malformed", e);
	if (!wait)
		return 0;
	opaque_hash(g->key, token, p.hash);
	return ask_store(&p, kind, e);
}

int
guard_prove(struct guard *g, struct str token, bool wait, struct who *out,
    struct err *e)
{
	enum opaque_kind kind;

	if (!opaque_kind_of(token, &kind) ||
	    (kind != OPAQUE_PAT && kind != OPAQUE_KEY))
		return guard_refuse(
		    REFUSED_MALFORMED, "the access token is malformed", e);
	return guard_prove_as(g, kind, token, STR_NULL, wait, out, e);
}

void
guard_set_jwt(struct guard *g, guard_jwt_fn *fn, void *arg)
{
	g->jwt = fn;
	g->jwt_arg = arg;
}

int
guard_issue(struct guard *g, struct arena *a, const struct token_request *r,
    char token_r[OPAQUE_LEN + 1], struct uuid *id_r, struct err *e)
{
	struct buf scopes = BUF_INIT;
	struct access_token t = {
		.owner = { r->tenant_id, r->user_id },
		.name = r->name,
		.expires_us = r->expires_us,
		.toolset = r->toolset,
	};
	int rc;

	opaque_make(OPAQUE_PAT, token_r);
	opaque_hash(g->key, str_of(token_r), t.hash);
	t.prefix = arena_strndup(a, token_r, OPAQUE_SHOWN_LEN);
	scope_format(&scopes, r->scopes);
	t.scopes = buf_cstr(&scopes);
	rc = tokens_insert(g->db, a, &t, e);
	buf_free(&scopes);
	if (rc < 0)
		wipe(token_r, OPAQUE_LEN + 1);
	else if (id_r != NULL)
		*id_r = t.id;
	return rc;
}
