#ifndef STORE_DB_H
#define STORE_DB_H

/* One interface to both databases.  A query has a name (sql/queries), typed
 * parameters and typed columns; the driver decides where it runs.  From a
 * fiber every call may wait; outside fibers it blocks.
 *
 *	struct db_query q;
 *
 *	db_query_init(&q, db, arena, Q_activity_get);
 *	db_bind_uuid(&q, 1, &who->user_id);
 *	if (db_run(&q, e) < 0)
 *		return -1;
 *	while (db_next(&q))
 *		day = db_get_day(&q, 0);
 */

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "store/sql_text.h"

struct db;

#define DB_MAX_PARAMS 64

enum db_type {
	DB_NULL,
	DB_INT,
	DB_FLOAT,
	DB_TEXT,
	DB_BYTES,
	DB_UUID,
	DB_TIME,
	DB_BOOL
};

struct db_value {
	enum db_type type;
	union {
		int64_t i; /* DB_INT, DB_TIME (microseconds UTC), DB_BOOL */
		double f;
		struct str s; /* DB_TEXT, DB_BYTES */
		struct uuid u;
	} v;
};

/* Lives on the caller's stack; rows live in the arena. */
struct db_query {
	struct db *db;
	struct arena *arena;
	enum query_id id;
	unsigned n_params;
	struct db_value params[DB_MAX_PARAMS];
	unsigned n_columns;
	size_t n_rows;
	struct db_value *rows; /* n_rows * n_columns */
	size_t at;	       /* 1-based current row */
	int64_t changed;       /* rows inserted, updated or deleted */
};

void db_query_init(
    struct db_query *q, struct db *db, struct arena *a, enum query_id id);

/* Parameters by number, from 1.  Text and bytes are borrowed until db_run()
 * has returned.  A NaN float and a NULL pointer bind NULL. */
void db_bind_null(struct db_query *q, unsigned n);
void db_bind_int(struct db_query *q, unsigned n, int64_t v);
void db_bind_float(struct db_query *q, unsigned n, double v);
void db_bind_bool(struct db_query *q, unsigned n, bool v);
void db_bind_text(struct db_query *q, unsigned n, const char *s);
void db_bind_bytes(struct db_query *q, unsigned n, struct str s);
void db_bind_uuid(struct db_query *q, unsigned n, const struct uuid *u);
void db_bind_time(struct db_query *q, unsigned n, int64_t us);
/* Local day, kept as an integer. */
void db_bind_day(struct db_query *q, unsigned n, int32_t day);

/* Run to the end.  0, or -1: ERR_UNAVAILABLE (busy past the deadline, no
 * connection in time), ERR_READ_ONLY (moved away), ERR_CONFLICT (unique or
 * foreign key), ERR_CANCELED, ERR_UNCERTAIN (a write whose outcome is not
 * known), ERR_INTERNAL. */
NODISCARD int db_run(struct db_query *q, struct err *e);
/* Go to the next row; false after the last. */
bool db_next(struct db_query *q);

/* Columns of the current row, from 0.  NULL reads as 0, NaN, "", the zero
 * UUID.  Text is terminated and lives in the arena. */
bool db_is_null(const struct db_query *q, unsigned col);
int64_t db_get_int(const struct db_query *q, unsigned col);
double db_get_float(const struct db_query *q, unsigned col);
bool db_get_bool(const struct db_query *q, unsigned col);
const char *db_get_text(const struct db_query *q, unsigned col);
struct str db_get_bytes(const struct db_query *q, unsigned col);
struct uuid db_get_uuid(const struct db_query *q, unsigned col);
int64_t db_get_time(const struct db_query *q, unsigned col);
int32_t db_get_day(const struct db_query *q, unsigned col);

/* Run fn inside one write transaction: committed when it returns 0, rolled
 * back when it returns -1.  `tx` is used in place of db by all that belongs to
 * it.  fn may run on another thread: it touches nothing of the loop, and its
 * arguments stay unshared until db_write() returns.  Transactions do not
 * nest. */
typedef int db_tx_fn(struct db *tx, void *arg, struct err *e);
NODISCARD int db_write(struct db *db, db_tx_fn *fn, void *arg, struct err *e);

#endif
