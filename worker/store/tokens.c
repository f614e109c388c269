/* Personal access tokens and API keys. */

#include "store/tokens.h"

#include "base/clock.h"
#include "store/driver.h"
#include "store/dbmeta.h"

int
tokens_insert(
    struct db *db, struct arena *a, struct access_token *t, struct err *e)
{
	struct db_query q;

	if (uuid_is_zero(&t->id))
		t->id = uuid_new();
	t->created_us = clock_wall_us();
	db_query_init(&q, db, a, Q_token_insert);
	owner_bind(&q, &t->owner);
	db_bind_uuid(&q, 3, &t->id);
	db_bind_text(&q, 4, t->name);
	db_bind_text(&q, 5, t->prefix);
	db_bind_bytes(&q, 6, str_make((const char *)t->hash, sizeof(t->hash)));
	db_bind_text(&q, 7, t->scopes);
	db_bind_time(&q, 8, t->created_us);
	if (t->expires_us == INT64_MAX)
		db_bind_null(&q, 9);
	else
		db_bind_time(&q, 9, t->expires_us);
	db_bind_text(&q, 10, t->toolset != NULL ? t->toolset : "");
	db_bind_text(&q, 11, t->tier != NULL ? t->tier : "");
	db_bind_text(&q, 12, t->description != NULL ? t->description : "");
	return db_run(&q, e);
}

static void
read_token(const struct db_query *q, struct access_token *t)
{
	memset(t->hash, 0, sizeof(t->hash));
	t->owner.tenant_id = db_get_uuid(q, 0);
	t->owner.user_id = db_get_uuid(q, 1);
	t->id = db_get_uuid(q, 2);
	t->name = db_get_text(q, 3);
	t->prefix = db_get_text(q, 4);
	t->scopes = db_get_text(q, 5);
	t->created_us = db_get_time(q, 6);
	t->expires_us = db_is_null(q, 7) ? INT64_MAX : db_get_time(q, 7);
	t->last_used_us = db_get_time(q, 8);
	t->revoked_us = db_get_time(q, 9);
	t->toolset = db_get_text(q, 10);
	t->tier = db_get_text(q, 11);
	t->description = db_get_text(q, 12);
}

int
tokens_find(struct db *db, struct arena *a,
    const uint8_t hash[TOKEN_HASH_BYTES], struct token_holder *out,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_token_find);
	db_bind_bytes(&q, 1, str_make((const char *)hash, TOKEN_HASH_BYTES));
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	read_token(&q, &out->token);
	memcpy(out->token.hash, hash, TOKEN_HASH_BYTES);
	out->is_admin = db_get_bool(&q, 13);
	out->status = user_status_of(db_get_bool(&q, 14), db_get_bool(&q, 15));
	return 1;
}

int
tokens_list(struct db *db, struct arena *a, const struct owner *o,
    struct access_token **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_token_list);
	owner_bind(&q, o);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct access_token);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		read_token(&q, &(*list_r)[i]);
	return 0;
}

struct revocation {
	struct arena *arena;
	const struct owner *owner;
	const struct uuid *id;
	bool found;
};

static int
revoke(struct db *tx, void *arg, struct err *e)
{
	struct revocation *r = arg;
	struct db_query q;

	db_query_init(&q, tx, r->arena, Q_token_revoke);
	owner_bind(&q, r->owner);
	db_bind_uuid(&q, 3, r->id);
	db_bind_time(&q, 4, clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	r->found = q.changed > 0;
	return r->found ? meta_bump_auth_epoch(tx, r->arena, e) : 0;
}

int
tokens_revoke(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct revocation r = { a, o, id, false };

	if (db_atomically(db, revoke, &r, e) < 0)
		return -1;
	return r.found;
}

int
tokens_touch(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, int64_t now_us, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_token_touch);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	db_bind_time(&q, 4, now_us);
	db_bind_time(&q, 5, now_us - TOKEN_TOUCH_US);
	return db_run(&q, e);
}

int
tokens_count_keys(struct db *db, struct arena *a, const struct owner *o,
    int64_t since_us, int64_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_key_count_since);
	owner_bind(&q, o);
	db_bind_time(&q, 3, since_us);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = db_next(&q) ? db_get_int(&q, 0) : 0;
	return 0;
}

/* --- usage --------------------------------------------------------------- */

int
tokens_add_usage(struct db *db, struct arena *a, const struct uuid *id,
    int32_t month, int64_t n, int64_t *total_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_usage_add);
	db_bind_uuid(&q, 1, id);
	db_bind_int(&q, 2, month);
	db_bind_int(&q, 3, n);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*total_r = db_get_int(&q, 0);
	return 1;
}

int
tokens_owned(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct access_token *list;
	size_t n;

	if (tokens_list(db, a, o, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (uuid_eq(&list[i].id, id))
			return 1;
	return 0;
}

int
tokens_usage(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct token_usage **list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_usage_list);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct token_usage);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		(*list_r)[i] = (struct token_usage){ (int32_t)db_get_int(&q, 0),
			db_get_int(&q, 1) };
	return 0;
}
