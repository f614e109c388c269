#ifndef STORE_GRANTS_H
#define STORE_GRANTS_H

/* What people allowed OAuth clients.  All tokens of one consent hang on its
 * grant: when it ends they end.  Whatever ends one moves the revocation
 * epoch. */

#include "store/oauth_clients.h"
#include "store/users.h"

struct grant {
	struct uuid id;
	struct owner owner;
	struct uuid client; /* its row */
	const char *scopes;
	const char *resource; /* or several, with spaces between */
	int64_t created_us;
	int64_t expires_us;
	int64_t used_us;    /* 0: no token of it was given out yet */
	int64_t revoked_us; /* 0: not revoked */
};

/* A grant and what holds for whoever shows a token of it. */
struct grant_holder {
	struct grant grant;
	bool is_admin;
	enum user_status status; /* of the user or his tenant, the worse */
	bool client_disabled;
	const char *client_id;
};

/* id is made when it is zero; created_us is filled in. */
NODISCARD int grants_insert(
    struct db *db, struct arena *a, struct grant *g, struct err *e);
/* 1 found (the caller judges), 0, -1. */
NODISCARD int grants_find(struct db *db, struct arena *a, const struct uuid *id,
    struct grant_holder *out, struct err *e);
/* Note the use, when the last note is older than an hour. */
NODISCARD int grants_touch(
    struct db *db, struct arena *a, const struct grant *g, struct err *e);

/* 1 revoked, 0 no such grant that still holds, -1. */
NODISCARD int grants_revoke(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
/* All that this person allowed that client / any client. */
NODISCARD int grants_revoke_client(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *client, struct err *e);
NODISCARD int grants_revoke_all(
    struct db *db, struct arena *a, const struct owner *o, struct err *e);

/* A client that may act for a person. */
struct connected_client {
	struct uuid id; /* its row */
	const char *client_id;
	enum client_kind kind;
	const char *name;
	bool is_verified;
	const char *scopes; /* of one of its grants */
	int64_t since_us;
	int64_t used_us;
};

/* One for each grant that holds and was used, a client's side by side. */
NODISCARD int grants_connected(struct db *db, struct arena *a,
    const struct owner *o, struct connected_client **list_r, size_t *n_r,
    struct err *e);

#endif
