#ifndef COMMAND_MANIFEST_H
#define COMMAND_MANIFEST_H

/* What a database holds, in few words: which schema, whose master key, and of
 * each table how many rows and their digest (store/digest.h). */

#include "base/buf.h"
#include "store/digest.h"
#include "store/migrate.h"

struct manifest_table {
	const char *name;
	struct digest digest;
};

struct manifest {
	const char *engine;  /* "sqlite", "postgresql" */
	const char *backend; /* "SQLite 3.40.1" */
	int64_t made_us;
	struct migration_state *migrations;
	size_t n_migrations;
	struct str key_check; /* of the master key; STR_NULL: none yet */
	struct manifest_table *tables;
	size_t n_tables;
};

/* Of a database as a transaction or snapshot sees it, with a bar; whatever
 * schema of ours it has.  Its tables are left out when the schema is another
 * than this program's. */
NODISCARD int manifest_collect(
    struct manifest *m, struct arena *a, struct db *tx, struct err *e);
int64_t manifest_rows(const struct manifest *m);
/* "0005_events": the newest migration. */
const char *manifest_schema(const struct manifest *m, struct arena *a);
bool manifest_is_ours(const struct manifest *m);

void manifest_format(const struct manifest *m, struct buf *out);
/* ERR_CORRUPT when the text is none; ERR_CONFIG when its schema is not one that
 * this program knows. */
NODISCARD int manifest_parse(
    struct manifest *m, struct arena *a, struct str text, struct err *e);

/* ERR_CORRUPT, naming the first table that differs. */
NODISCARD int manifest_compare(const struct manifest *expected,
    const struct manifest *found, struct err *e);

#endif
