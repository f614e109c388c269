#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

/* Cookies (RFC 6265bis).  Ours are out of reach of scripts, not sent along with
 * what other sites cause, and have the prefix __Host-: for this host alone,
 * over HTTPS.  Where a browser comes over plain HTTP to its own machine, which
 * some of them count as unsafe, they go without prefix and Secure; not so when
 * server.public_url is https. */

#include "http/http.h"

#define COOKIE_PREFIX "__Host-"

/* The value of a cookie in a Cookie header.  Pure.  1 there; 0; -1: it stands
 * twice, or its value holds what RFC 6265 does not allow. */
NODISCARD int cookie_find(struct str header, const char *name, struct str *out);

/* The same of a request; name without the prefix.  What is malformed is as good
 * as absent: 1 there, 0. */
NODISCARD int http_cookie(
    const struct http_req *req, const char *name, struct str *out);
/* Give the browser a cookie: HttpOnly, Secure, SameSite=Lax, Path=/.  name
 * without the prefix, value of letters that need no quotes (base64url, digits);
 * max_age_s 0: until the browser is closed. */
void http_set_cookie(struct http_req *req, const char *name, struct str value,
    int64_t max_age_s);
void http_drop_cookie(struct http_req *req, const char *name);

#endif
