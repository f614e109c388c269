#ifndef STORE_PASSWORDS_H
#define STORE_PASSWORDS_H

/* Hashes of passwords, apart from what else is known of people, so that only
 * who verifies one reads them. */

#include "store/owner.h"

/* 1 and *hash_r, 0 the person has none, -1. */
NODISCARD int passwords_get(struct db *db, struct arena *a,
    const struct owner *o, const char **hash_r, struct err *e);
/* Set it; the caller moves the revocation epoch. */
NODISCARD int passwords_put(struct db *db, struct arena *a,
    const struct owner *o, const char *hash, struct err *e);
/* The same password by a better hash, unless it was changed meanwhile. */
NODISCARD int passwords_rehash(struct db *db, struct arena *a,
    const struct owner *o, const char *before, const char *after,
    struct err *e);

#endif
