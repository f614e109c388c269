#ifndef STORE_OAUTH_CLIENTS_H
#define STORE_OAUTH_CLIENTS_H

/* OAuth clients.  What changes what a client may do moves the revocation epoch,
 * so that processes may keep rows between. */

#include "store/owner.h"

#define OAUTH_HASH_BYTES 32

enum client_kind {
	CLIENT_REGISTERED, /* by an administrator */
	CLIENT_DYNAMIC,	   /* by itself, RFC 7591 */
	CLIENT_DOCUMENT,   /* by a document at its client_id */
};

struct oauth_client {
	struct uuid id;
	const char *client_id;
	enum client_kind kind;
	const char *name;
	const char *metadata; /* JSON: what holds for it, RFC 7591 section 2 */
	struct str secret_hash;	      /* empty: it has no secret */
	struct str registration_hash; /* empty: it cannot change itself */
	struct owner acts_for;	      /* zero, or whom it acts for on its own */
	bool is_verified;
	bool is_disabled;
	int64_t created_us;
	int64_t used_us;	/* 0: never; exact to about an hour */
	int64_t fresh_until_us; /* of a document */
};

const char *client_kind_name(enum client_kind kind);
enum client_kind client_kind_of(const char *name);

/* id is made when it is zero; created_us is filled in.  ERR_CONFLICT: there is
 * one of that client_id. */
NODISCARD int oauth_clients_insert(
    struct db *db, struct arena *a, struct oauth_client *c, struct err *e);
/* 1, 0, -1. */
NODISCARD int oauth_clients_find(struct db *db, struct arena *a,
    const char *client_id, struct oauth_client *out, struct err *e);
NODISCARD int oauth_clients_get(struct db *db, struct arena *a,
    const struct uuid *id, struct oauth_client *out, struct err *e);
/* Newest first, those before this one (NULL: all). */
NODISCARD int oauth_clients_page(struct db *db, struct arena *a,
    const struct uuid *before, unsigned limit, struct oauth_client **list_r,
    size_t *n_r, struct err *e);
/* All, oldest first. */
NODISCARD int oauth_clients_list(struct db *db, struct arena *a,
    struct oauth_client **list_r, size_t *n_r, struct err *e);

/* Replace name, metadata and fresh_until_us.  1, 0 no such client, -1. */
NODISCARD int oauth_clients_update(struct db *db, struct arena *a,
    const struct oauth_client *c, struct err *e);
/* Note the use, when the last note is older than an hour. */
NODISCARD int oauth_clients_touch(
    struct db *db, struct arena *a, const struct uuid *id, struct err *e);
/* Disabling ends its grants.  1, 0 no such client, -1. */
NODISCARD int oauth_clients_set(struct db *db, struct arena *a,
    const struct uuid *id, bool verified, bool disabled, struct err *e);
/* Put another secret in place of the old one.  1, 0 no such client, -1. */
NODISCARD int oauth_clients_set_secret(struct db *db, struct arena *a,
    const struct uuid *id, struct str hash, struct err *e);
/* With all that people granted it.  1, 0 no such client, -1. */
NODISCARD int oauth_clients_delete(
    struct db *db, struct arena *a, const struct uuid *id, struct err *e);

/* How many registered themselves since then and were never used. */
NODISCARD int oauth_clients_unused(struct db *db, struct arena *a,
    int64_t since_us, int64_t *n_r, struct err *e);

#endif
