#ifndef STORE_SIGNING_KEYS_H
#define STORE_SIGNING_KEYS_H

/* The keys that access tokens are signed with; the private halves sealed. */

#include "store/db.h"

struct signing_key_row {
	struct uuid id; /* the kid, as text */
	struct str sealed;
	int64_t signs_from_us; /* it is published before */
	int64_t created_us;
};

/* Oldest signs_from first. */
NODISCARD int signing_keys_list(struct db *db, struct arena *a,
    struct signing_key_row **list_r, size_t *n_r, struct err *e);
/* Add one; created_us is filled in.  Processes find it when the revocation
 * epoch moves. */
NODISCARD int signing_keys_insert(
    struct db *db, struct arena *a, struct signing_key_row *row, struct err *e);
/* Forget those that a successor has replaced before that time; *n_r how many.
 */
NODISCARD int signing_keys_purge(struct db *db, struct arena *a,
    int64_t before_us, int64_t *n_r, struct err *e);

#endif
