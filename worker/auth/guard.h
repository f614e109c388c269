#ifndef AUTH_GUARD_H
#define AUTH_GUARD_H

/* The one place that answers yes or no: every route that is not public passes
 * here before its handler. */

#include "http/http.h"
#include "auth/who.h"

struct guard;
struct db;
struct shm;

/* Verifier with this process' cache of proven tokens; entries live for
 * auth.token_cache_ttl and die at once when the revocation epoch in shared
 * memory moves. */
struct guard *guard_new(const struct conf *conf, struct db *db,
    struct shm *shm, struct err *e);
void guard_free(struct guard **g);

/* The http_guard of the application; its guard comes from http_app_state().
 * Failure adds WWW-Authenticate with the metadata URL (RFC 9728) and, for 403,
 * the scopes needed. */
int guard_http(struct http_req *req, const struct http_route *route,
    struct err *e);

/* Prove a bearer token.  1 good, 0 when the store has to be asked and wait is
 * false, -1 with ERR_UNAUTHENTICATED or a store error. */
NODISCARD int guard_prove(struct guard *g, struct str token, bool wait,
    struct who *out, struct err *e);

#endif
