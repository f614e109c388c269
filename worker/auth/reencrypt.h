#ifndef AUTH_REENCRYPT_H
#define AUTH_REENCRYPT_H

/* Sealing anew, by the data key in force, what older ones have sealed.  It goes
 * on beside everything else: a value that changes meanwhile is left as it
 * became.  Stopped at any point, the next call does what is left. */

#include "auth/seal.h"

struct reencrypted {
	int64_t seen;	 /* values that older keys had sealed */
	int64_t sealed;	 /* of them, sealed anew */
	int64_t skipped; /* of them, changed by others meanwhile */
};

/* Called now and then: done of all; may be NULL. */
typedef void reencrypt_fn(void *arg, int64_t done, int64_t all);

/* All columns of sql/columns.def.  ERR_INTERNAL at the first value that does
 * not open, which its message names. */
NODISCARD int reencrypt(struct keyring *k, struct db *db, reencrypt_fn *tell,
    void *arg, struct reencrypted *out, struct err *e);

/* How many values are sealed by other data keys than the one in force. */
NODISCARD int reencrypt_left(struct db *db, int64_t *n_r, struct err *e);

#endif
