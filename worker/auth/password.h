#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

/* Passwords: argon2id (RFC 9106) with OWASP's 19 MiB, 2 passes and 1 lane, over
 * HMAC-SHA256 of the password under a key of the key tree, so that a stolen
 * database alone gives nothing to guess at.  Hashing runs on a thread, one at a
 * time in a process; where too many wait, the next is refused. */

#include "base/str.h"
#include "base/err.h"

#define PASSWORD_MAX	  128 /* characters */
#define PASSWORD_HASH_MAX 128 /* with its NUL */

struct hasher;
struct keyring;

struct hasher *hasher_new(struct keyring *k, struct err *e);
void hasher_free(struct hasher **h);

/* For whom a password is, as far as it is known; NULL or "" is not. */
struct password_owner {
	const char *username;
	const char *email;
	const char *display_name;
};

/* Of `min` to PASSWORD_MAX characters, none that everybody tries first, and not
 * made of its owner's name.  -1 with ERR_INVALID, in words for that person. */
NODISCARD int password_check(struct str password, int64_t min,
    const struct password_owner *owner, struct err *e);

/* A PHC string.  May wait; ERR_UNAVAILABLE when too many do. */
NODISCARD int password_hash(struct hasher *h, struct str password,
    char out[PASSWORD_HASH_MAX], struct err *e);

/* 1 it is, 0 it is not, -1.  hash NULL or "": nobody's, which takes as long and
 * is 0.  Ours, or bcrypt ($2a$, $2b$, $2y$; a longer password than its 72 bytes
 * compares by those).  *stale_r: it is to be hashed anew. */
NODISCARD int password_verify(struct hasher *h, struct str password,
    const char *hash, bool *stale_r, struct err *e);

#endif
