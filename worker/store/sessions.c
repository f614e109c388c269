/* Browser sessions. */

#include "store/sessions.h"

#include "base/clock.h"
#include "store/dbmeta.h"
#include "store/driver.h"

int
sessions_insert(struct db *db, struct arena *a, struct session *s,
    const uint8_t hash[SESSION_HASH_BYTES], struct err *e)
{
	struct db_query q;

	if (uuid_is_zero(&s->id))
		s->id = uuid_new();
	s->created_us = s->last_used_us = clock_wall_us();
	db_query_init(&q, db, a, Q_session_insert);
	owner_bind(&q, &s->owner);
	db_bind_uuid(&q, 3, &s->id);
	db_bind_bytes(&q, 4, str_make((const char *)hash, SESSION_HASH_BYTES));
	db_bind_text(&q, 5, s->address);
	db_bind_text(&q, 6, s->user_agent);
	db_bind_time(&q, 7, s->created_us);
	db_bind_time(&q, 8, s->expires_us);
	return db_run(&q, e);
}

static void
read_session(const struct db_query *q, struct session *s)
{
	s->owner.tenant_id = db_get_uuid(q, 0);
	s->owner.user_id = db_get_uuid(q, 1);
	s->id = db_get_uuid(q, 2);
	s->address = db_get_text(q, 3);
	s->user_agent = db_get_text(q, 4);
	s->created_us = db_get_time(q, 5);
	s->last_used_us = db_get_time(q, 6);
	s->expires_us = db_get_time(q, 7);
}

int
sessions_find(struct db *db, struct arena *a,
    const uint8_t hash[SESSION_HASH_BYTES], struct session_holder *out,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_session_find);
	db_bind_bytes(&q, 1, str_make((const char *)hash, SESSION_HASH_BYTES));
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	read_session(&q, &out->session);
	out->is_admin = db_get_bool(&q, 8);
	out->status = user_status_of(db_get_bool(&q, 9), db_get_bool(&q, 10));
	return 1;
}

int
sessions_list(struct db *db, struct arena *a, const struct owner *o,
    int64_t used_after_us, struct session **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_session_list);
	owner_bind(&q, o);
	db_bind_time(&q, 3, used_after_us);
	db_bind_time(&q, 4, clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct session);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		read_session(&q, &(*list_r)[i]);
	return 0;
}

int
sessions_touch(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, const char *address, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_session_touch);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	db_bind_time(&q, 4, clock_wall_us());
	db_bind_text(&q, 5, address);
	return db_run(&q, e);
}

/* --- ending -------------------------------------------------------------- */

struct ending {
	struct arena *arena;
	const struct owner *owner;
	enum query_id query;
	const struct uuid *id; /* the one, or the one that stays */
	int64_t ended;
};

static int
delete_sessions(struct db *tx, void *arg, struct err *e)
{
	struct ending *n = arg;
	struct db_query q;

	db_query_init(&q, tx, n->arena, n->query);
	owner_bind(&q, n->owner);
	db_bind_uuid(&q, 3, n->id);
	if (db_run(&q, e) < 0)
		return -1;
	n->ended = q.changed;
	return n->ended > 0 ? meta_bump_auth_epoch(tx, n->arena, e) : 0;
}

int
sessions_end(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct ending n = { a, o, Q_session_delete, id, 0 };

	if (db_atomically(db, delete_sessions, &n, e) < 0)
		return -1;
	return n.ended > 0;
}

int
sessions_end_all(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *keep, unsigned *n_r, struct err *e)
{
	static const struct uuid none;
	struct ending n = { a, o, Q_session_delete_all,
		keep != NULL ? keep : &none, 0 };

	if (db_atomically(db, delete_sessions, &n, e) < 0)
		return -1;
	*n_r = (unsigned)n.ended;
	return 0;
}
