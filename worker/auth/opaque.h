#ifndef AUTH_OPAQUE_H
#define AUTH_OPAQUE_H

/* Secrets that we give out and that mean nothing to who holds them: a prefix
 * that says what it is, 32 random bytes in base 62, and a checksum, by which a
 * mistyped or invented one is refused without a query and a leaked one is found
 * by scanners.  Only a keyed hash of each is stored. */

#include "base/str.h"

enum opaque_kind {
#define OPAQUE(id, prefix, words) OPAQUE_##id,
#include "auth/opaque.def"
#undef OPAQUE
	OPAQUE_KIND_COUNT
};

#define OPAQUE_PREFIX_LEN 9
#define OPAQUE_SECRET_LEN 43 /* 62^43 > 2^256 */
#define OPAQUE_CHECK_LEN  6  /* 62^6 > 2^32 */
#define OPAQUE_LEN	  (OPAQUE_PREFIX_LEN + OPAQUE_SECRET_LEN + OPAQUE_CHECK_LEN)
/* How much of one may be shown in lists. */
#define OPAQUE_SHOWN_LEN  (OPAQUE_PREFIX_LEN + 4)
#define OPAQUE_KEY_BYTES  32
#define OPAQUE_HASH_BYTES 32
/* The key for opaque_hash(), to be had from keyring_secret(). */
#define OPAQUE_KEY_LABEL "access token hash v1"

/* A new one and its NUL; the caller wipes it. */
void opaque_make(enum opaque_kind kind, char out[OPAQUE_LEN + 1]);
/* The one of these bytes. */
void opaque_format(
    enum opaque_kind kind, const uint8_t secret[32], char out[OPAQUE_LEN + 1]);
/* Prefix and length are right; *kind_r says what it would be. */
NODISCARD bool opaque_kind_of(struct str token, enum opaque_kind *kind_r);
/* Prefix, length, letters and checksum are right; *kind_r says what it is. */
NODISCARD bool opaque_read(struct str token, enum opaque_kind *kind_r);
/* The same for one kind. */
NODISCARD bool opaque_is(enum opaque_kind kind, struct str token);
/* What is stored: HMAC-SHA256 under a key derived from the master key; of two
 * kinds never the same, since the prefix is a part of it. */
void opaque_hash(const uint8_t key[OPAQUE_KEY_BYTES], struct str token,
    uint8_t out[OPAQUE_HASH_BYTES]);

#endif
