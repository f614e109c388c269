#ifndef AUTH_ORIGIN_H
#define AUTH_ORIGIN_H

/* Where something comes from that is done to an identity, and who does it: for
 * the throttle and the audit trail. */

#include "auth/who.h"

struct arena;
struct http_req;

struct origin {
	const char *address; /* "" when there is none */
	const char *user_agent;
	const char *request_id;
	unsigned char key[16]; /* http_peer_key() */
	bool has_key;
	struct uuid actor_id; /* who does it; zero: nobody yet */
	const char
	    *actor; /* by what: "session UUID", "pierrectl", "server", "" */
};

/* Of a request; lives in its arena. */
struct origin origin_of(struct http_req *req);
/* The same done by somebody who was not known before. */
struct origin origin_as(const struct origin *from, const struct uuid *actor_id);
/* Of whoever sits at this machine. */
struct origin origin_of_command(void);
/* Of the server itself, when something is due. */
struct origin origin_of_server(void);

#endif
