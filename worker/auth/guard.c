/* Who asks, and whether they may. */

#include "auth/guard.h"

#include <stdlib.h>

#include "auth/proofs.h"
#include "auth/refused.h"
#include "auth/seal.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "shm/shm.h"
#include "store/tokens.h"

#define HASH_LABEL "access token hash v1"

_Static_assert(OPAQUE_HASH_BYTES == TOKEN_HASH_BYTES, "one kind of hash");

struct guard {
	struct db *db;
	struct shm *shm;
	struct proofs *proofs;
	char *challenge; /* what every WWW-Authenticate begins with */
	uint8_t key[OPAQUE_KEY_BYTES];
};

static char *
make_challenge(const char *public_url)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "Bearer realm=\"pierre\"");
	if (public_url[0] != '\0')
		buf_printf(&b,
		    ", resource_metadata=\"%s/.well-known/"
		    "oauth-protected-resource\"",
		    public_url);
	buf_cstr(&b);
	return b.p;
}

static int
load_key(struct guard *g, const struct conf *conf, struct err *e)
{
	struct keyring *k = keyring_open(conf, g->db, NULL, e);
	int rc = k != NULL ? keyring_secret(k, HASH_LABEL, g->key, e) : -1;

	keyring_free(&k);
	return rc;
}

struct guard *
guard_new(
    const struct conf *conf, struct db *db, struct shm *shm, struct err *e)
{
	struct guard *g = xcalloc(1, sizeof(*g));

	g->db = db;
	g->shm = shm;
	g->proofs = proofs_new(shm != NULL ? conf->token_cache_ttl_us : 0);
	g->challenge = make_challenge(conf->public_url);
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
	free((*g)->challenge);
	wipe((*g)->key, sizeof((*g)->key));
	free(*g);
	*g = NULL;
}

/* --- proving ------------------------------------------------------------- */

struct touch {
	struct db *db;
	struct owner owner;
	struct uuid id;
};

/* Nobody waits for it, and nothing depends on it. */
static void
touch_token(void *arg)
{
	struct touch *t = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (tokens_touch(t->db, a, &t->owner, &t->id, clock_wall_us(), &e) < 0)
		log_err(LOG_WARN, "auth", "noting a token's use", &e);
	arena_free(&a);
	free(t);
}

static void
note_use(struct guard *g, const struct access_token *token)
{
	struct touch *t;

	if (clock_wall_us() - token->last_used_us < TOKEN_TOUCH_US)
		return;
	t = xmalloc(sizeof(*t));
	*t = (struct touch){ g->db, token->owner, token->id };
	if (fiber_self() != NULL)
		fiber_spawn(fiber_loop(), touch_token, t);
	else
		touch_token(t);
}

static int
refuse(enum refused why, const char *message, struct err *e)
{
	refused_count(why);
	return err_set(e,
	    why == REFUSED_ROLE ? ERR_DENIED : ERR_UNAUTHENTICATED, "%s",
	    message);
}

static int
judge(const struct token_holder *h, struct who *out, struct err *e)
{
	const struct access_token *t = &h->token;

	if (t->revoked_us != 0)
		return refuse(
		    REFUSED_REVOKED, "the access token was revoked", e);
	if (t->expires_us <= clock_wall_us())
		return refuse(
		    REFUSED_EXPIRED, "the access token has expired", e);
	if (h->status != USER_ACTIVE)
		return refuse(REFUSED_SUSPENDED, "the account is suspended", e);
	*out = (struct who){
		.proof = WHO_ACCESS_TOKEN,
		.role = h->is_admin ? ROLE_ADMIN : ROLE_USER,
		.tenant_id = t->owner.tenant_id,
		.user_id = t->owner.user_id,
		.token_id = t->id,
		.expires_us = t->expires_us,
	};
	if (scope_parse(str_of(t->scopes), &out->scopes, e) == 0)
		return 0;
	if (e != NULL)
		e->code = ERR_INTERNAL;
	return err_wrap(e, "scopes of a stored token");
}

static int
ask_store(struct guard *g, const uint8_t hash[OPAQUE_HASH_BYTES],
    struct who *out, struct err *e)
{
	/* Read first: a revocation meanwhile makes the entry void. */
	uint64_t epoch = g->shm != NULL ? shm_auth_epoch(g->shm) : 0;
	struct arena *a = arena_new();
	struct token_holder h;
	int rc = tokens_find(g->db, a, hash, &h, e);

	if (rc == 0)
		rc =
		    refuse(REFUSED_UNKNOWN, "the access token is not known", e);
	else if (rc > 0)
		rc = judge(&h, out, e);
	if (rc == 0) {
		proofs_put(g->proofs, hash, out, epoch);
		note_use(g, &h.token);
	}
	arena_free(&a);
	return rc < 0 ? -1 : 1;
}

int
guard_prove(struct guard *g, struct str token, bool wait, struct who *out,
    struct err *e)
{
	uint8_t hash[OPAQUE_HASH_BYTES];

	if (!opaque_is(OPAQUE_PAT, token))
		return refuse(
		    REFUSED_MALFORMED, "the access token is malformed", e);
	opaque_hash(g->key, token, hash);
	if (g->shm != NULL &&
	    proofs_get(g->proofs, hash, shm_auth_epoch(g->shm), out))
		return 1;
	return wait ? ask_store(g, hash, out, e) : 0;
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

/* --- HTTP ---------------------------------------------------------------- */

void
guard_challenge(
    struct guard *g, struct http_req *req, const char *error, uint32_t scopes)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, g->challenge);
	if (error != NULL)
		buf_printf(&b, ", error=\"%s\"", error);
	if (scopes != 0) {
		buf_adds(&b, ", scope=\"");
		scope_format(&b, scopes);
		buf_addc(&b, '"');
	}
	http_add_header_str(req, "WWW-Authenticate", buf_str(&b));
	buf_free(&b);
}

/* The token in Authorization: 1, 0 when there is no such header, -1. */
static int
find_token(struct http_req *req, struct str *token_r, struct err *e)
{
	struct str value = http_header(req, "Authorization");
	struct str scheme;

	if (value.p == NULL)
		return 0;
	if (http_header_count(req, "Authorization") > 1) {
		refused_count(REFUSED_MALFORMED);
		return err_set(
		    e, ERR_INVALID, "Authorization stands more than once");
	}
	scheme = str_cut(str_trim(value), ' ', token_r);
	*token_r = str_trim(*token_r);
	if (!str_ieq(scheme, STR("Bearer")) || token_r->n == 0)
		return refuse(REFUSED_MALFORMED,
		    "Authorization is not a bearer token", e);
	return 1;
}

static int
check_rights(struct guard *g, struct http_req *req,
    const struct http_route *route, const struct who *who, struct err *e)
{
	struct buf missing = BUF_INIT;

	if (route->access == HTTP_ADMIN && who->role != ROLE_ADMIN)
		return refuse(
		    REFUSED_ROLE, "only administrators may do this", e);
	if ((route->scopes & ~who->scopes) == 0)
		return 0;
	refused_count(REFUSED_SCOPE);
	guard_challenge(g, req, "insufficient_scope", route->scopes);
	scope_format(&missing, route->scopes & ~who->scopes);
	err_set(e, ERR_DENIED, "the access token lacks the scope %s",
	    buf_cstr(&missing));
	buf_free(&missing);
	return -1;
}

static int
admit(struct guard *g, struct http_req *req, const struct http_route *route,
    const struct who *who, struct err *e)
{
	char id[UUID_TEXT_LEN + 1];

	/* In the access log of refusals too. */
	uuid_format(&who->user_id, id);
	http_log_str(req, "user_id", str_of(id));
	http_set_who(req, arena_memdup(http_arena(req), who, sizeof(*who)));
	return check_rights(g, req, route, who, e);
}

int
guard_http(struct guard *g, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	struct err mine = ERR_INIT;
	struct str token;
	struct who who;
	int rc;

	if (route->access == HTTP_PUBLIC || route->access == HTTP_PAGE_OPEN)
		return 0;
	if (route->access > HTTP_PAGE_OPEN)
		return refuse(REFUSED_MISSING, "nobody is signed in", e);
	rc = find_token(req, &token, &mine);
	if (rc == 0 && route->access == HTTP_OPTIONAL)
		return 0;
	if (rc == 0) {
		guard_challenge(g, req, NULL, 0);
		return refuse(REFUSED_MISSING, "an access token is needed", e);
	}
	if (rc > 0)
		rc = guard_prove(g, token, fiber_self() != NULL, &who, &mine);
	if (rc > 0)
		return admit(g, req, route, &who, e);
	if (rc == 0)
		return 1;
	if (mine.code == ERR_UNAUTHENTICATED)
		guard_challenge(g, req, "invalid_token", 0);
	else if (mine.code == ERR_INVALID)
		guard_challenge(g, req, "invalid_request", 0);
	*e = mine;
	return -1;
}
