/* Who asks, and whether they may. */

#include "auth/guard.h"

#include <stdio.h>
#include <stdlib.h>

#include "auth/jwk.h"
#include "auth/keys.h"
#include "auth/proofs.h"
#include "auth/refused.h"
#include "auth/seal.h"
#include "auth/site.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "http/cookie.h"
#include "shm/shm.h"
#include "shm/usage.h"
#include "store/sessions.h"
#include "store/tokens.h"

_Static_assert(OPAQUE_HASH_BYTES == TOKEN_HASH_BYTES &&
		   OPAQUE_HASH_BYTES == SESSION_HASH_BYTES,
    "one kind of hash");

/* What a browser may do for who is signed in: everything of a person's own. */
#define SCOPES_OF_SESSION ((SCOPE_ADMIN << 1) - 1)

struct guard {
	const struct conf *conf;
	struct db *db;
	struct shm *shm;
	struct proofs *proofs;
	int64_t session_idle_us;
	guard_jwt_fn *jwt;
	void *jwt_arg;
	uint8_t key[OPAQUE_KEY_BYTES];
};

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

static int
refuse(enum refused why, const char *message, struct err *e)
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
	return refuse(REFUSED_SUSPENDED,
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
		return refuse(
		    REFUSED_REVOKED, "the access token was revoked", e);
	if (t->expires_us <= clock_wall_us())
		return refuse(
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
		return refuse(
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
		return refuse(REFUSED_UNKNOWN, "nobody is signed in", e);
	if (rc < 0)
		return -1;
	until_us = MIN(s->expires_us, s->last_used_us + p->g->session_idle_us);
	if (until_us <= now_us)
		return refuse(REFUSED_EXPIRED, "the session has ended", e);
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

/* As guard_prove, for one kind or another.  What has been proven is good; of
 * anything else the form is looked at before the store is asked. */
static int
prove(struct guard *g, enum opaque_kind kind, struct str token,
    struct str address, bool wait, struct who *out, struct err *e)
{
	struct proving p = { .g = g, .address = address, .out = out };

	p.key = proofs_key(g->proofs, token);
	if (g->shm != NULL &&
	    proofs_get(g->proofs, &p.key, shm_auth_epoch(g->shm), out))
		return 1;
	if (!opaque_is(kind, token))
		return refuse(
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
		return refuse(
		    REFUSED_MALFORMED, "the access token is malformed", e);
	return prove(g, kind, token, STR_NULL, wait, out, e);
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

/* --- HTTP ---------------------------------------------------------------- */

#define DPOP "DPoP"

static bool
is_by_proof(struct http_req *req)
{
	struct str rest, value = str_trim(http_header(req, "Authorization"));

	return str_ieq(str_cut(value, ' ', &rest), STR(DPOP));
}

static void
write_algs(struct buf *out)
{
	buf_adds(out, ", algs=\"");
	for (enum jws_alg i = 0; i < JWS_ALG_COUNT; i++)
		buf_printf(out, "%s%s", i > 0 ? " " : "", jws_alg_name(i));
	buf_addc(out, '"');
}

void
guard_challenge(
    struct guard *g, struct http_req *req, const char *error, uint32_t scopes)
{
	bool of_mcp = str_is(http_path(req), "/mcp");
	bool by_proof = is_by_proof(req);
	struct buf b = BUF_INIT;

	buf_printf(&b,
	    "%s realm=\"pierre\", resource_metadata=\"%s/.well-known/"
	    "oauth-protected-resource%s\"",
	    by_proof ? DPOP : "Bearer", site_of(req, g->conf),
	    of_mcp ? "/mcp" : "");
	if (by_proof)
		write_algs(&b);
	if (error != NULL)
		buf_printf(&b, ", error=\"%s\"", error);
	buf_adds(&b, ", scope=\"");
	scope_format(&b, scopes != 0 ? scopes : SCOPES_DEFAULT);
	buf_addc(&b, '"');
	http_add_header_str(req, "WWW-Authenticate", buf_str(&b));
	buf_free(&b);
}

/* What Authorization carries; X-API-Key is another way to say Bearer. */
struct credentials {
	struct str scheme;
	struct str token;
};

/* 1, 0 when there is no such header, -1. */
static int
find_credentials(struct http_req *req, struct credentials *c, struct err *e)
{
	struct str value = http_header(req, "Authorization");
	struct str key = http_header(req, "X-API-Key");

	if (value.p == NULL && key.p == NULL)
		return 0;
	if (http_header_count(req, "Authorization") +
		http_header_count(req, "X-API-Key") >
	    1) {
		refused_count(REFUSED_MALFORMED);
		return err_set(e, ERR_INVALID,
		    "Authorization or X-API-Key stands more than once");
	}
	if (key.p != NULL) {
		*c = (struct credentials){ STR("Bearer"), str_trim(key) };
		return 1;
	}
	c->scheme = str_cut(str_trim(value), ' ', &c->token);
	c->token = str_trim(c->token);
	return 1;
}

static int
prove_header(struct guard *g, struct http_req *req, const struct credentials *c,
    struct who *who, const char **error_r, struct err *e)
{
	bool wait = fiber_self() != NULL, bearer;

	bearer = str_ieq(c->scheme, STR("Bearer"));
	if (g->jwt != NULL && c->token.n > 0 &&
	    (str_ieq(c->scheme, STR(DPOP)) ||
		(bearer && !str_starts(c->token, STR("pmcp_")))))
		return g->jwt(g->jwt_arg, req, c->scheme, c->token, wait, who,
		    error_r, e);
	if (!bearer || c->token.n == 0)
		return refuse(REFUSED_MALFORMED,
		    "Authorization is not a bearer token", e);
	return guard_prove(g, c->token, wait, who, e);
}

/* By the cookie: 1 and *who, 0 has to wait, -1; ERR_UNAUTHENTICATED when there
 * is none that is good. */
static int
prove_cookie(
    struct guard *g, struct http_req *req, struct who *who, struct err *e)
{
	struct str token;

	if (http_cookie(req, "session", &token) == 0 ||
	    !opaque_is(OPAQUE_SESSION, token))
		return err_set(e, ERR_UNAUTHENTICATED, "nobody is signed in");
	return prove(g, OPAQUE_SESSION, token, http_peer(req),
	    fiber_self() != NULL, who, e);
}

static int
check_rights(struct guard *g, struct http_req *req,
    const struct http_route *route, const struct who *who, struct err *e)
{
	struct buf missing = BUF_INIT;

	if ((route->access == HTTP_ADMIN || route->access == HTTP_PAGE_ADMIN) &&
	    who->role != ROLE_ADMIN)
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

/* A page: the cookie alone counts, and one that is no good is none. */
static int
guard_page(struct guard *g, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	struct err mine = ERR_INIT;
	struct who who;
	int rc = prove_cookie(g, req, &who, &mine);

	if (rc > 0)
		return admit(g, req, route, &who, e);
	if (rc == 0)
		return 1;
	if (mine.code == ERR_UNAUTHENTICATED && route->access == HTTP_PAGE_OPEN)
		return 0;
	*e = mine;
	return -1;
}

/* Who shows no token: a browser's session counts, except for /mcp, which no
 * page of ours calls. */
static int
guard_tokenless(struct guard *g, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	struct err mine = ERR_INIT;
	struct who who;
	int rc = -1;

	if (route->limit != HTTP_LIMIT_MCP)
		rc = prove_cookie(g, req, &who, &mine);
	if (rc > 0)
		return admit(g, req, route, &who, e);
	if (rc == 0)
		return 1;
	if (mine.code != ERR_NONE && mine.code != ERR_UNAUTHENTICATED) {
		*e = mine;
		return -1;
	}
	if (route->access == HTTP_OPTIONAL)
		return 0;
	guard_challenge(g, req, NULL, 0);
	return refuse(REFUSED_MISSING, "an access token is needed", e);
}

int
guard_http(struct guard *g, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	const char *error = "invalid_token";
	struct err mine = ERR_INIT;
	struct credentials c;
	struct who who;
	int rc;

	if (route->access == HTTP_PUBLIC)
		return 0;
	if (route->access >= HTTP_PAGE_OPEN)
		return guard_page(g, req, route, e);
	rc = find_credentials(req, &c, &mine);
	if (rc == 0)
		return guard_tokenless(g, req, route, e);
	if (rc > 0)
		rc = prove_header(g, req, &c, &who, &error, &mine);
	if (rc > 0)
		return admit(g, req, route, &who, e);
	if (rc == 0)
		return 1;
	if (mine.code == ERR_UNAUTHENTICATED)
		guard_challenge(g, req, error, 0);
	else if (mine.code == ERR_INVALID)
		guard_challenge(g, req, "invalid_request", 0);
	*e = mine;
	return -1;
}

/* --- counting ------------------------------------------------------------ */

static void
add_number(struct http_req *req, const char *name, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	http_add_header(req, name, text);
}

static void
add_quota(
    struct http_req *req, const struct who *who, int64_t left, int64_t reset_s)
{
	add_number(req, "X-Quota-Limit", who->quota);
	add_number(req, "X-Quota-Remaining", left);
	add_number(req, "X-Quota-Reset", reset_s);
}

int
guard_count(struct guard *g, struct http_req *req, struct err *e)
{
	const struct who *who = http_who(req);
	int64_t now_us = clock_wall_us(), left = 0, reset_s;
	struct usage_cell *c;
	bool good;

	if (who == NULL || g->shm == NULL ||
	    (who->proof != WHO_API_KEY && who->proof != WHO_ACCESS_TOKEN))
		return 0;
	c = usage_find(shm_usage(g->shm), &who->token_id, usage_month(now_us));
	/* The table is full: what has no quota is let through uncounted. */
	if (c == NULL && who->quota == 0)
		return 0;
	if (c == NULL)
		return err_set(e, ERR_UNAVAILABLE,
		    "more keys are in use than can be counted");
	good = usage_take(c, who->quota, &left);
	if (good && who->quota == 0)
		return 0;
	reset_s = (usage_month_end(now_us) - now_us + 999999) / 1000000;
	if (who->quota > 0)
		add_quota(req, who, left, reset_s);
	if (good)
		return 0;
	add_number(req, "Retry-After", reset_s);
	return err_set(e, ERR_LIMITED,
	    "the key has used up its %lld requests of this month",
	    (long long)who->quota);
}
