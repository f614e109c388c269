#ifndef WEB_SESSION_COOKIE_H
#define WEB_SESSION_COOKIE_H

/* A browser's session and the cookie that stands for it. */

#include "store/owner.h"

struct http_req;

/* Begin a session for somebody who was just proven; one that the browser had
 * before ends, so that nobody can have planted it. */
NODISCARD int session_cookie_begin(
    struct http_req *req, const struct owner *o, struct err *e);
void session_cookie_drop(struct http_req *req);

#endif
