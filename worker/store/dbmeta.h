#ifndef STORE_DBMETA_H
#define STORE_DBMETA_H

/* The few facts that belong to the database as a whole. */

#include "store/db.h"

/* Moves with each revocation and suspension. */
NODISCARD int meta_auth_epoch(
    struct db *db, struct arena *a, int64_t *epoch_r, struct err *e);
NODISCARD int meta_bump_auth_epoch(
    struct db *db, struct arena *a, struct err *e);

/* A value derived from the master key, by which a wrong key is noticed.
 * 1 there, 0 not set yet, -1. */
NODISCARD int meta_key_check(
    struct db *db, struct arena *a, struct str *out, struct err *e);
/* Set it if it is not there. */
NODISCARD int meta_set_key_check(
    struct db *db, struct arena *a, struct str value, struct err *e);
/* ERR_CONFLICT when it is not `before` any more. */
NODISCARD int meta_swap_key_check(struct db *db, struct arena *a,
    struct str before, struct str after, struct err *e);

#endif
