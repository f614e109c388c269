#ifndef STORE_LINKS_H
#define STORE_LINKS_H

/* One-time links: only a keyed hash of each is stored; each works once,
 * whoever tries at the same time on whatever node, and not for long. */

#include "store/owner.h"

#define LINK_HASH_BYTES 32

/* LINK_RESET: a new password for its owner.  LINK_INVITE: an account in its
 * owner's tenant.  LINK_VERIFY: its owner's address is theirs. */
enum link_kind { LINK_RESET, LINK_INVITE, LINK_VERIFY };

struct one_time_link {
	struct uuid id;
	struct owner owner;
	enum link_kind kind;
	const char *email; /* where it was sent, or "" */
	uint8_t hash[LINK_HASH_BYTES];
	int64_t expires_us;
};

/* id is made. */
NODISCARD int links_insert(
    struct db *db, struct arena *a, struct one_time_link *l, struct err *e);
/* Look: 1 and *out, 0 unknown, used or expired, -1. */
NODISCARD int links_find(struct db *db, struct arena *a, enum link_kind kind,
    const uint8_t hash[LINK_HASH_BYTES], struct one_time_link *out,
    struct err *e);
/* The same, and use it up. */
NODISCARD int links_use(struct db *db, struct arena *a, enum link_kind kind,
    const uint8_t hash[LINK_HASH_BYTES], struct one_time_link *out,
    struct err *e);
/* Those that hold, newest first, 200 at most; their hashes are left out. */
NODISCARD int links_list(struct db *db, struct arena *a, const struct owner *o,
    enum link_kind kind, struct one_time_link **list_r, size_t *n_r,
    struct err *e);
/* One of them holds no more: 1, 0 there is no such link, -1. */
NODISCARD int links_end(struct db *db, struct arena *a, const struct owner *o,
    enum link_kind kind, const struct uuid *id, struct err *e);
/* All of this kind that the person has are used up. */
NODISCARD int links_void(struct db *db, struct arena *a, const struct owner *o,
    enum link_kind kind, struct err *e);

/* --- the first administrator --------------------------------------------- */

/* Keep the hash of a setup token unless there is one that holds: 1 kept, 0
 * there is one, -1. */
NODISCARD int setup_put(struct db *db, struct arena *a,
    const uint8_t hash[LINK_HASH_BYTES], int64_t expires_us, bool replace,
    struct err *e);
/* Use it up: 1, 0 it is not this one or none, -1. */
NODISCARD int setup_use(struct db *db, struct arena *a,
    const uint8_t hash[LINK_HASH_BYTES], struct err *e);

#endif
