#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

/* One connection to SQLite with its prepared statements.  Belongs to one
 * thread at a time and never crosses a fork. */

#include <sqlite3.h>

#include "store/driver.h"

struct sqlite_stmt {
	sqlite3_stmt *handle;
	/* SQLite numbers parameters by first appearance: where $n went. */
	uint8_t index[DB_MAX_PARAMS + 1];
	unsigned n_params;
};

struct sqlite_conn {
	sqlite3 *handle;
	int64_t deadline_us; /* when waiting for a lock ends */
	uint64_t waits; /* naps taken for locks since the connection began */
	struct sqlite_stmt stmts[QUERY_COUNT + 1];
};

/* Open, set the pragmas.  wait_us: how long to wait for locks meanwhile. */
NODISCARD int sqlite_conn_open(struct sqlite_conn *c,
    const struct db_location *at, bool create, int64_t wait_us, struct err *e);
void sqlite_conn_close(struct sqlite_conn *c);

/* Until when the next calls wait for locks. */
void sqlite_conn_wait(struct sqlite_conn *c, int64_t wait_us);
/* SQL of our own without parameters or rows. */
NODISCARD int sqlite_conn_exec(
    struct sqlite_conn *c, const char *sql, struct err *e);
/* Run a named query to its end. */
NODISCARD int sqlite_conn_run(
    struct sqlite_conn *c, struct db_query *q, struct err *e);
/* Run a statement without a name or parameters; rows as of a named one. */
NODISCARD int sqlite_conn_select(
    struct sqlite_conn *c, const char *sql, struct db_query *q, struct err *e);
/* The connection's last error as ours; returns -1. */
int sqlite_conn_fail(
    struct sqlite_conn *c, int rc, const char *what, struct err *e);

/* Waits for locks in our own way: the built-in handler backs off so far that a
 * busy neighbour starves it. */
void sqlite_busy_install(struct sqlite_conn *c);
/* Copies the log back into the database when it has grown, after a commit. */
void sqlite_checkpoint_install(struct sqlite_conn *c);

#endif
