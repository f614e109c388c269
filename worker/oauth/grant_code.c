/* An authorization code for tokens (OAuth 2.1 section 4.1.3, RFC 7636). */

#include <openssl/sha.h>

#include "base/enc.h"
#include "oauth/oauth_impl.h"
#include "store/driver.h"

#define VERIFIER_MIN 43
#define VERIFIER_MAX 128

static int
refuse(struct fault *f, const char *why)
{
	return fault_set(f, FAULT_INVALID_GRANT, "%s", why);
}

/* BASE64URL(SHA256(verifier)) is the challenge. */
static bool
is_verifier(struct str verifier, const char *challenge)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct buf text = BUF_INIT;
	bool good = verifier.n >= VERIFIER_MIN && verifier.n <= VERIFIER_MAX;

	SHA256((const uint8_t *)verifier.p, verifier.n, hash);
	enc_base64url(&text, hash, sizeof(hash));
	good = str_eq_const_time(str_of(challenge), buf_str(&text)) && good;
	buf_free(&text);
	return good;
}

/* All but whether it was used. */
static int
check_code(const struct token_request *t, const struct oauth_code *c,
    const struct grant_holder *h, struct fault *f)
{
	struct str redirect = form_str(t->form, "redirect_uri");

	if (!uuid_eq(&h->grant.client, &t->client->row.id))
		return refuse(f, "the code was given to another client");
	if (c->used_us == 0 && c->expires_us <= clock_wall_us())
		return refuse(f, "the code has expired");
	if (redirect.n > 0 && !str_is(redirect, c->redirect_uri))
		return refuse(f, "redirect_uri is another than was asked for");
	if (!is_verifier(form_str(t->form, "code_verifier"), c->challenge))
		return refuse(f, "code_verifier does not fit");
	if (c->jkt[0] != '\0' && strcmp(c->jkt, t->jkt) != 0)
		return refuse(f, "the code is bound to another key");
	return 0;
}

/* --- the exchange -------------------------------------------------------- */

struct exchange {
	struct arena *arena;
	const struct oauth_code *code;
	const struct grant *grant;
	const struct refresh_token *refresh; /* NULL: none */
	struct ending reuse;
	bool won;
};

/* Of all who try, one finds it unused.  Who comes later has the code from
 * somewhere: what the first got ends too. */
static int
exchange(struct db *tx, void *arg, struct err *e)
{
	struct exchange *x = arg;
	int rc = codes_use(tx, x->arena, x->code->hash, e);

	if (rc < 0)
		return -1;
	x->won = rc > 0;
	if (!x->won)
		return grant_end(tx, &x->reuse, e);
	if (x->refresh != NULL &&
	    refresh_insert(tx, x->arena, x->refresh, e) < 0)
		return -1;
	return grants_touch(tx, x->arena, x->grant, e);
}

static int
find_code(struct token_request *t, struct oauth_code *c, struct grant_holder *h,
    struct fault *f)
{
	struct arena *a = http_arena(t->req);
	struct str code = form_str(t->form, "code");
	uint8_t hash[OAUTH_HASH_BYTES];
	struct err e = ERR_INIT;
	int rc;

	if (code.n == 0)
		return fault_set(f, FAULT_INVALID_REQUEST, "code is missing");
	if (!opaque_is(OPAQUE_CODE, code))
		return refuse(f, "the code is not known");
	oauth_hash(t->o, code, hash);
	rc = codes_find(t->o->parts.db, a, hash, c, &e);
	if (rc > 0)
		rc = grants_find(t->o->parts.db, a, &c->grant, h, &e);
	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (rc == 0)
		return refuse(f, "the code is not known");
	grant_shown(t, &h->grant);
	return 0;
}

static int
settle(struct token_request *t, struct exchange *x, struct fault *f)
{
	struct err e = ERR_INIT;

	if (db_write(t->o->parts.db, exchange, x, &e) < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (x->won)
		return 0;
	if (x->reuse.ended)
		grant_reused(t, REUSED_CODE);
	return refuse(f, "the code was used before");
}

int
grant_code(struct token_request *t, struct buf *out, struct fault *f)
{
	struct arena *a = http_arena(t->req);
	struct issue i = {
		.client = t->client, .jkt = t->jkt, .epoch = oauth_epoch(t->o)
	};
	struct refresh_token next = { .generation = 0 };
	struct exchange x = { .arena = a };
	const char *refresh = NULL;
	struct err e = ERR_INIT;
	struct grant_holder h;
	struct oauth_code c;

	if (find_code(t, &c, &h, f) < 0 || check_code(t, &c, &h, f) < 0 ||
	    grant_audience(t, h.grant.resource, &i.audience, f) < 0 ||
	    (c.used_us == 0 && grant_judge(&h, t->client, f) < 0) ||
	    grant_scopes(t, h.grant.scopes, h.is_admin, &i.scopes, f) < 0)
		return -1;
	i.owner = h.grant.owner;
	i.grant = h.grant.id;
	i.is_admin = h.is_admin;
	x.code = &c;
	x.grant = &h.grant;
	x.reuse = ending_of(t->o, t->req, &h.grant, AUDIT_GRANT_REUSE);
	if ((t->client->meta.grants & CLIENT_GRANT_REFRESH) != 0) {
		refresh = oauth_make(t->o, a, OPAQUE_REFRESH, next.hash);
		next.grant = h.grant.id;
		next.jkt = refresh_binding(t);
		next.expires_us = refresh_expiry(t->o, &h.grant);
		x.refresh = &next;
	}
	if (settle(t, &x, f) < 0)
		return -1;
	return issue_answer(t->o, t->req, &i, refresh, out, &e) < 0
		   ? fault_err(f, FAULT_SERVER_ERROR, &e)
		   : 0;
}
