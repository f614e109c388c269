#ifndef OAUTH_DOCUMENT_H
#define OAUTH_DOCUMENT_H

/* Clients known by a document at their client_id (Client ID Metadata
 * Documents).  The fetch itself is worker.c's to provide. */

#include "oauth/client.h"

/* The least and the longest that a document is believed. */
#define DOCUMENT_FRESH_MIN_S 300
#define DOCUMENT_FRESH_MAX_S 86400

/* The most bytes of one, and of the keys that it names. */
#define DOCUMENT_MAX	  5120
#define DOCUMENT_KEYS_MAX 16384

/* Whether a client_id may be such a URL: https, a host that is a name, a path,
 * no user, no fragment, no dot segments. */
bool document_is_url(struct str id);
/* Its host. */
struct str document_host(struct str id);
/* Read one that was fetched from that URL. */
NODISCARD int document_read(struct arena *a, struct str url, struct str body,
    struct client_metadata *out, struct fault *f);
/* Read the key set that was fetched from its jwks_uri; keys of kinds that are
 * not used here are passed over. */
NODISCARD int document_read_keys(struct arena *a, struct str body,
    struct client_metadata *out, struct fault *f);

#endif
