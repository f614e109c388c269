#ifndef HTTPC_HTTPC_H
#define HTTPC_HTTPC_H

/* The HTTP client: libcurl on the process' loop.  A fiber calls and waits, and
 * everything else goes on. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct httpc;
struct loop;

struct httpc *httpc_new(struct loop *l);
/* Nothing may be under way any more. */
void httpc_free(struct httpc **h);

struct httpc_request {
	const char *method;	    /* NULL: GET */
	const char *url;	    /* http or https */
	const char *const *headers; /* "Name: value", ended by NULL; or NULL */
	struct str body;	    /* empty: none */
	size_t max_body;	    /* of the answer, in bytes */
	int64_t timeout_ms;	    /* for all of it */
	/* A stranger chose the URL: https, no connection to an address that is
	 * not public (httpc/public.h), whatever the name resolves to and
	 * whenever, and no connection that is kept. */
	bool is_from_stranger;
	/* For tests: without proof of the certificate, and, of a stranger's
	 * URL, to any address. */
	bool is_exempt;
};

struct httpc_reply {
	long status;
	struct str body;
	const char *content_type; /* "" when absent */
	int64_t max_age_s;	  /* of Cache-Control; 0 when absent */
};

/* Redirects are not followed: a reply with any status is 0.  -1:
 * ERR_UNAVAILABLE (no connection, broken), ERR_TIMEOUT, ERR_TOO_LARGE,
 * ERR_DENIED (an address that is not public), ERR_INVALID (the URL),
 * ERR_CANCELED.  The message names the host, not the path.  The reply's memory
 * is the arena's. */
NODISCARD int httpc_run(struct httpc *h, struct arena *a,
    const struct httpc_request *request, struct httpc_reply *reply,
    struct err *e);

#endif
