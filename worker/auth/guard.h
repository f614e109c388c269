#ifndef AUTH_GUARD_H
#define AUTH_GUARD_H

/* The one place that answers yes or no: every route that is not public passes
 * here before its handler. */

#include "auth/opaque.h"
#include "auth/who.h"
#include "http/http.h"

struct conf;
struct db;
struct guard;
struct shm;

/* Verifier with this process' cache of proven tokens; entries live for
 * auth.token_cache_ttl and die at once when the revocation epoch in shared
 * memory moves.  Loads the master key and refuses one that is not the
 * database's.  shm NULL: for commands, nothing is cached. */
struct guard *guard_new(
    const struct conf *conf, struct db *db, struct shm *shm, struct err *e);
void guard_free(struct guard **g);

/* What the application's http_guard does.  A page looks at the session's cookie
 * alone; any other route at Authorization or X-API-Key, or else, except for
 * /mcp, at that cookie.  0 go on, 1 run again in a fiber, -1
 * with e.  Failure adds WWW-Authenticate (RFC 6750, RFC 9728) and, for 403, the
 * scopes needed. */
NODISCARD int guard_http(struct guard *g, struct http_req *req,
    const struct http_route *route, struct err *e);

/* Count the use of a token or key, last of all: 0, or -1 with ERR_LIMITED when
 * the month's quota is used up.  Adds X-Quota-* where there is one. */
NODISCARD int guard_count(struct guard *g, struct http_req *req, struct err *e);

/* Add WWW-Authenticate (RFC 6750, 9449, 9728) to a refusal, of the scheme that
 * the request came with.  error NULL: no token was shown, so nothing is wrong
 * with it; scopes: all that are needed; 0: those that a client asks for at
 * first. */
void guard_challenge(
    struct guard *g, struct http_req *req, const char *error, uint32_t scopes);

/* Prove a personal token or an API key.  1 good, 0 when the store has to be
 * asked and wait is false, -1 with ERR_UNAUTHENTICATED or a store error. */
NODISCARD int guard_prove(struct guard *g, struct str token, bool wait,
    struct who *out, struct err *e);

/* Proves what Authorization carries when it is nothing of ours: an access token
 * of the authorization server.  scheme: "Bearer" or "DPoP", in any case.  1
 * good and *out, 0 the store has to be asked and wait is false, -1 with
 * ERR_UNAUTHENTICATED, ERR_INVALID or a store error.  *error_r: what the
 * challenge is to call it, where that is not "invalid_token". */
typedef int guard_jwt_fn(void *arg, struct http_req *req, struct str scheme,
    struct str token, bool wait, struct who *out, const char **error_r,
    struct err *e);
void guard_set_jwt(struct guard *g, guard_jwt_fn *fn, void *arg);

struct token_request {
	struct uuid tenant_id;
	struct uuid user_id;
	const char *name;
	uint32_t scopes;
	int64_t expires_us;  /* INT64_MAX: never */
	const char *toolset; /* which tools of MCP are listed; NULL: default */
};

/* Make and store a token; it is shown this once, and the caller wipes it. */
NODISCARD int guard_issue(struct guard *g, struct arena *a,
    const struct token_request *r, char token_r[OPAQUE_LEN + 1],
    struct uuid *id_r, struct err *e);

#endif
