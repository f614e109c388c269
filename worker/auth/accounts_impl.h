#ifndef AUTH_ACCOUNTS_IMPL_H
#define AUTH_ACCOUNTS_IMPL_H

/* Shared by the files that make up accounts.h. */

#include "auth/accounts.h"

struct accounts {
	const struct conf *conf;
	struct db *db;
	struct hasher *hasher;
	struct audit *audit;
	uint8_t key[OPAQUE_KEY_BYTES];
};

/* A change that is noted: what a transaction here works on. */
struct deed {
	struct accounts *accounts;
	struct arena *arena;
	const struct origin *from;
	struct audit_note note;
};
/* The last step of its transaction. */
NODISCARD int deed_note(const struct deed *d, struct db *tx, struct err *e);
/* When it came to nothing: notes that it was refused, and returns -1 with the
 * error that is there. */
int deed_refused(const struct deed *d, struct err *e);

/* Find by username or address: 1, 0, -1. */
NODISCARD int accounts_find(struct accounts *a, struct arena *arena,
    struct str login, struct user *out, struct err *e);
/* May this account be tried from there once more?  1, 0 with *retry_s_r, -1. */
NODISCARD int accounts_charge(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str login,
    uint8_t id_r[OPAQUE_HASH_BYTES], int64_t *retry_s_r, struct err *e);
/* 0, or -1 with ERR_LIMITED in words. */
int accounts_too_many(int64_t retry_s, struct err *e);

/* Address and display name are well-formed; u->athlete is filled in. */
NODISCARD int registration_read(struct arena *arena,
    const struct registration *r, struct user *u, struct err *e);

#endif
