/* One-time links, and the token for the first administrator. */

#include "store/links.h"

#include "base/clock.h"

static const char *const kinds[] = { "reset", "invite", "verify" };

static struct str
hash_str(const uint8_t hash[LINK_HASH_BYTES])
{
	return str_make((const char *)hash, LINK_HASH_BYTES);
}

int
links_insert(
    struct db *db, struct arena *a, struct one_time_link *l, struct err *e)
{
	struct db_query q;

	l->id = uuid_new();
	db_query_init(&q, db, a, Q_link_insert);
	owner_bind(&q, &l->owner);
	db_bind_uuid(&q, 3, &l->id);
	db_bind_text(&q, 4, kinds[l->kind]);
	db_bind_bytes(&q, 5, hash_str(l->hash));
	db_bind_text(&q, 6, l->email);
	db_bind_time(&q, 7, clock_wall_us());
	db_bind_time(&q, 8, l->expires_us);
	return db_run(&q, e);
}

static int
take(struct db *db, struct arena *a, enum query_id query, enum link_kind kind,
    const uint8_t hash[LINK_HASH_BYTES], struct one_time_link *out,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, query);
	db_bind_bytes(&q, 1, hash_str(hash));
	db_bind_text(&q, 2, kinds[kind]);
	db_bind_time(&q, 3, clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*out = (struct one_time_link){
		.owner = { db_get_uuid(&q, 0), db_get_uuid(&q, 1) },
		.id = db_get_uuid(&q, 2),
		.kind = kind,
		.email = db_get_text(&q, 3),
	};
	return 1;
}

int
links_find(struct db *db, struct arena *a, enum link_kind kind,
    const uint8_t hash[LINK_HASH_BYTES], struct one_time_link *out,
    struct err *e)
{
	return take(db, a, Q_link_find, kind, hash, out, e);
}

int
links_use(struct db *db, struct arena *a, enum link_kind kind,
    const uint8_t hash[LINK_HASH_BYTES], struct one_time_link *out,
    struct err *e)
{
	return take(db, a, Q_link_use, kind, hash, out, e);
}

int
links_void(struct db *db, struct arena *a, const struct owner *o,
    enum link_kind kind, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_link_void);
	owner_bind(&q, o);
	db_bind_text(&q, 3, kinds[kind]);
	db_bind_time(&q, 4, clock_wall_us());
	return db_run(&q, e);
}

int
links_list(struct db *db, struct arena *a, const struct owner *o,
    enum link_kind kind, struct one_time_link **list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_link_list);
	owner_bind(&q, o);
	db_bind_text(&q, 3, kinds[kind]);
	db_bind_time(&q, 4, clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct one_time_link);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		(*list_r)[i] = (struct one_time_link){
			.owner = *o,
			.id = db_get_uuid(&q, 0),
			.kind = kind,
			.email = db_get_text(&q, 1),
			.expires_us = db_get_time(&q, 2),
		};
	return 0;
}

int
links_end(struct db *db, struct arena *a, const struct owner *o,
    enum link_kind kind, const struct uuid *id, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_link_end);
	owner_bind(&q, o);
	db_bind_text(&q, 3, kinds[kind]);
	db_bind_uuid(&q, 4, id);
	db_bind_time(&q, 5, clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

int
setup_put(struct db *db, struct arena *a, const uint8_t hash[LINK_HASH_BYTES],
    int64_t expires_us, bool replace, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_setup_put);
	db_bind_int(&q, 1, expires_us);
	db_bind_bytes(&q, 2, hash_str(hash));
	db_bind_int(&q, 3, replace ? INT64_MAX : clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

int
setup_use(struct db *db, struct arena *a, const uint8_t hash[LINK_HASH_BYTES],
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_setup_use);
	db_bind_bytes(&q, 1, hash_str(hash));
	db_bind_int(&q, 2, clock_wall_us());
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}
