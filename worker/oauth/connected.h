#ifndef OAUTH_CONNECTED_H
#define OAUTH_CONNECTED_H

/* Which clients a person lets in; and what is done to clients, by people,
 * administrators and themselves, noted in the audit trail. */

#include "auth/audit.h"
#include "store/grants.h"

struct http_req;

/* A client that may act for a person, by one grant or several. */
struct connection {
	struct connected_client client; /* since the first, used last; the
					 * scopes are of one grant alone */
	uint32_t scopes;		/* of all of them together */
};
NODISCARD int connections_list(struct db *db, struct arena *a,
    const struct owner *o, struct connection **list_r, size_t *n_r,
    struct err *e);

struct client_deed {
	struct db *db;
	const struct audit *audit;
	struct arena *arena;
	struct origin from;
	struct uuid client; /* its row */
};

/* What the request does to clients; the client is to be filled in. */
struct client_deed client_deed_of(struct http_req *req);

/* Keep a new client; d->client is not looked at. */
NODISCARD int client_add(
    const struct client_deed *d, struct oauth_client *row, struct err *e);
/* It says something else of itself now; how, in words, or NULL: it says the
 * same, which is not noted. */
NODISCARD int client_update(const struct client_deed *d,
    struct oauth_client *row, const char *how, struct err *e);
/* End all that a person allowed a client.  1, 0 there was nothing, -1. */
NODISCARD int client_disconnect(
    const struct client_deed *d, const struct owner *o, struct err *e);
/* By an administrator: stand behind a client or not, let it in or not.
 * Disabling ends its grants.  1, 0 no such client, -1. */
NODISCARD int client_set(
    const struct client_deed *d, bool verified, bool disabled, struct err *e);
/* With all that people granted it. */
NODISCARD int client_delete(const struct client_deed *d, struct err *e);

#endif
