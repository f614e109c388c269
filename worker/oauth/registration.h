#ifndef OAUTH_REGISTRATION_H
#define OAUTH_REGISTRATION_H

/* Making clients: by themselves (RFC 7591), and by an administrator. */

#include "auth/origin.h"
#include "oauth/client.h"

struct oauth;

struct new_client {
	enum client_kind kind;
	struct client_metadata meta;
	struct owner acts_for;	  /* zero: nobody */
	struct oauth_client row;  /* filled in */
	const char *secret;	  /* shown this once; NULL: it has none */
	const char *registration; /* the same */
};

NODISCARD int client_make(struct oauth *o, struct arena *a,
    const struct origin *from, struct new_client *n, struct err *e);

#endif
