#ifndef STORE_SEALED_H
#define STORE_SEALED_H

/* The columns that hold sealed values, from sql/columns.def, and going through
 * all their values.  What is in them, auth/seal.h knows. */

#include "store/db.h"

enum sealed_column {
#define SEALED_COLUMN(table, column, tenant, user, row, by_uuid)               \
	SEALED_##table##_##column,
#include "sql_names.h"
#undef SEALED_COLUMN
	SEALED_COLUMN_COUNT
};

/* "secrets.sealed" */
const char *sealed_name(enum sealed_column c);

/* Where one value is, and what it is bound to. */
struct sealed_place {
	enum sealed_column column;
	struct uuid tenant_id; /* zero: no tenant's */
	struct uuid user_id;   /* zero: no person's */
	const char *row;       /* provider, client, name; "": none */
};

struct sealed_value {
	struct sealed_place place;
	struct str bytes;
};

#define SEALED_PAGE 200

/* The next values of a column after a place, in the order of the primary key,
 * SEALED_PAGE at most; `after` NULL: from the first. */
NODISCARD int sealed_walk(struct db *db, struct arena *a, enum sealed_column c,
    const struct sealed_place *after, struct sealed_value **list_r, size_t *n_r,
    struct err *e);
/* Put `bytes` in place of what was read: 1, or 0 when it is not that any
 * more. */
NODISCARD int sealed_swap(struct db *db, struct arena *a,
    const struct sealed_value *old, struct str bytes, struct err *e);

struct sealed_count {
	struct uuid key_id;
	int64_t n;
};

/* How many values of a column each data key has sealed. */
NODISCARD int sealed_count(struct db *db, struct arena *a, enum sealed_column c,
    struct sealed_count **list_r, size_t *n_r, struct err *e);

#endif
