#ifndef OAUTH_REQUEST_H
#define OAUTH_REQUEST_H

/* An authorization request, read and checked; at the authorization endpoint,
 * and where a client pushes it before. */

#include "oauth/oauth_impl.h"

#define STATE_MAX 8192

struct auth_request {
	const struct client *client;
	const char *redirect_uri;
	struct str state; /* "" when there is none */
	uint32_t scopes;
	const char *resource; /* or several, with spaces between */
	const char *challenge;
	const char *jkt; /* "" when none was named */
	bool quiet;	 /* prompt=none */
};

/* Who asks and where the answer may go.  Until this has succeeded nothing may
 * be sent anywhere. */
NODISCARD int request_place(struct oauth *o, struct http_req *req,
    const struct form *form, bool may_fetch, struct auth_request *r,
    struct fault *f);
/* All the rest.  pushed: it came through PAR. */
NODISCARD int request_check(struct oauth *o, struct http_req *req,
    const struct form *form, bool pushed, struct auth_request *r,
    struct fault *f);
/* The form that stands for the request: of a request_uri what was pushed.
 * *pushed_r says which; *form may be given back as it is. */
NODISCARD int request_unfold(struct oauth *o, struct http_req *req,
    struct form *form, bool *pushed_r, struct fault *f);

/* A URL back to the client with these parameters; each ends with NULL. */
const char *request_answer(struct oauth *o, struct http_req *req,
    const struct auth_request *r, const char *name, struct str value);

#endif
