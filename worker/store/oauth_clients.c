/* OAuth clients. */

#include "store/oauth_clients.h"

#include "base/check.h"
#include "base/clock.h"
#include "store/dbmeta.h"
#include "store/driver.h"

#define TOUCH_US INT64_C(3600000000)

static const char *const kinds[] = {
	[CLIENT_REGISTERED] = "registered",
	[CLIENT_DYNAMIC] = "dynamic",
	[CLIENT_DOCUMENT] = "document",
};

const char *
client_kind_name(enum client_kind kind)
{
	CHECK(kind < ARRAY_LEN(kinds));
	return kinds[kind];
}

enum client_kind
client_kind_of(const char *name)
{
	enum client_kind kind = CLIENT_REGISTERED;

	while (kind < CLIENT_DOCUMENT && strcmp(kinds[kind], name) != 0)
		kind++;
	return kind;
}

/* NULL for what there is not. */
static void
bind_bytes(struct db_query *q, unsigned n, struct str bytes)
{
	if (bytes.n == 0)
		db_bind_null(q, n);
	else
		db_bind_bytes(q, n, bytes);
}

int
oauth_clients_insert(
    struct db *db, struct arena *a, struct oauth_client *c, struct err *e)
{
	bool acts = !uuid_is_zero(&c->acts_for.user_id);
	struct db_query q;

	if (uuid_is_zero(&c->id))
		c->id = uuid_new();
	c->created_us = clock_wall_us();
	db_query_init(&q, db, a, Q_oauth_client_insert);
	db_bind_uuid(&q, 1, &c->id);
	db_bind_text(&q, 2, c->client_id);
	db_bind_text(&q, 3, kinds[c->kind]);
	db_bind_text(&q, 4, c->name);
	db_bind_text(&q, 5, c->metadata);
	bind_bytes(&q, 6, c->secret_hash);
	bind_bytes(&q, 7, c->registration_hash);
	db_bind_uuid(&q, 8, acts ? &c->acts_for.tenant_id : NULL);
	db_bind_uuid(&q, 9, acts ? &c->acts_for.user_id : NULL);
	db_bind_bool(&q, 10, c->is_verified);
	db_bind_time(&q, 11, c->created_us);
	if (c->fresh_until_us == 0)
		db_bind_null(&q, 12);
	else
		db_bind_time(&q, 12, c->fresh_until_us);
	return db_run(&q, e);
}

static void
read_client(const struct db_query *q, struct oauth_client *c)
{
	*c = (struct oauth_client){
		.id = db_get_uuid(q, 0),
		.client_id = db_get_text(q, 1),
		.kind = client_kind_of(db_get_text(q, 2)),
		.name = db_get_text(q, 3),
		.metadata = db_get_text(q, 4),
		.secret_hash = db_get_bytes(q, 5),
		.registration_hash = db_get_bytes(q, 6),
		.acts_for = { db_get_uuid(q, 7), db_get_uuid(q, 8) },
		.is_verified = db_get_bool(q, 9),
		.is_disabled = db_get_bool(q, 10),
		.created_us = db_get_time(q, 11),
		.used_us = db_get_time(q, 12),
		.fresh_until_us = db_get_time(q, 13),
	};
}

static int
read_one(struct db_query *q, struct oauth_client *out, struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	if (!db_next(q))
		return 0;
	read_client(q, out);
	return 1;
}

int
oauth_clients_find(struct db *db, struct arena *a, const char *client_id,
    struct oauth_client *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_find);
	db_bind_text(&q, 1, client_id);
	return read_one(&q, out, e);
}

int
oauth_clients_get(struct db *db, struct arena *a, const struct uuid *id,
    struct oauth_client *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_get);
	db_bind_uuid(&q, 1, id);
	return read_one(&q, out, e);
}

static int
read_clients(struct db_query *q, struct oauth_client **list_r, size_t *n_r,
    struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	*list_r = arena_many(q->arena, q->n_rows, struct oauth_client);
	*n_r = q->n_rows;
	for (size_t i = 0; db_next(q); i++)
		read_client(q, &(*list_r)[i]);
	return 0;
}

int
oauth_clients_list(struct db *db, struct arena *a, struct oauth_client **list_r,
    size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_list);
	return read_clients(&q, list_r, n_r, e);
}

int
oauth_clients_page(struct db *db, struct arena *a, const struct uuid *before,
    unsigned limit, struct oauth_client **list_r, size_t *n_r, struct err *e)
{
	struct uuid last;
	struct db_query q;

	memset(&last, 0xff, sizeof(last));
	db_query_init(&q, db, a, Q_oauth_client_page);
	db_bind_uuid(&q, 1, before != NULL ? before : &last);
	db_bind_int(&q, 2, limit);
	return read_clients(&q, list_r, n_r, e);
}

int
oauth_clients_touch(
    struct db *db, struct arena *a, const struct uuid *id, struct err *e)
{
	int64_t now_us = clock_wall_us();
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_touch);
	db_bind_uuid(&q, 1, id);
	db_bind_time(&q, 2, now_us);
	db_bind_time(&q, 3, now_us - TOUCH_US);
	return db_run(&q, e);
}

int
oauth_clients_unused(struct db *db, struct arena *a, int64_t since_us,
    int64_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_unused);
	db_bind_text(&q, 1, kinds[CLIENT_DYNAMIC]);
	db_bind_time(&q, 2, since_us);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = db_next(&q) ? db_get_int(&q, 0) : 0;
	return 0;
}

/* --- changes ------------------------------------------------------------- */

struct change {
	struct arena *arena;
	struct db_query *q;
	const struct uuid *id;
	bool ends_grants;
	bool found;
};

static int
end_grants(struct db *tx, struct change *c, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, c->arena, Q_oauth_grant_end_client);
	db_bind_uuid(&q, 1, c->id);
	db_bind_time(&q, 2, clock_wall_us());
	return db_run(&q, e);
}

static int
apply(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;

	c->q->db = tx;
	if (db_run(c->q, e) < 0)
		return -1;
	c->found = c->q->changed > 0;
	if (!c->found)
		return 0;
	if (c->ends_grants && end_grants(tx, c, e) < 0)
		return -1;
	return meta_bump_auth_epoch(tx, c->arena, e);
}

static int
change(struct db *db, struct db_query *q, const struct uuid *id,
    bool ends_grants, struct err *e)
{
	struct change c = { q->arena, q, id, ends_grants, false };

	if (db_atomically(db, apply, &c, e) < 0)
		return -1;
	return c.found;
}

int
oauth_clients_update(
    struct db *db, struct arena *a, const struct oauth_client *c, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_update);
	db_bind_uuid(&q, 1, &c->id);
	db_bind_text(&q, 2, c->name);
	db_bind_text(&q, 3, c->metadata);
	if (c->fresh_until_us == 0)
		db_bind_null(&q, 4);
	else
		db_bind_time(&q, 4, c->fresh_until_us);
	return change(db, &q, &c->id, false, e);
}

int
oauth_clients_set(struct db *db, struct arena *a, const struct uuid *id,
    bool verified, bool disabled, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_set);
	db_bind_uuid(&q, 1, id);
	db_bind_bool(&q, 2, verified);
	db_bind_bool(&q, 3, disabled);
	return change(db, &q, id, disabled, e);
}

int
oauth_clients_set_secret(struct db *db, struct arena *a, const struct uuid *id,
    struct str hash, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_secret);
	db_bind_uuid(&q, 1, id);
	db_bind_bytes(&q, 2, hash);
	return change(db, &q, id, false, e);
}

int
oauth_clients_delete(
    struct db *db, struct arena *a, const struct uuid *id, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_delete);
	db_bind_uuid(&q, 1, id);
	return change(db, &q, id, false, e);
}
