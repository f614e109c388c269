#ifndef AUTH_KEYTREE_H
#define AUTH_KEYTREE_H

/* The stored half of the key tree: the rows of data keys, and what changes
 * them.  Each change is one transaction, and they take turns.  Whoever only
 * wants to seal something uses auth/seal.h. */

#include "auth/aead.h"
#include "auth/masterkey.h"
#include "store/data_keys.h"

/* NULL: the master key does not open this row (ERR_CONFIG). */
struct aead *keytree_unwrap(const struct masterkey *master,
    const struct data_key_row *row, struct err *e);

/* Make the first data key, if there is none yet. */
NODISCARD int keytree_begin(
    const struct masterkey *master, struct db *db, struct err *e);
/* Put a new data key in force. */
NODISCARD int keytree_rotate(const struct masterkey *master, struct db *db,
    struct uuid *id_r, struct err *e);
/* Seal all data keys by another master key; *n_r: how many.  ERR_CONFIG when
 * `old` is not the database's. */
NODISCARD int keytree_rekey(const struct masterkey *old,
    const struct masterkey *new_key, struct db *db, size_t *n_r, struct err *e);

#endif
