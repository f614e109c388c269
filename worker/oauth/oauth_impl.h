#ifndef OAUTH_OAUTH_IMPL_H
#define OAUTH_OAUTH_IMPL_H

/* Shared inside oauth/. */

#include "auth/audit.h"
#include "auth/jwt.h"
#include "auth/opaque.h"
#include "auth/proofs.h"
#include "auth/site.h"
#include "base/clock.h"
#include "config/conf.h"
#include "http/form.h"
#include "oauth/client.h"
#include "oauth/oauth.h"
#include "shm/shm.h"
#include "store/oauth_tokens.h"

#define US_PER_S	INT64_C(1000000)
#define ACCESS_TYP	"at+jwt"
#define AUTHORIZE_PATH	"/oauth2/authorize"
#define TOKEN_PATH	"/oauth2/token"
#define PAR_PATH	"/oauth2/par"
#define REGISTER_PATH	"/oauth2/register"
#define REVOKE_PATH	"/oauth2/revoke"
#define INTROSPECT_PATH "/oauth2/introspect"
#define JWKS_PATH	"/oauth2/jwks"

struct oauth {
	struct oauth_parts parts;
	struct audit *audit;
	struct clients *clients;
	struct proofs *proofs; /* access tokens that were proven lately */
	uint8_t hash_key[OPAQUE_KEY_BYTES];
	uint8_t grace_key[32];
	uint8_t nonce_key[32];
};

static inline const struct conf *
conf_of(const struct oauth *o)
{
	return o->parts.conf;
}

/* The revocation epoch; 0: not known. */
uint64_t oauth_epoch(const struct oauth *o);
void oauth_hash(
    const struct oauth *o, struct str secret, uint8_t out[OAUTH_HASH_BYTES]);
/* A new secret of a kind, in the arena, and its hash. */
const char *oauth_make(const struct oauth *o, struct arena *a,
    enum opaque_kind kind, uint8_t hash[OAUTH_HASH_BYTES]);
/* SITE and a path. */
const char *oauth_url(
    const struct oauth *o, struct http_req *req, const char *path);

/* --- who asks: client_auth.c --------------------------------------------- */

/* Prove the client that sent this form.  For a public one the client_id is
 * enough.  On failure headers may have been added. */
NODISCARD int client_authenticate(struct oauth *o, struct http_req *req,
    const struct form *form, const struct client **out, struct fault *f);

/* Read a form that a client sends, without parameters in the query or twice,
 * and prove the client. */
NODISCARD int oauth_read_form(struct oauth *o, struct http_req *req,
    struct form *form, const struct client **client, struct fault *f);

/* --- proofs of possession: dpop.c ---------------------------------------- */

/* The proof in the DPoP header, for this method and URL: 1 and the thumbprint
 * of its key, 0 no header, -1.  token: what the proof must hold the hash of, or
 * STR_NULL.  May wait. */
NODISCARD int dpop_check(struct oauth *o, struct http_req *req,
    struct str token, char jkt[JWK_THUMBPRINT_LEN + 1], struct fault *f);

/* --- tokens: issue.c ----------------------------------------------------- */

struct issue {
	const struct client *client;
	struct owner owner;
	struct uuid grant; /* zero: the client's own credentials */
	bool is_admin;
	uint32_t scopes;
	const char *audience;
	const char *jkt; /* "": a bearer token */
	uint64_t epoch;	 /* read before the grant was looked at */
};

/* Append a signed access token.  May wait. */
NODISCARD int issue_token(struct oauth *o, struct http_req *req,
    const struct issue *i, struct buf *out, struct err *e);
/* Append the answer of the token endpoint; refresh NULL: none. */
NODISCARD int issue_answer(struct oauth *o, struct http_req *req,
    const struct issue *i, const char *refresh, struct buf *out, struct err *e);

/* --- grants of the token endpoint: grant_*.c ----------------------------- */

/* What a code or refresh token that is known hangs on. */
struct shown_grant {
	struct owner owner;
	struct uuid id; /* zero: none, or its end was noted */
};

struct token_request {
	struct oauth *o;
	struct http_req *req;
	const struct form *form;
	const struct client *client;
	struct str resource; /* "" when none was named */
	struct shown_grant shown;
	char jkt[JWK_THUMBPRINT_LEN + 1];
};

/* Leave the answer in out. */
typedef int token_grant(
    struct token_request *t, struct buf *out, struct fault *f);
token_grant grant_code;
token_grant grant_refresh;
token_grant grant_credentials;

/* What this request showed is of this grant, so that it can be noted when it is
 * refused. */
void grant_shown(struct token_request *t, const struct grant *g);
/* Whether a grant still holds and is this client's; FAULT_INVALID_GRANT. */
NODISCARD int grant_judge(
    const struct grant_holder *h, const struct client *client, struct fault *f);
/* The scopes of a token: all that were granted, or those of them that the form
 * names.  What is for administrators falls away for others. */
NODISCARD int grant_scopes(const struct token_request *t, const char *granted,
    bool is_admin, uint32_t *out, struct fault *f);

/* Whether it is among those granted, which have spaces between. */
bool grant_has_resource(const char *granted, struct str resource);
/* What a token of this request is for: what the form names, or else the first
 * that was granted.  FAULT_INVALID_TARGET. */
NODISCARD int grant_audience(const struct token_request *t, const char *granted,
    const char **out, struct fault *f);

/* The key that a refresh token of this request is bound to, or "". */
const char *refresh_binding(const struct token_request *t);
/* Until when one that is given out now holds. */
int64_t refresh_expiry(const struct oauth *o, const struct grant *g);

/* --- the end of a grant: ending.c ---------------------------------------- */

enum reused { REUSED_CODE, REUSED_REFRESH, REUSED_COUNT };

void reused_init(void);
/* What was shown again ended its grant: count it, and say so in the log. */
void reused_tell(const struct client *client, enum reused what);

struct ending {
	struct oauth *o;
	struct arena *arena;
	struct origin from;
	struct owner owner;
	struct uuid grant;
	enum audit_action why;
	bool ended; /* filled in: it held until now */
};

/* For this request, which is noted by that. */
void grant_reused(struct token_request *t, enum reused what);

struct ending ending_of(struct oauth *o, struct http_req *req,
    const struct grant *g, enum audit_action why);
/* Revoke it and note that, inside a transaction / in one of its own. */
NODISCARD int grant_end(struct db *tx, struct ending *n, struct err *e);
NODISCARD int grant_end_now(struct ending *n, struct fault *f);

/* --- what is refused: refusal.c ------------------------------------------ */

/* Note it in the audit trail; that this fails is said in the log. */
void refusal_note(struct oauth *o, struct http_req *req, struct audit_note n);
/* The client that is there did not prove itself by this. */
void refusal_of_client(struct oauth *o, struct http_req *req,
    const struct oauth_client *c, const char *by);
/* A code or token of this grant was refused; of one grant not without end. */
void refusal_of_grant(struct oauth *o, struct http_req *req,
    const struct shown_grant *g, const char *why);

/* --- access tokens that come back: bearer.c ------------------------------ */

/* Prove an access token without looking at what it is for: 1, 0 (wait false),
 * -1.  claims may be NULL. */
NODISCARD int bearer_prove(struct oauth *o, struct http_req *req,
    struct str token, bool wait, struct jws *claims, struct who *out,
    struct err *e);

#endif
