/* Queries over one connection, which stays in pipeline mode: BEGIN, the
 * preparation where it is due, and the query itself travel together, and the
 * answers come back in one turn. */

#include "store/pg.h"

#include <stdio.h>

#include "base/check.h"
#include "base/clock.h"

/* What one trip to the server brings back. */
struct trip {
	struct pg_conn *conn;
	const char *what;
	int64_t deadline_us;
	struct db_query *query; /* takes the rows of the last result */
	char *out;		/* or this takes the first column as text */
	size_t out_size;
	struct pg_outcome *outcome;
	int rc;
	struct err *e;
};

static void
take_row(struct trip *t, const PGresult *r)
{
	if (t->query != NULL)
		t->rc = pg_rows_read(t->query, r, t->e);
	else if (t->out != NULL && PQntuples(r) > 0)
		snprintf(t->out, t->out_size, "%s", PQgetvalue(r, 0, 0));
}

/* The tag of a command that was run, as "INSERT 0 1"; a preparation has
 * none. */
static void
take_command(struct trip *t, PGresult *r)
{
	const char *tag = PQcmdStatus(r);
	int64_t n;

	if (t->out != NULL)
		snprintf(t->out, t->out_size, "%s", tag);
	if (t->query == NULL)
		return;
	if (tag[0] == '\0')
		t->conn->prepared[t->query->id] = true;
	else if (str_to_i64(str_of(PQcmdTuples(r)), &n))
		t->query->changed = n;
}

/* Only the first refusal tells; what follows it was not run. */
static void
take_result(struct trip *t, PGresult *r)
{
	switch (PQresultStatus(r)) {
	case PGRES_TUPLES_OK:
		if (t->rc == 0)
			take_row(t, r);
		break;
	case PGRES_COMMAND_OK:
		take_command(t, r);
		break;
	case PGRES_PIPELINE_ABORTED:
		break;
	default:
		if (t->rc == 0)
			t->rc = pg_fail_result(t->conn, r, t->what, t->e);
	}
}

/* Until the answer to the Sync; then the connection is free for the next. */
static int
collect(struct trip *t)
{
	for (;;) {
		PGresult *r;
		ExecStatusType status;

		if (pg_conn_result(t->conn, t->deadline_us, &r, t->e) < 0)
			break;
		if (r == NULL && PQstatus(t->conn->handle) == CONNECTION_OK)
			continue;
		if (r == NULL) {
			if (t->rc == 0)
				pg_fail_conn(t->conn, t->what, t->e);
			break;
		}
		status = PQresultStatus(r);
		if (status == PGRES_PIPELINE_SYNC) {
			PQclear(r);
			return t->rc;
		}
		take_result(t, r);
		PQclear(r);
	}
	t->conn->broken = true;
	t->outcome->lost = true;
	return -1;
}

/* Everything is queued (or not, when good is false): send and collect. */
static int
travel(struct trip *t, bool good)
{
	struct pg_conn *c = t->conn;

	if (!good || PQpipelineSync(c->handle) == 0) {
		t->outcome->lost = true;
		return pg_fail_conn(c, t->what, t->e);
	}
	t->outcome->sent = true;
	if (pg_conn_flush(c, t->deadline_us, t->e) < 0) {
		t->outcome->lost = true;
		return -1;
	}
	return collect(t);
}

static bool
queue_begin(struct pg_conn *c)
{
	const char *begin = c->begin;

	if (begin == NULL)
		return true;
	c->begin = NULL;
	return PQsendQueryParams(
		   c->handle, begin, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static bool
queue_prepare(struct pg_conn *c, const struct db_query *q)
{
	const struct sql_query *s = &sql_queries[q->id];

	if (c->prepared[q->id])
		return true;
	return PQsendPrepare(c->handle, s->name,
		   db_expand_types(q->arena, s->text, pg_types), 0, NULL) == 1;
}

int
pg_conn_run(
    struct pg_conn *c, struct db_query *q, struct pg_outcome *o, struct err *e)
{
	const struct sql_query *s = &sql_queries[q->id];
	struct trip t = {
		.conn = c,
		.what = s->name,
		.deadline_us = pg_conn_deadline(c),
		.query = q,
		.outcome = o,
		.e = e,
	};
	struct pg_params p;

	*o = (struct pg_outcome){ false, false };
	if (pg_params_make(&p, q, e) < 0)
		return -1;
	return travel(
	    &t, queue_begin(c) && queue_prepare(c, q) &&
		    PQsendQueryPrepared(c->handle, s->name, (int)q->n_params,
			p.value, p.length, p.format, 1) == 1);
}

int
pg_conn_exec(struct pg_conn *c, const char *sql, const char *param, char *out,
    size_t size, struct pg_outcome *o, struct err *e)
{
	struct trip t = {
		.conn = c,
		.what = sql,
		.deadline_us = pg_conn_deadline(c),
		.out = out,
		.out_size = size,
		.outcome = o,
		.e = e,
	};

	*o = (struct pg_outcome){ false, false };
	if (out != NULL)
		out[0] = '\0';
	return travel(&t,
	    queue_begin(c) && PQsendQueryParams(c->handle, sql, param != NULL,
				  NULL, &param, NULL, NULL, 0) == 1);
}

/* The simple protocol, which alone takes several statements at once. */
int
pg_conn_script(struct pg_conn *c, const char *sql, struct err *e)
{
	int64_t deadline_us = pg_conn_deadline(c);
	struct arena *a = arena_new();
	PGresult *r;
	int rc = 0;

	CHECK(c->begin == NULL);
	if (PQexitPipelineMode(c->handle) == 0 ||
	    PQsendQuery(c->handle, pg_expand_script(a, sql)) == 0)
		rc = pg_fail_conn(c, "script", e);
	arena_free(&a);
	if (rc == 0)
		rc = pg_conn_flush(c, deadline_us, e);
	while (rc == 0 && (rc = pg_conn_result(c, deadline_us, &r, e)) == 0 &&
	       r != NULL) {
		ExecStatusType status = PQresultStatus(r);

		if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
		    status != PGRES_EMPTY_QUERY)
			rc = pg_fail_result(c, r, "script", e);
		PQclear(r);
	}
	/* What else there is of an answer that failed. */
	while (rc < 0 && !c->broken &&
	       pg_conn_result(c, deadline_us, &r, NULL) == 0 && r != NULL)
		PQclear(r);
	if (!c->broken && PQenterPipelineMode(c->handle) == 0)
		rc = pg_fail_conn(c, "script", e);
	return rc;
}
