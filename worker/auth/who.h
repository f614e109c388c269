#ifndef AUTH_WHO_H
#define AUTH_WHO_H

/* Who is asking, as far as it was proved. */

#include "auth/scope.h"
#include "base/uuid.h"

enum who_proof {
	WHO_NOBODY,
	WHO_ACCESS_TOKEN, /* a personal access token */
	WHO_STDIO,
	WHO_SESSION, /* a browser's cookie */
	WHO_API_KEY,
	WHO_JWT, /* an access token of the authorization server */
};
enum who_role { ROLE_USER, ROLE_ADMIN };

struct who {
	enum who_proof proof;
	enum who_role role;
	uint32_t scopes;
	struct uuid tenant_id;
	struct uuid user_id;
	struct uuid token_id;  /* row of the token, key, session or grant */
	struct uuid client_id; /* row of the OAuth client; zero: none */
	int64_t expires_us;    /* INT64_MAX: never */
	int64_t quota;	 /* of an API key: requests a month; 0: no limit */
	char toolset[8]; /* of MCP, as the token says; "": it does not */
};

#endif
