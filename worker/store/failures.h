#ifndef STORE_FAILURES_H
#define STORE_FAILURES_H

/* Failures to sign in, counted over all nodes by the generic cell rate
 * algorithm (ITU-T I.371), as shm/limits.h does it for one: each is forgiven
 * some time after the one before. */

#include "store/db.h"

#define FAILURE_ID_BYTES 32

struct failure_rate {
	int64_t price_us; /* how long one takes to be forgiven */
	int64_t burst;	  /* how many may wait for it */
};

/* Count an attempt before it is made, in one step, so that of many at once no
 * more than the burst go on.  1 go on, 0 too many: *retry_us_r until the next
 * may; -1. */
NODISCARD int failures_charge(struct db *db, struct arena *a,
    const uint8_t id[FAILURE_ID_BYTES], const struct failure_rate *r,
    int64_t *retry_us_r, struct err *e);
/* It was none: forget them all. */
NODISCARD int failures_forget(struct db *db, struct arena *a,
    const uint8_t id[FAILURE_ID_BYTES], struct err *e);

#endif
