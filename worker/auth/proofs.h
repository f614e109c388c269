#ifndef AUTH_PROOFS_H
#define AUTH_PROOFS_H

/* Tokens that were proven lately, by a keyed hash that is this process' own and
 * quicker to make than the one that is stored.  Bounded: the one unused for
 * longest makes room. */

#include "auth/who.h"
#include "base/str.h"

#define PROOFS_MAX	 10000
#define PROOFS_KEY_BYTES 16

struct proof_key {
	uint8_t b[PROOFS_KEY_BYTES];
};

struct proofs;

struct proofs *proofs_new(int64_t ttl_us);
void proofs_free(struct proofs **p);
size_t proofs_count(const struct proofs *p);

struct proof_key proofs_key(const struct proofs *p, struct str token);
/* epoch: the revocation epoch that was read before the store was asked. */
void proofs_put(struct proofs *p, const struct proof_key *key,
    const struct who *who, uint64_t epoch);
/* True and *out when there is one, of this epoch, and neither it nor the
 * token has expired. */
bool proofs_get(struct proofs *p, const struct proof_key *key, uint64_t epoch,
    struct who *out);

#endif
