/* Many rows at once: COPY in its binary form, which keeps every bit. */

#include "store/pg.h"

#include "base/check.h"
#include "store/rows.h"

/* The signature, no flags, no extension (PostgreSQL documentation, COPY). */
static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";

static int
add_row(struct buf *out, const struct sql_table *t, const struct db_query *row,
    struct err *e)
{
	buf_addc(out, (char)(t->n_columns >> 8));
	buf_addc(out, (char)(t->n_columns & 0xff));
	for (unsigned i = 0; i < t->n_columns; i++) {
		struct db_value v;

		if (rows_value(t, row, i, &v, e) < 0)
			return -1;
		if (pg_value_copy(out, t->columns[i].type, &v, e) < 0)
			return err_wrap(
			    e, "%s.%s", t->name, t->columns[i].name);
	}
	return 0;
}

static int
make_data(struct buf *out, const struct sql_table *t, struct db_query *page,
    struct err *e)
{
	buf_add(out, head, sizeof(head) - 1);
	while (db_next(page)) {
		if (add_row(out, t, page, e) < 0)
			return -1;
	}
	buf_add(out, "\377\377", 2);
	return 0;
}

/* COPY names its columns: in the table they may stand in another order. */
static const char *
make_command(struct arena *a, const struct sql_table *t)
{
	struct buf sql = BUF_INIT;
	const char *text;

	buf_printf(&sql, "COPY %s (", t->name);
	for (unsigned i = 0; i < t->n_columns; i++)
		buf_printf(&sql, "%s%s", i > 0 ? ", " : "", t->columns[i].name);
	buf_adds(&sql, ") FROM STDIN (FORMAT binary)");
	text = arena_strdup(a, buf_cstr(&sql));
	buf_free(&sql);
	return text;
}

/* All results up to the end; the first refusal tells. */
static int
collect(struct pg_conn *c, const char *what, ExecStatusType good, struct err *e)
{
	PGresult *r;
	int rc = 0;

	for (;;) {
		ExecStatusType status;

		if (pg_conn_result(c, INT64_MAX, &r, e) < 0)
			return -1;
		if (r == NULL)
			return rc;
		status = PQresultStatus(r);
		if (status != good && rc == 0)
			rc = pg_fail_result(c, r, what, e);
		PQclear(r);
		if (status == PGRES_COPY_IN)
			return rc;
	}
}

static int
send_data(struct pg_conn *c, struct str data, struct err *e)
{
	int rc;

	CHECK(data.n <= INT32_MAX);
	while ((rc = PQputCopyData(c->handle, data.p, (int)data.n)) == 0) {
		if (pg_conn_wait(c, true, INT64_MAX, e) < 0)
			return -1;
	}
	while (rc > 0 && (rc = PQputCopyEnd(c->handle, NULL)) == 0) {
		if (pg_conn_wait(c, true, INT64_MAX, e) < 0)
			return -1;
	}
	if (rc < 0)
		return pg_fail_conn(c, "COPY", e);
	return pg_conn_flush(c, INT64_MAX, e);
}

static int
copy_in(struct pg_conn *c, const struct sql_table *t, const char *command,
    struct str data, struct err *e)
{
	if (PQsendQuery(c->handle, command) == 0)
		return pg_fail_conn(c, t->name, e);
	if (pg_conn_flush(c, INT64_MAX, e) < 0 ||
	    collect(c, t->name, PGRES_COPY_IN, e) < 0 ||
	    send_data(c, data, e) < 0)
		return -1;
	return collect(c, t->name, PGRES_COMMAND_OK, e);
}

int
pg_conn_load(struct pg_conn *c, const struct sql_table *t,
    struct db_query *page, struct err *e)
{
	struct buf data = BUF_INIT;
	int rc = make_data(&data, t, page, e);

	CHECK(c->begin == NULL);
	if (rc == 0 && PQexitPipelineMode(c->handle) == 0)
		rc = pg_fail_conn(c, t->name, e);
	if (rc == 0) {
		rc = copy_in(
		    c, t, make_command(page->arena, t), buf_str(&data), e);
		if (!c->broken && PQenterPipelineMode(c->handle) == 0)
			rc = pg_fail_conn(c, t->name, e);
	}
	buf_free(&data);
	return rc;
}
