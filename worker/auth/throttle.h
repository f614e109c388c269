#ifndef AUTH_THROTTLE_H
#define AUTH_THROTTLE_H

/* The limits.* keys applied to requests: who asks too much is answered with
 * 429, Retry-After, and the headers RateLimit, RateLimit-Policy
 * (draft-ietf-httpapi-ratelimit-headers) and X-RateLimit-*.  Counted in shared
 * memory, over all workers. */

#include "http/http.h"

struct conf;
struct shm;
struct throttle;

struct throttle *throttle_new(const struct conf *conf, struct shm *shm);
void throttle_free(struct throttle **t);

/* Before it is known who asks: the client's address, and for routes of class
 * AUTH once more by their own rate.  0, or -1 with ERR_LIMITED and the headers
 * added. */
NODISCARD int throttle_address(struct throttle *t, struct http_req *req,
    const struct http_route *route, struct err *e);
/* When it is: token, person, and person by class of route.  The answer will
 * tell what is left of the limit that is nearest. */
NODISCARD int throttle_who(struct throttle *t, struct http_req *req,
    const struct http_route *route, struct err *e);
/* The guard refused with e: when a token was shown that is none, it costs its
 * sender dear. */
void throttle_failure(
    struct throttle *t, const struct http_req *req, const struct err *e);

#endif
