#ifndef OAUTH_AUTHORIZE_H
#define OAUTH_AUTHORIZE_H

/* The authorization endpoint (OAuth 2.1 section 4.1.1) without its pages: a
 * request is checked, a person is asked, and what they say is done. */

#include "oauth/oauth.h"

enum oauth_outcome {
	OAUTH_ASK,     /* show what is in ask, whose form has the ticket */
	OAUTH_SIGN_IN, /* nobody is signed in: ask that first, then again */
	OAUTH_LEAVE,   /* url leads back to the client with the answer */
	OAUTH_REFUSE,  /* e tells the person why, and nothing is done */
};

struct oauth_ask {
	const char *client_name;
	const char *client_host;   /* of a document's URL; NULL: none */
	const char *redirect_host; /* where the answer goes */
	bool is_verified;	   /* an administrator stands behind it */
	bool is_loopback;	   /* the answer goes to this machine */
	uint32_t scopes;	   /* asked for */
	uint32_t optional;	   /* of them, may be left out */
	uint32_t had;		   /* of them, granted to it before */
	const char *ticket;
};

struct oauth_answer {
	struct oauth_ask ask;
	/* Back to the client: to go to at once (OAUTH_LEAVE); or a link that
	 * the person may follow (OAUTH_REFUSE), or NULL. */
	const char *url;
	const char *host; /* of that URL */
};

/* The request in the query.  May wait, and may fetch the client's document once
 * somebody is signed in. */
enum oauth_outcome oauth_authorize(
    struct http_req *req, struct oauth_answer *out, struct err *e);
/* What the person who is signed in said to the question of that ticket, which
 * holds once and for this session; scopes: those left checked. */
enum oauth_outcome oauth_decide(struct http_req *req, struct str ticket,
    bool allowed, uint32_t scopes, struct oauth_answer *out, struct err *e);

#endif
