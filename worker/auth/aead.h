#ifndef AUTH_AEAD_H
#define AUTH_AEAD_H

/* AES-256-GCM (NIST SP 800-38D) with the form in which sealed bytes are kept:
 *
 *	version 1 (1 byte), id of the key (16), nonce (12), the bytes, tag (16)
 *
 * What comes before the nonce is authenticated too.  Nonces are random: a key
 * may seal 2^32 values, far more than there are.  Not for two threads at
 * once. */

#include "base/buf.h"
#include "base/uuid.h"

#define AEAD_KEY_BYTES 32
#define AEAD_OVERHEAD  45

struct aead;

/* The key is copied into prepared contexts. */
struct aead *aead_new(const struct uuid *id, const uint8_t key[AEAD_KEY_BYTES]);
void aead_free(struct aead **a);
const struct uuid *aead_id(const struct aead *a);

/* Append to out.  bound: what must be the same when it is opened. */
void aead_seal(
    struct aead *a, struct str bound, struct str plain, struct buf *out);
/* Append to out; false, and out as it was, when it is not what was sealed. */
NODISCARD bool aead_open(
    struct aead *a, struct str bound, struct str sealed, struct buf *out);

/* Whose key is needed; false: these are no sealed bytes. */
NODISCARD bool aead_key_of(struct str sealed, struct uuid *id_r);

#endif
