#ifndef STORE_DBMETA_H
#define STORE_DBMETA_H

/* The few facts that belong to the database as a whole. */

#include "store/db.h"

/* Moves with each revocation and suspension. */
NODISCARD int meta_auth_epoch(
    struct db *db, struct arena *a, int64_t *epoch_r, struct err *e);
NODISCARD int meta_bump_auth_epoch(
    struct db *db, struct arena *a, struct err *e);

/* Something was deleted that is to be overwritten on disk, too: noted by the
 * transaction that deletes it, and as long as *mark_r is not 0 still to do. */
NODISCARD int meta_want_scrub(struct db *tx, struct arena *a, struct err *e);
NODISCARD int meta_scrub_wanted(
    struct db *db, struct arena *a, int64_t *mark_r, struct err *e);
/* Done, for all that had been deleted when the mark was read. */
NODISCARD int meta_scrubbed(
    struct db *db, struct arena *a, int64_t mark, struct err *e);

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
