#ifndef OAUTH_CLIENT_H
#define OAUTH_CLIENT_H

/* Clients: their metadata (RFC 7591 section 2), and the parsed ones that this
 * process keeps. */

#include "auth/scope.h"
#include "base/json.h"
#include "oauth/fault.h"
#include "oauth/redirect.h"
#include "store/oauth_clients.h"

#define CLIENT_REDIRECTS_MAX 10
#define CLIENT_NAME_MAX	     200
#define CLIENT_METADATA_MAX  65536

enum client_auth {
	CLIENT_AUTH_NONE,
	CLIENT_AUTH_BASIC,
	CLIENT_AUTH_POST,
	CLIENT_AUTH_KEY, /* private_key_jwt */
	CLIENT_AUTH_COUNT
};

enum client_grant {
	CLIENT_GRANT_CODE = 1,
	CLIENT_GRANT_REFRESH = 2,
	CLIENT_GRANT_CREDENTIALS = 4,
};

struct client_metadata {
	const char *name;
	const char *uri; /* "" */
	const char *redirect[CLIENT_REDIRECTS_MAX];
	size_t n_redirects;
	enum client_auth auth;
	unsigned grants;      /* enum client_grant */
	uint32_t scopes;      /* that it may ask for */
	const cJSON *jwks;    /* the keys themselves, or NULL */
	const char *jwks_uri; /* of a document: where they are; "" */
	const char *toolset;  /* mcp_toolset: that its people are shown; "" */
	bool requires_par;
	bool binds_tokens; /* dpop_bound_access_tokens */
};

const char *client_auth_name(enum client_auth auth);
/* true, and *out, for a name. */
NODISCARD bool client_auth_of(const char *name, enum client_auth *out);

/* Read what a client says of itself.  What we do not know is passed over; what
 * we know and cannot do is a fault.  What may be asked for depends on the
 * kind: no administration for who registers itself, no shared secret for a
 * document. */
NODISCARD int client_metadata_read(struct arena *a, const cJSON *json,
    enum client_kind kind, struct client_metadata *out, struct fault *f);
/* The members of what holds for it, into an object that is open. */
void client_metadata_write(struct jsonw *w, const struct client_metadata *m);

struct client {
	struct oauth_client row;
	struct client_metadata meta;
	uint64_t epoch; /* of revocation, at which it was read */
	/* Of the person that it acts for on its own, if there is one. */
	bool acts_for_active;
	bool acts_as_admin;
};

/* Whether an administrator stands behind it. */
bool client_is_trusted(const struct client *c);
/* What a redirect URI of a request matches; false: nothing. */
NODISCARD bool client_has_redirect(const struct client *c, struct str uri);

/* --- the clients of this process ----------------------------------------- */

struct clients;
struct oauth_parts;

struct clients *clients_new(const struct oauth_parts *parts);
void clients_free(struct clients **c);

/* Which documents may be fetched for a request. */
enum clients_fetch {
	FETCH_NONE,
	FETCH_KEYS, /* of clients that somebody agreed to before, if their keys
		       are elsewhere */
	FETCH_ANY,
};

/* The client of that id, good as long as the arena.  A document that may be
 * fetched is, where it is not known or not fresh any more.
 * FAULT_INVALID_CLIENT when there is none, or it is disabled.  May wait. */
NODISCARD int clients_find(struct clients *c, struct arena *a, struct str id,
    enum clients_fetch which, const struct client **out, struct fault *f);
/* It signs by a key that is not among those known: fetch them again, with its
 * document, once a minute at most.  1 and another *client, 0 they are not
 * elsewhere, or it is too early, -1.  May wait. */
NODISCARD int clients_renew(struct clients *c, struct arena *a,
    const struct client **client, struct fault *f);
/* After a change by this process: read it anew. */
void clients_forget(struct clients *c, const char *client_id);

#endif
