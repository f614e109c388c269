/* A refresh token for new ones (OAuth 2.1 section 4.3).
 *
 * Each is exchanged once.  Whoever shows one again within auth.refresh_grace,
 * while its successor was not used, gets the same answer: it was lost on the
 * way, or two windows of one client asked at once.  Later, or after the
 * successor was used, one of both who hold the family is a thief, and it ends.
 *
 * The answer is kept sealed by a key that comes from the token that was shown:
 * the database alone opens none. */

#include <openssl/hmac.h>

#include "auth/aead.h"
#include "base/check.h"
#include "base/xalloc.h"
#include "oauth/oauth_impl.h"
#include "store/driver.h"

static int
refuse(struct fault *f, const char *why)
{
	return fault_set(f, FAULT_INVALID_GRANT, "%s", why);
}

const char *
refresh_binding(const struct token_request *t)
{
	/* Others prove themselves by their credentials. */
	return t->client->meta.auth == CLIENT_AUTH_NONE ? t->jkt : "";
}

int64_t
refresh_expiry(const struct oauth *o, const struct grant *g)
{
	return MIN(
	    clock_wall_us() + conf_of(o)->refresh_token_idle_us, g->expires_us);
}

/* --- the answer that is kept --------------------------------------------- */

static struct aead *
sealer_of(const struct oauth *o, struct str token)
{
	const struct uuid none = { { 0 } };
	uint8_t key[AEAD_KEY_BYTES];
	struct aead *aead;
	unsigned n = 0;

	CHECK(HMAC(EVP_sha256(), o->grace_key, sizeof(o->grace_key),
		  (const uint8_t *)token.p, token.n, key, &n) != NULL &&
	      n == sizeof(key));
	aead = aead_new(&none, key);
	wipe(key, sizeof(key));
	return aead;
}

static void
seal_answer(
    const struct oauth *o, struct str token, struct str answer, struct buf *out)
{
	struct aead *aead = sealer_of(o, token);

	aead_seal(aead, STR("oauth_refresh_tokens.answer"), answer, out);
	aead_free(&aead);
}

static bool
open_answer(
    const struct oauth *o, struct str token, struct str sealed, struct buf *out)
{
	struct aead *aead = sealer_of(o, token);
	bool good =
	    aead_open(aead, STR("oauth_refresh_tokens.answer"), sealed, out);

	aead_free(&aead);
	return good;
}

/* --- finding ------------------------------------------------------------- */

static int
find(struct token_request *t, struct refresh_token *r, struct grant_holder *h,
    struct fault *f)
{
	struct arena *a = http_arena(t->req);
	struct str token = form_str(t->form, "refresh_token");
	uint8_t hash[OAUTH_HASH_BYTES];
	struct err e = ERR_INIT;
	int rc;

	if (token.n == 0)
		return fault_set(
		    f, FAULT_INVALID_REQUEST, "refresh_token is missing");
	if (!opaque_is(OPAQUE_REFRESH, token))
		return refuse(f, "the refresh token is not known");
	oauth_hash(t->o, token, hash);
	rc = refresh_find(t->o->parts.db, a, hash, r, &e);
	if (rc > 0)
		rc = grants_find(t->o->parts.db, a, &r->grant, h, &e);
	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (rc == 0)
		return refuse(f, "the refresh token is not known");
	grant_shown(t, &h->grant);
	return grant_judge(h, t->client, f);
}

static int
check(const struct token_request *t, const struct refresh_token *r,
    struct fault *f)
{
	if (r->expires_us <= clock_wall_us())
		return refuse(f, "the refresh token has expired");
	if (r->jkt[0] != '\0' && strcmp(r->jkt, t->jkt) != 0)
		return refuse(f, "the refresh token is bound to another key");
	return 0;
}

/* --- the exchange -------------------------------------------------------- */

struct exchange {
	struct arena *arena;
	const struct refresh_token *old;
	const struct refresh_token *next;
	const struct grant *grant;
	struct str answer; /* sealed */
	bool won;
};

static int
exchange(struct db *tx, void *arg, struct err *e)
{
	struct exchange *x = arg;
	int rc = refresh_rotate(tx, x->arena, x->old, x->answer, e);

	if (rc < 0)
		return -1;
	x->won = rc > 0;
	if (!x->won)
		return 0;
	if (refresh_insert(tx, x->arena, x->next, e) < 0)
		return -1;
	return grants_touch(tx, x->arena, x->grant, e);
}

/* It was exchanged before: the same answer again, or the end. */
static int
answer_again(struct token_request *t, const struct refresh_token *r,
    const struct grant *g, struct buf *out, struct fault *f)
{
	struct ending n = ending_of(t->o, t->req, g, AUDIT_GRANT_REUSE);
	bool in_grace =
	    clock_wall_us() - r->rotated_us <= conf_of(t->o)->refresh_grace_us;

	if (in_grace && !r->successor_used && r->answer.n > 0 &&
	    open_answer(
		t->o, form_str(t->form, "refresh_token"), r->answer, out))
		return 0;
	if (grant_end_now(&n, f) < 0)
		return -1;
	if (n.ended)
		grant_reused(t, REUSED_REFRESH);
	return refuse(f, "the refresh token was used before");
}

/* Another was quicker: what it left is what this one gets. */
static int
follow(struct token_request *t, const struct grant *g, struct buf *out,
    struct fault *f)
{
	struct refresh_token r;
	struct grant_holder h;

	buf_clear(out);
	return find(t, &r, &h, f) < 0 ? -1 : answer_again(t, &r, g, out, f);
}

static int
rotate(struct token_request *t, const struct refresh_token *old,
    const struct grant_holder *h, struct issue *i, struct buf *out,
    struct fault *f)
{
	struct arena *a = http_arena(t->req);
	struct refresh_token next = { .grant = h->grant.id,
		.generation = old->generation + 1,
		.jkt = old->jkt,
		.expires_us = refresh_expiry(t->o, &h->grant) };
	const char *token = oauth_make(t->o, a, OPAQUE_REFRESH, next.hash);
	struct exchange x = {
		.arena = a, .old = old, .next = &next, .grant = &h->grant
	};
	struct buf sealed = BUF_INIT;
	struct err e = ERR_INIT;
	int rc = issue_answer(t->o, t->req, i, token, out, &e);

	if (rc == 0) {
		seal_answer(t->o, form_str(t->form, "refresh_token"),
		    buf_str(out), &sealed);
		x.answer = buf_str(&sealed);
		rc = db_write(t->o->parts.db, exchange, &x, &e);
	}
	buf_free(&sealed);
	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	return x.won ? 0 : follow(t, &h->grant, out, f);
}

int
grant_refresh(struct token_request *t, struct buf *out, struct fault *f)
{
	struct issue i = {
		.client = t->client, .jkt = t->jkt, .epoch = oauth_epoch(t->o)
	};
	struct refresh_token r;
	struct grant_holder h;

	if (find(t, &r, &h, f) < 0 || check(t, &r, f) < 0 ||
	    grant_audience(t, h.grant.resource, &i.audience, f) < 0)
		return -1;
	if (r.rotated_us != 0)
		return answer_again(t, &r, &h.grant, out, f);
	if (grant_scopes(t, h.grant.scopes, h.is_admin, &i.scopes, f) < 0)
		return -1;
	i.owner = h.grant.owner;
	i.grant = h.grant.id;
	i.is_admin = h.is_admin;
	return rotate(t, &r, &h, &i, out, f);
}
