#ifndef AUTH_PROOFS_H
#define AUTH_PROOFS_H

/* Tokens that were proven lately, by their hash.  Bounded: the one unused for
 * longest makes room. */

#include "auth/opaque.h"
#include "auth/who.h"

#define PROOFS_MAX 10000

struct proofs;

struct proofs *proofs_new(int64_t ttl_us);
void proofs_free(struct proofs **p);
size_t proofs_count(const struct proofs *p);

/* epoch: the revocation epoch that was read before the store was asked. */
void proofs_put(struct proofs *p, const uint8_t hash[OPAQUE_HASH_BYTES],
    const struct who *who, uint64_t epoch);
/* True and *out when there is one, of this epoch, and neither it nor the
 * token has expired. */
bool proofs_get(struct proofs *p, const uint8_t hash[OPAQUE_HASH_BYTES],
    uint64_t epoch, struct who *out);

#endif
