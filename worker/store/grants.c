/* What people allowed OAuth clients. */

#include "store/grants.h"

#include "base/clock.h"
#include "store/dbmeta.h"
#include "store/driver.h"

#define TOUCH_US INT64_C(3600000000)

int
grants_insert(struct db *db, struct arena *a, struct grant *g, struct err *e)
{
	struct db_query q;

	if (uuid_is_zero(&g->id))
		g->id = uuid_new();
	g->created_us = clock_wall_us();
	db_query_init(&q, db, a, Q_oauth_grant_insert);
	owner_bind(&q, &g->owner);
	db_bind_uuid(&q, 3, &g->id);
	db_bind_uuid(&q, 4, &g->client);
	db_bind_text(&q, 5, g->scopes);
	db_bind_text(&q, 6, g->resource);
	db_bind_time(&q, 7, g->created_us);
	db_bind_time(&q, 8, g->expires_us);
	return db_run(&q, e);
}

int
grants_find(struct db *db, struct arena *a, const struct uuid *id,
    struct grant_holder *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_grant_find);
	db_bind_uuid(&q, 1, id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	out->grant = (struct grant){
		.owner = { db_get_uuid(&q, 0), db_get_uuid(&q, 1) },
		.id = db_get_uuid(&q, 2),
		.client = db_get_uuid(&q, 3),
		.scopes = db_get_text(&q, 4),
		.resource = db_get_text(&q, 5),
		.created_us = db_get_time(&q, 6),
		.expires_us = db_get_time(&q, 7),
		.used_us = db_get_time(&q, 8),
		.revoked_us = db_get_time(&q, 9),
	};
	out->is_admin = db_get_bool(&q, 10);
	out->status = user_status_of(db_get_bool(&q, 11), db_get_bool(&q, 14));
	out->client_disabled = db_get_bool(&q, 12);
	out->client_id = db_get_text(&q, 13);
	return 1;
}

int
grants_touch(
    struct db *db, struct arena *a, const struct grant *g, struct err *e)
{
	int64_t now_us = clock_wall_us();
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_grant_touch);
	owner_bind(&q, &g->owner);
	db_bind_uuid(&q, 3, &g->id);
	db_bind_time(&q, 4, now_us);
	db_bind_time(&q, 5, now_us - TOUCH_US);
	return db_run(&q, e);
}

/* --- the end ------------------------------------------------------------- */

struct revocation {
	struct arena *arena;
	enum query_id query;
	const struct owner *owner;
	const struct uuid *id; /* NULL: all of the person */
	bool found;
};

static int
revoke(struct db *tx, void *arg, struct err *e)
{
	struct revocation *r = arg;
	unsigned n = 3;
	struct db_query q;

	db_query_init(&q, tx, r->arena, r->query);
	owner_bind(&q, r->owner);
	if (r->id != NULL)
		db_bind_uuid(&q, n++, r->id);
	db_bind_time(&q, n, clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	r->found = q.changed > 0;
	return r->found ? meta_bump_auth_epoch(tx, r->arena, e) : 0;
}

static int
revoke_by(struct db *db, struct arena *a, enum query_id query,
    const struct owner *o, const struct uuid *id, struct err *e)
{
	struct revocation r = { a, query, o, id, false };

	if (db_atomically(db, revoke, &r, e) < 0)
		return -1;
	return r.found;
}

int
grants_revoke(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	return revoke_by(db, a, Q_oauth_grant_revoke, o, id, e);
}

int
grants_revoke_client(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *client, struct err *e)
{
	return revoke_by(db, a, Q_oauth_grant_revoke_client, o, client, e);
}

int
grants_revoke_all(
    struct db *db, struct arena *a, const struct owner *o, struct err *e)
{
	return revoke_by(db, a, Q_oauth_grant_revoke_all, o, NULL, e);
}

/* --- listing ------------------------------------------------------------- */

int
grants_connected(struct db *db, struct arena *a, const struct owner *o,
    struct connected_client **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_grant_list);
	owner_bind(&q, o);
	db_bind_time(&q, 3, clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct connected_client);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		(*list_r)[i] = (struct connected_client){
			.id = db_get_uuid(&q, 1),
			.client_id = db_get_text(&q, 2),
			.kind = client_kind_of(db_get_text(&q, 3)),
			.name = db_get_text(&q, 4),
			.is_verified = db_get_bool(&q, 5),
			.scopes = db_get_text(&q, 6),
			.since_us = db_get_time(&q, 7),
			.used_us = db_get_time(&q, 8),
		};
	return 0;
}
