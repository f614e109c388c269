#ifndef STORE_ACCOUNT_SWEEP_H
#define STORE_ACCOUNT_SWEEP_H

#include "store/db.h"

/* Forget sessions and links that expired, and failures to sign in that are
 * forgiven. */
NODISCARD int account_sweep(struct db *db, struct err *e);

#endif
