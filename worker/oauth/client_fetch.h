#ifndef OAUTH_CLIENT_FETCH_H
#define OAUTH_CLIENT_FETCH_H

/* Clients' documents, fetched and put into the store, with the keys that they
 * keep elsewhere. */

#include "oauth/client.h"

struct oauth_parts;

/* Of one document one process fetches at a time; so long the others wait for
 * what it finds. */
#define CLIENT_FETCH_WAIT_US INT64_C(7000000)

/* Fetch it, for the first time (known NULL) or for this row.  1 done, 0
 * somebody fetches it now or did lately, -1.  May wait. */
NODISCARD int client_fetch(const struct oauth_parts *p, struct arena *a,
    struct str url, const struct uuid *known, struct fault *f);
/* The same though it is fresh, once a minute: 0 it is too early. */
NODISCARD int client_fetch_again(const struct oauth_parts *p, struct arena *a,
    struct str url, const struct uuid *known, struct fault *f);

#endif
