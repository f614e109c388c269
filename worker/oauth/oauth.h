#ifndef OAUTH_OAUTH_H
#define OAUTH_OAUTH_H

/* The authorization server (OAuth 2.1 draft 13; RFC 7009, 7591, 7592, 7636,
 * 7662, 8414, 8707, 9068, 9126, 9207, 9449; Client ID Metadata Documents draft
 * 00), and the half of the resource server that proves its access tokens (RFC
 * 9728).
 *
 * What a person sees of it is a page: oauth/authorize.h. */

#include "auth/who.h"
#include "http/http.h"

struct conf;
struct db;
struct jwt_keys;
struct keyring;
struct oauth;
struct shm;

/* Fetch the JSON at an https URL for a stranger: from public addresses only, of
 * max bytes at most, in time, without following redirects.  The body goes to
 * the arena; *fresh_s_r: how long it may be kept, by its headers.  -1:
 * ERR_INVALID for whatever is wrong with the URL or its answer. */
typedef int oauth_fetch(void *arg, struct arena *a, const char *url, size_t max,
    struct str *body_r, int64_t *fresh_s_r, struct err *e);

struct oauth_parts {
	const struct conf *conf;
	struct db *db;
	struct keyring *keyring;
	struct shm *shm; /* NULL: for commands */
	struct jwt_keys *keys;
	oauth_fetch *fetch;
	void *fetch_arg;
	const struct audit *audit; /* filled in */
};

struct oauth *oauth_new(const struct oauth_parts *parts, struct err *e);
void oauth_free(struct oauth **o);
/* The handlers find theirs through this; set once by worker.c. */
struct oauth *oauth_of(const struct http_req *req);

/* --- handlers ------------------------------------------------------------ */

void oauth_http_server_metadata(struct http_req *req);	 /* RFC 8414 */
void oauth_http_openid_metadata(struct http_req *req);	 /* the same there */
void oauth_http_resource_metadata(struct http_req *req); /* RFC 9728 */
void oauth_http_jwks(struct http_req *req);
void oauth_http_token(struct http_req *req);
void oauth_http_par(struct http_req *req);	  /* RFC 9126 */
void oauth_http_revoke(struct http_req *req);	  /* RFC 7009 */
void oauth_http_introspect(struct http_req *req); /* RFC 7662 */
void oauth_http_register(struct http_req *req);	  /* RFC 7591 */
void oauth_http_client_get(struct http_req *req); /* RFC 7592 */
void oauth_http_client_put(struct http_req *req);
void oauth_http_client_delete(struct http_req *req);

/* --- tokens -------------------------------------------------------------- */

/* What the guard asks (guard_jwt_fn): whether an access token of ours came with
 * the request, for this route, by this scheme ("Bearer" or "DPoP").  1 and
 * *out, 0 the store has to be asked and wait is false, -1 with
 * ERR_UNAUTHENTICATED, ERR_INVALID, or a store error; *error_r: what RFC 9449
 * calls it. */
int oauth_prove(void *oauth, struct http_req *req, struct str scheme,
    struct str token, bool wait, struct who *out, const char **error_r,
    struct err *e);

#endif
