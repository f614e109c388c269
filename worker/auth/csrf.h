#ifndef AUTH_CSRF_H
#define AUTH_CSRF_H

/* Proof that a request that changes something came from a page of ours.
 *
 * Signed in: a synchronizer token, HMAC-SHA256 of the session's id, so that
 * nothing is stored and it dies with the session.  Before: the same over a
 * random cookie (signed double submit).  And always: what the browser says of
 * where the request comes from (Sec-Fetch-Site, or Origin) must be this site.
 *
 * who->proof == WHO_SESSION, who->token_id: the session's id. */

#include "http/http.h"

#define CSRF_LEN    43		   /* base64url of 32 bytes */
#define CSRF_FIELD  "csrf"	   /* in a form */
#define CSRF_HEADER "X-CSRF-Token" /* or in a header, of scripts */

struct csrf;
struct keyring;

struct csrf *csrf_new(struct keyring *k, struct err *e);
void csrf_free(struct csrf **c);

/* The token for the forms of the page that answers this request; may add a
 * cookie to the answer. */
void csrf_token(
    const struct csrf *c, struct http_req *req, char out[CSRF_LEN + 1]);
/* ERR_DENIED when it did not come from a page of ours. */
NODISCARD int csrf_check(const struct csrf *c, const struct http_req *req,
    struct str token, struct err *e);
/* The same for a request by session to a route that is no page and changes
 * something: the token is in the header.  worker.c calls it after the guard. */
NODISCARD int csrf_check_header(
    const struct csrf *c, const struct http_req *req, struct err *e);

#endif
