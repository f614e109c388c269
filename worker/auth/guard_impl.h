#ifndef AUTH_GUARD_IMPL_H
#define AUTH_GUARD_IMPL_H

/* What the guard's files share. */

#include "auth/guard.h"
#include "auth/refused.h"

struct guard {
	const struct conf *conf;
	struct db *db;
	struct shm *shm;
	struct proofs *proofs;
	int64_t session_idle_us;
	guard_jwt_fn *jwt;
	void *jwt_arg;
	uint8_t key[OPAQUE_KEY_BYTES];
};

/* Count the refusal; -1 with ERR_DENIED for REFUSED_ROLE, else with
 * ERR_UNAUTHENTICATED. */
int guard_refuse(enum refused why, const char *message, struct err *e);
/* As guard_prove, for one kind or another; the address of who shows it, to be
 * noted, or STR_NULL. */
NODISCARD int guard_prove_as(struct guard *g, enum opaque_kind kind,
    struct str token, struct str address, bool wait, struct who *out,
    struct err *e);

#endif
