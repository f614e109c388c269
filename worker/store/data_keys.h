#ifndef STORE_DATA_KEYS_H
#define STORE_DATA_KEYS_H

/* The rows of the key tree, and the server's own secrets; what is in them,
 * auth/seal.h knows. */

#include "store/db.h"

struct data_key_row {
	struct uuid id;
	bool is_active; /* one is: it seals; all of them open */
	struct str sealed;
	int64_t created_us;
	int64_t retired_us; /* 0: in force */
};

NODISCARD int data_keys_list(struct db *db, struct arena *a,
    struct data_key_row **list_r, size_t *n_r, struct err *e);
/* Retire the active one, if there is one, and put this one in its place.  In a
 * transaction. */
NODISCARD int data_keys_replace(struct db *tx, struct arena *a,
    const struct uuid *id, struct str sealed, struct err *e);
NODISCARD int data_keys_reseal(struct db *tx, struct arena *a,
    const struct uuid *id, struct str sealed, struct err *e);

/* 1 there, 0, -1. */
NODISCARD int secrets_get(struct db *db, struct arena *a, const char *name,
    struct str *sealed_r, struct err *e);
/* If it is not there. */
NODISCARD int secrets_insert(struct db *db, struct arena *a, const char *name,
    struct str sealed, struct err *e);

#endif
