#ifndef STORE_ACTIVITY_ROWS_H
#define STORE_ACTIVITY_ROWS_H

/* Columns of sql/queries/activities.sql, for the files of this room. */

#include "store/activities.h"

/* Bind from parameter n on; returns the number after the last. */
unsigned summary_bind(struct db_query *q, unsigned n, const struct summary *s);
/* Read from column col on; returns the column after the last. */
unsigned summary_read(
    const struct db_query *q, unsigned col, struct summary *s);
/* The names of what was edited, with blanks between. */
const char *edits_format(uint32_t edited);
/* A row of activity_get or activity_list. */
void stored_activity_read(
    const struct db_query *q, struct stored_activity *out);
/* The names of what the provider withholds, with blanks between. */
const char *restricted_format(struct arena *a, const struct summary *s);

/* activity_content.c: what hangs on the row, inside a transaction. */
NODISCARD int activity_content_insert(struct db *tx, struct arena *a,
    const struct owner *o, const struct activity *act, struct err *e);
NODISCARD int activity_content_clear(struct db *tx, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);

#endif
