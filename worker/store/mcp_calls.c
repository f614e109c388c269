#include "store/mcp_calls.h"

static void
bind_call(struct db_query *q, struct db *db, struct arena *a, enum query_id id,
    const struct owner *o, const struct stored_call *c)
{
	db_query_init(q, db, a, id);
	owner_bind(q, o);
	db_bind_uuid(q, 3, &c->session);
	db_bind_uuid(q, 4, &c->id);
}

int
mcp_calls_insert(struct db *db, struct arena *a, const struct owner *o,
    const struct stored_call *c, struct err *e)
{
	struct db_query q;

	bind_call(&q, db, a, Q_mcp_call_insert, o, c);
	db_bind_text(&q, 5, c->request);
	db_bind_text(&q, 6, c->worker);
	db_bind_time(&q, 7, c->lease_us);
	return db_run(&q, e);
}

int
mcp_calls_renew(struct db *db, struct arena *a, const struct owner *o,
    const struct stored_call *c, struct err *e)
{
	struct db_query q;

	bind_call(&q, db, a, Q_mcp_call_renew, o, c);
	db_bind_time(&q, 5, c->lease_us);
	return db_run(&q, e);
}

int
mcp_calls_get(struct db *db, struct arena *a, const struct owner *o,
    struct stored_call *c, struct err *e)
{
	struct db_query q;

	bind_call(&q, db, a, Q_mcp_call_get, o, c);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	c->request = db_get_text(&q, 0);
	c->worker = db_get_text(&q, 1);
	c->lease_us = db_get_time(&q, 2);
	return 1;
}

int
mcp_calls_delete(struct db *db, struct arena *a, const struct owner *o,
    const struct stored_call *c, struct err *e)
{
	struct db_query q;

	bind_call(&q, db, a, Q_mcp_call_delete, o, c);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}
