#include "store/mcp_sessions.h"

#include "base/clock.h"

static void
bind_session(struct db_query *q, struct db *db, struct arena *a,
    enum query_id id, const struct owner *o, const struct uuid *session)
{
	db_query_init(q, db, a, id);
	owner_bind(q, o);
	db_bind_uuid(q, 3, session);
}

int
mcp_sessions_insert(struct db *db, struct arena *a, const struct owner *o,
    const struct stored_session *s, struct err *e)
{
	struct db_query q;

	bind_session(&q, db, a, Q_mcp_session_insert, o, &s->id);
	db_bind_text(&q, 4, s->version);
	db_bind_text(&q, 5, s->abilities);
	db_bind_text(&q, 6, s->log_level);
	db_bind_time(&q, 7, clock_wall_us());
	return db_run(&q, e);
}

int
mcp_sessions_get(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct stored_session *out, struct err *e)
{
	struct db_query q;

	bind_session(&q, db, a, Q_mcp_session_get, o, id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	out->id = *id;
	out->version = db_get_text(&q, 0);
	out->abilities = db_get_text(&q, 1);
	out->log_level = db_get_text(&q, 2);
	out->touched_us = db_get_time(&q, 3);
	return 1;
}

int
mcp_sessions_touch(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct db_query q;

	bind_session(&q, db, a, Q_mcp_session_touch, o, id);
	db_bind_time(&q, 4, clock_wall_us());
	return db_run(&q, e);
}

int
mcp_sessions_set_level(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, const char *level, struct err *e)
{
	struct db_query q;

	bind_session(&q, db, a, Q_mcp_session_set_level, o, id);
	db_bind_text(&q, 4, level);
	return db_run(&q, e);
}

int
mcp_sessions_delete(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct db_query q;

	bind_session(&q, db, a, Q_mcp_session_delete, o, id);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

int
mcp_sessions_purge(struct db *db, struct arena *a, int64_t before_us,
    int64_t limit, int64_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_mcp_session_purge);
	db_bind_time(&q, 1, before_us);
	db_bind_int(&q, 2, limit);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = q.changed;
	return 0;
}

int
mcp_subscriptions_set(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *session, const char *uri, bool on, struct err *e)
{
	struct db_query q;

	bind_session(&q, db, a,
	    on ? Q_mcp_subscription_insert : Q_mcp_subscription_delete, o,
	    session);
	db_bind_text(&q, 4, uri);
	return db_run(&q, e);
}

int
mcp_subscriptions_list(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *session, const char ***list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;
	size_t n = 0;

	bind_session(&q, db, a, Q_mcp_subscription_list, o, session);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows + 1, const char *);
	while (db_next(&q))
		(*list_r)[n++] = db_get_text(&q, 0);
	*n_r = n;
	return 0;
}
