#ifndef AUTH_SITE_H
#define AUTH_SITE_H

/* How this server is called in what it gives out: the issuer of tokens (RFC
 * 8414) and the resources they are for (RFC 8707). */

#include "http/http.h"

struct conf;

/* server.public_url; where there is none, what the request called us, which the
 * server has checked to be a name of ours.  Without a slash at the end; lives
 * as long as the request. */
const char *site_of(struct http_req *req, const struct conf *conf);
/* A link of ours, a path or a whole URL, as a whole URL; lives as long. */
const char *site_url(
    struct http_req *req, const struct conf *conf, struct str link);
/* The resource that a path belongs to: SITE/mcp, or SITE for all the rest. */
const char *site_resource(
    struct http_req *req, const struct conf *conf, struct str path);
/* Whether the URL that a client sent is a resource of ours: scheme and host in
 * any case, a slash at the end or not.  *out: as we write it. */
NODISCARD bool site_has_resource(struct http_req *req, const struct conf *conf,
    struct str url, const char **out);

#endif
