#ifndef HTTP_STATIC_H
#define HTTP_STATIC_H

/* Bytes that are the same for everybody: prepared once, answered often.  For
 * styles, scripts, icons and documents of metadata. */

#include "http/http.h"

struct http_static;

/* body must outlive it.  A copy packed by gzip is made when it saves a tenth.
 * cache_control NULL: "no-cache", which lets a client keep it and ask each
 * time whether it still holds, by its entity tag. */
struct http_static *http_static_new(
    const char *content_type, struct str body, const char *cache_control);
void http_static_free(struct http_static **s);
/* The strong entity tag (RFC 9110 8.8.3) of the bytes as given, in quotes. */
const char *http_static_etag(const struct http_static *s);
/* Answer GET or HEAD: 200; 304 by If-None-Match; 412 by If-Match; 206 or 416
 * for one range.  Other headers (Content-Security-Policy) are added before. */
void http_static_reply(struct http_req *req, const struct http_static *s);

#endif
