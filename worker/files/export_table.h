#ifndef FILES_EXPORT_TABLE_H
#define FILES_EXPORT_TABLE_H

/* Strava's activities.csv: a row an activity, with the name of its file. */

#include "files/export.h"

struct export_table;

/* -1 when the table is damaged; what was read until then stays. */
NODISCARD int export_table_read(
    struct export_table **t, struct arena *a, struct str bytes, struct err *e);
void export_table_free(struct export_table **t);
/* What is said of a file, by the last part of its path; NULL: nothing. */
const struct export_hint *export_table_find(
    const struct export_table *t, const char *path);

#endif
