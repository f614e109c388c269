#ifndef WEB_CONSENT_H
#define WEB_CONSENT_H

/* What a person is asked before a client may act for them:
 *
 *	page_begin_narrow(&p, req, "Allow access?");
 *	consent_show(&p, &c);
 *	page_end(&p, 200);
 *
 * The form posts to c->action: csrf, ticket, scopes (that cannot be unchecked),
 * scope (once for each that is checked), decision=allow or deny. */

#include "web/page.h"

struct consent {
	/* What the client says of itself: nothing that is to be believed. */
	const char *client_name;
	const char *client_host;   /* of its metadata document; NULL: none */
	const char *redirect_host; /* where the answer goes */
	bool is_verified;	   /* an administrator has said so */
	bool is_loopback;  /* the answer goes to a program on a machine */
	uint32_t scopes;   /* asked for */
	uint32_t optional; /* of them, may be unchecked; first they are not
			    * checked, unless granted before */
	uint32_t had;	   /* of them, granted before */
	const char *action;
	const char *ticket;
};

void consent_show(struct page *p, const struct consent *c);
/* The scopes that a person left to the client, of those that were asked for. */
uint32_t consent_scopes(const struct form *form, uint32_t asked);

/* A name as it may be shown: without control characters and those that turn the
 * direction of writing, at most 64 letters. */
const char *consent_name(struct arena *a, const char *name);

/* Answer with a page that leads on to `url`, which was registered, at once and
 * by a link: what a form's answer leads to is bound by form-action too, so that
 * it is no redirect. */
void page_leave(struct http_req *req, const char *url, const char *host);

#endif
