#ifndef AUTH_ACCOUNTS_IMPL_H
#define AUTH_ACCOUNTS_IMPL_H

/* Shared by the files that make up accounts.h. */

#include "auth/accounts.h"

struct accounts {
	const struct conf *conf;
	struct db *db;
	struct hasher *hasher;
	struct audit *audit;
	void (*on_mail)(void *arg);
	void *on_mail_arg;
	uint8_t key[OPAQUE_KEY_BYTES];
};

/* db_write() of what may queue mail. */
NODISCARD int accounts_write(
    struct accounts *a, db_tx_fn *fn, void *arg, struct err *e);

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

/* accounts_suspend(), with a word in the audit trail of how it came to it
 * (NULL: none). */
NODISCARD int accounts_suspend_as(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, const char *detail,
    struct err *e);

/* Wait until so long after it has begun, so that how long it took tells
 * nothing. Outside a fiber there is nobody to tell. */
void accounts_even_out(int64_t begun_us, int64_t at_least_ms);
/* To whoever has an address that somebody else wanted to register; noted as
 * refused. */
NODISCARD int accounts_tell_owner(
    const struct deed *d, const char *address, struct err *e);

/* Find by username or address: 1, 0, -1. */
NODISCARD int accounts_find(struct accounts *a, struct arena *arena,
    struct str login, struct user *out, struct err *e);
/* What the database counts by: a keyed hash of what is done, by whom (NULL:
 * whoever it is), to whom. */
void accounts_throttle_id(const struct accounts *a, const char *what,
    const struct origin *from, struct str name, uint8_t out[OPAQUE_HASH_BYTES]);
/* May this account be tried from there once more?  1, 0 with *retry_s_r, -1. */
NODISCARD int accounts_charge(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str login,
    uint8_t id_r[OPAQUE_HASH_BYTES], int64_t *retry_s_r, struct err *e);
/* 0, or -1 with ERR_LIMITED in words. */
int accounts_too_many(int64_t retry_s, struct err *e);
/* 0, or -1 with ERR_DENIED when it is another. */
NODISCARD int accounts_verify_present(struct accounts *a, struct arena *arena,
    const struct owner *o, struct str present, struct err *e);
/* A link and whose it is, without using it up: 1, 0 not good any more, -1. */
NODISCARD int accounts_peek_link(struct accounts *a, struct arena *arena,
    enum link_kind kind, struct str token, struct one_time_link *l,
    struct user *out, struct err *e);
/* -1 with ERR_NOT_FOUND when there is none. */
NODISCARD int accounts_get_user(struct accounts *a, struct arena *arena,
    const struct owner *o, struct user *out, struct err *e);

/* Address and display name are well-formed; u->athlete is filled in. */
NODISCARD int registration_read(struct arena *arena,
    const struct registration *r, struct user *u, struct err *e);

#endif
