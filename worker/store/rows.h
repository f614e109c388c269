#ifndef STORE_ROWS_H
#define STORE_ROWS_H

/* Rows of any table, by its description (sql/): for what concerns all tables
 * alike, such as copies, comparisons and what is kept of one person. */

#include "store/owner.h"

/* A page of rows, in the order of the primary key; its columns are those of the
 * table.  Its memory goes when fn returns. */
typedef int rows_fn(void *arg, const struct sql_table *table,
    struct db_query *page, struct err *e);

/* Call fn for all rows of a table, those of one person when owner is not NULL
 * (the table is personal then).  Pages are small enough for what they hold.
 * -1 when fn says so, too. */
NODISCARD int rows_walk(struct db *db, const struct sql_table *table,
    const struct owner *owner, rows_fn *fn, void *arg, struct err *e);

/* A value of the current row as its column's type has it, whatever the engine
 * returned for it; SQL_JSON as DB_TEXT.  ERR_CORRUPT, naming table and column,
 * when it is of another type. */
NODISCARD int rows_value(const struct sql_table *table,
    const struct db_query *row, unsigned column, struct db_value *out,
    struct err *e);

/* The table's row with the key of the current row of `like`, of the same or
 * another engine, into the arena of q: 1, 0, -1. */
NODISCARD int rows_get(struct db *db, const struct sql_table *table,
    const struct db_query *like, struct db_query *q, struct arena *a,
    struct err *e);
/* Insert the current row of `row`, or put it in the place of the one with its
 * key. */
NODISCARD int rows_put(struct db *tx, const struct sql_table *table,
    const struct db_query *row, struct arena *a, struct err *e);
/* Remove the row with the key of the current row of `like`. */
NODISCARD int rows_remove(struct db *tx, const struct sql_table *table,
    const struct db_query *like, struct arena *a, struct err *e);
/* Remove at most `most` rows of a person; *n_r: how many. */
NODISCARD int rows_trim(struct db *db, const struct sql_table *table,
    const struct owner *owner, int64_t most, int64_t *n_r, struct err *e);

#endif
