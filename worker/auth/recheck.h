#ifndef AUTH_RECHECK_H
#define AUTH_RECHECK_H

/* Whether what was proved once still holds: for streams that outlive the
 * request they began with. */

#include "auth/who.h"
#include "base/err.h"

struct db;

/* Ask the store; waits.  0 it does, -1: ERR_UNAUTHENTICATED with the reason in
 * words for the client, or the store's error. */
NODISCARD int who_recheck(struct db *db, const struct who *who, struct err *e);

#endif
