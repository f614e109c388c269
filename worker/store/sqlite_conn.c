/* A connection: pragmas, prepared statements, values in and out. */

#include "store/sqlite.h"

#include <stdio.h>

#include "base/check.h"
#include "base/clock.h"

static const char *const types[][2] = {
	{ "@uuid", "BLOB" },
	{ "@bytes", "BLOB" },
	{ "@time", "INTEGER" },
	{ "@bool", "INTEGER" },
	{ "@json", "TEXT" },
	{ "@float", "REAL" },
	{ NULL, NULL },
};

int
sqlite_conn_fail(struct sqlite_conn *c, int rc, const char *what, struct err *e)
{
	enum err_code code = ERR_INTERNAL;

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: the database stayed locked past the deadline", what);
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		code = ERR_UNAVAILABLE;
		break;
	case SQLITE_CONSTRAINT:
		if (rc == SQLITE_CONSTRAINT_UNIQUE ||
		    rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
		    rc == SQLITE_CONSTRAINT_FOREIGNKEY)
			code = ERR_CONFLICT;
		/* Ours say that the database was moved (store/move.h). */
		if (rc == SQLITE_CONSTRAINT_TRIGGER)
			code = ERR_READ_ONLY;
		break;
	default:
		break;
	}
	return err_set(e, code, "%s: %s (SQLite code %d)", what,
	    c->handle != NULL ? sqlite3_errmsg(c->handle) : sqlite3_errstr(rc),
	    rc);
}

void
sqlite_conn_wait(struct sqlite_conn *c, int64_t wait_us)
{
	c->deadline_us = clock_mono_us() + wait_us;
}

int
sqlite_conn_exec(struct sqlite_conn *c, const char *sql, struct err *e)
{
	struct arena *a = arena_new();
	int rc = sqlite3_exec(
	    c->handle, db_expand_types(a, sql, types), NULL, NULL, NULL);

	arena_free(&a);
	if (rc != SQLITE_OK) {
		char what[60];

		snprintf(what, sizeof(what), "%.50s", sql);
		return sqlite_conn_fail(c, rc, what, e);
	}
	return 0;
}

/* The change to WAL needs the file alone, and SQLite does not call the busy
 * handler for it. */
static int
use_log(struct sqlite_conn *c, struct err *e)
{
	int rc;

	do {
		rc = sqlite3_exec(
		    c->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if ((rc & 0xff) == SQLITE_BUSY)
			sqlite3_sleep(1);
	} while (
	    (rc & 0xff) == SQLITE_BUSY && clock_mono_us() < c->deadline_us);
	return rc == SQLITE_OK ? 0 : sqlite_conn_fail(c, rc, "WAL mode", e);
}

static int
set_pragmas(struct sqlite_conn *c, struct err *e)
{
	if (use_log(c, e) < 0)
		return -1;
	return sqlite_conn_exec(c,
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA foreign_keys = ON;"
	    "PRAGMA trusted_schema = OFF;"
	    "PRAGMA secure_delete = ON;"
	    "PRAGMA temp_store = MEMORY;"
	    "PRAGMA cache_size = -8000;"
	    "PRAGMA journal_size_limit = 16777216",
	    e);
}

int
sqlite_conn_open(struct sqlite_conn *c, const struct db_location *at,
    bool create, int64_t wait_us, struct err *e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    (create ? SQLITE_OPEN_CREATE : 0);
	int rc;

	*c = (struct sqlite_conn){ .handle = NULL };
	sqlite_conn_wait(c, wait_us);
	rc = sqlite3_open_v2(at->path, &c->handle, flags, NULL);
	if (rc != SQLITE_OK) {
		sqlite_conn_fail(c, rc, at->path, e);
		sqlite_conn_close(c);
		return -1;
	}
	sqlite3_extended_result_codes(c->handle, 1);
	/* Before anything that may wait: opening without a busy handler was
	 * seen to stay stuck in recovery for good. */
	sqlite_busy_install(c);
	sqlite3_db_config(c->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (set_pragmas(c, e) < 0) {
		err_wrap(e, "%s", at->path);
		sqlite_conn_close(c);
		return -1;
	}
	sqlite_checkpoint_install(c);
	return 0;
}

void
sqlite_conn_close(struct sqlite_conn *c)
{
	for (size_t i = 0; i < ARRAY_LEN(c->stmts); i++)
		sqlite3_finalize(c->stmts[i].handle);
	CHECK(sqlite3_close(c->handle) == SQLITE_OK);
	*c = (struct sqlite_conn){ .handle = NULL };
}

static int
prepare(struct sqlite_conn *c, enum query_id id, struct err *e)
{
	struct sqlite_stmt *s = &c->stmts[id];
	struct arena *a = arena_new();
	int rc = sqlite3_prepare_v3(c->handle,
	    db_expand_types(a, sql_queries[id].text, types), -1,
	    SQLITE_PREPARE_PERSISTENT, &s->handle, NULL);

	arena_free(&a);
	if (rc != SQLITE_OK)
		return sqlite_conn_fail(c, rc, sql_queries[id].name, e);
	s->n_params = (unsigned)sqlite3_bind_parameter_count(s->handle);
	for (unsigned n = 1; n <= DB_MAX_PARAMS; n++) {
		char name[8];

		snprintf(name, sizeof(name), "$%u", n);
		s->index[n] =
		    (uint8_t)sqlite3_bind_parameter_index(s->handle, name);
	}
	return 0;
}

static int
bind_value(sqlite3_stmt *h, int at, const struct db_value *v)
{
	switch (v->type) {
	case DB_NULL:
		return sqlite3_bind_null(h, at);
	case DB_INT:
	case DB_TIME:
	case DB_BOOL:
		return sqlite3_bind_int64(h, at, v->v.i);
	case DB_FLOAT:
		return sqlite3_bind_double(h, at, v->v.f);
	case DB_TEXT:
		return sqlite3_bind_text64(
		    h, at, v->v.s.p, v->v.s.n, SQLITE_STATIC, SQLITE_UTF8);
	case DB_BYTES:
		return sqlite3_bind_blob64(
		    h, at, v->v.s.p, v->v.s.n, SQLITE_STATIC);
	case DB_UUID:
		return sqlite3_bind_blob64(
		    h, at, v->v.u.b, sizeof(v->v.u.b), SQLITE_STATIC);
	}
	BUG("unknown type of parameter");
}

static int
bind_all(struct sqlite_stmt *s, const struct db_query *q)
{
	CHECK(q->n_params == s->n_params);
	for (unsigned n = 1; n <= q->n_params; n++) {
		int rc;

		CHECK(s->index[n] != 0);
		rc = bind_value(s->handle, s->index[n], &q->params[n - 1]);
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static void
read_value(struct arena *a, sqlite3_stmt *h, int col, struct db_value *v)
{
	const char *p;

	switch (sqlite3_column_type(h, col)) {
	case SQLITE_INTEGER:
		v->type = DB_INT;
		v->v.i = sqlite3_column_int64(h, col);
		return;
	case SQLITE_FLOAT:
		v->type = DB_FLOAT;
		v->v.f = sqlite3_column_double(h, col);
		return;
	case SQLITE_TEXT:
		v->type = DB_TEXT;
		p = (const char *)sqlite3_column_text(h, col);
		v->v.s.n = (size_t)sqlite3_column_bytes(h, col);
		v->v.s.p = arena_strndup(a, p, v->v.s.n);
		return;
	case SQLITE_BLOB:
		v->type = DB_BYTES;
		p = sqlite3_column_blob(h, col);
		v->v.s.n = (size_t)sqlite3_column_bytes(h, col);
		v->v.s.p = arena_memdup(a, p != NULL ? p : "", v->v.s.n);
		return;
	default:
		v->type = DB_NULL;
	}
}

/* Room for one more row; the array doubles. */
static struct db_value *
add_row(struct db_query *q, size_t *cap)
{
	if (q->n_rows == *cap) {
		size_t more = *cap != 0 ? 2 * *cap : 8;
		struct db_value *rows =
		    arena_many(q->arena, more * q->n_columns, struct db_value);

		if (q->n_rows > 0)
			memcpy(rows, q->rows,
			    q->n_rows * q->n_columns * sizeof(*rows));
		q->rows = rows;
		*cap = more;
	}
	return &q->rows[q->n_rows++ * q->n_columns];
}

static int
step_all(struct sqlite_stmt *s, struct db_query *q)
{
	size_t cap = 0;
	int rc;

	q->n_columns = (unsigned)sqlite3_column_count(s->handle);
	while ((rc = sqlite3_step(s->handle)) == SQLITE_ROW) {
		struct db_value *row;

		if (q->n_rows == DB_MAX_ROWS)
			return SQLITE_TOOBIG;
		row = add_row(q, &cap);
		for (unsigned col = 0; col < q->n_columns; col++)
			read_value(q->arena, s->handle, (int)col, &row[col]);
	}
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int
sqlite_conn_select(
    struct sqlite_conn *c, const char *sql, struct db_query *q, struct err *e)
{
	struct sqlite_stmt s = { 0 };
	int rc = sqlite3_prepare_v2(c->handle,
	    db_expand_types(q->arena, sql, types), -1, &s.handle, NULL);

	q->n_rows = 0;
	q->at = 0;
	if (rc == SQLITE_OK)
		rc = step_all(&s, q);
	if (rc != SQLITE_OK)
		sqlite_conn_fail(c, rc, "select", e);
	sqlite3_finalize(s.handle);
	return rc == SQLITE_OK ? 0 : -1;
}

int
sqlite_conn_run(struct sqlite_conn *c, struct db_query *q, struct err *e)
{
	struct sqlite_stmt *s = &c->stmts[q->id];
	const char *name = sql_queries[q->id].name;
	int rc;

	if (s->handle == NULL && prepare(c, q->id, e) < 0)
		return -1;
	q->n_rows = 0;
	rc = bind_all(s, q);
	if (rc == SQLITE_OK)
		rc = step_all(s, q);
	if (rc == SQLITE_OK && (sql_queries[q->id].flags & QUERY_WRITE) != 0)
		q->changed = sqlite3_changes64(c->handle);
	if (rc == SQLITE_TOOBIG)
		db_too_many_rows(q, e);
	else if (rc != SQLITE_OK)
		sqlite_conn_fail(c, rc, name, e);
	/* Ends the read transaction; what it returns was said above. */
	sqlite3_reset(s->handle);
	sqlite3_clear_bindings(s->handle);
	return rc == SQLITE_OK ? 0 : -1;
}
