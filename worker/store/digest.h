#ifndef STORE_DIGEST_H
#define STORE_DIGEST_H

/* What rows hold, as a number that is the same for the same rows in whatever
 * order and on whichever engine: the sum, modulo 2^256, of the SHA-256 of each
 * row in a form of its own, which knows a NULL from an empty text, all bits of
 * a float, and a JSON value from its spelling. */

#include "store/db.h"

#define DIGEST_BYTES 32

struct digest {
	int64_t rows;
	uint8_t sum[DIGEST_BYTES]; /* little-endian */
};

/* Add, or take away, the current row.  ERR_CORRUPT when a value is not what its
 * column says. */
NODISCARD int digest_add(struct digest *d, const struct sql_table *t,
    const struct db_query *row, struct err *e);
NODISCARD int digest_drop(struct digest *d, const struct sql_table *t,
    const struct db_query *row, struct err *e);
bool digest_eq(const struct digest *a, const struct digest *b);

/* Of all rows of a table, as a transaction or snapshot sees it. */
NODISCARD int digest_table(struct db *tx, const struct sql_table *t,
    struct digest *out, struct err *e);

#endif
