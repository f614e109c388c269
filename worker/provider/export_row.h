#ifndef PROVIDER_EXPORT_ROW_H
#define PROVIDER_EXPORT_ROW_H

/* A row of any table as a JSON object for the person it is about: times as RFC
 * 3339, days as dates, samples as arrays, other bytes in hexadecimal; without
 * secrets, files and what is NULL. */

#include "base/jsonw.h"
#include "store/db.h"

/* The current row.  ERR_CORRUPT when a value is not what its column says. */
NODISCARD int export_row(struct jsonw *w, const struct sql_table *t,
    const struct db_query *row, struct err *e);

#endif
