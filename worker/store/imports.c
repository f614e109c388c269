/* The ledger of imported files. */

#include "store/imports.h"

#include "base/clock.h"
#include "store/driver.h"

struct entry {
	struct arena *arena;
	const struct owner *owner;
	const struct import_entry *import;
};

static struct str
digest_bytes(const uint8_t digest[IMPORT_DIGEST_BYTES])
{
	return str_make((const char *)digest, IMPORT_DIGEST_BYTES);
}

static int
forget(struct db *tx, const struct entry *w, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, w->arena, Q_import_forget);
	owner_bind(&q, w->owner);
	db_bind_bytes(&q, 3, digest_bytes(w->import->digest));
	return db_run(&q, e);
}

static int
insert(struct db *tx, const struct entry *w, struct err *e)
{
	const struct import_entry *i = w->import;
	struct db_query q;

	db_query_init(&q, tx, w->arena, Q_import_insert);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &i->id);
	db_bind_bytes(&q, 4, digest_bytes(i->digest));
	db_bind_text(&q, 5, i->file_name);
	db_bind_int(&q, 6, i->size);
	db_bind_text(&q, 7, i->format);
	db_bind_text(&q, 8, i->result);
	db_bind_time(&q, 9, i->created_us);
	return db_run(&q, e);
}

static int
add_activity(struct db *tx, const struct entry *w, size_t at, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, w->arena, Q_import_add_activity);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &w->import->id);
	db_bind_int(&q, 4, (int64_t)at);
	db_bind_uuid(&q, 5, &w->import->activities[at]);
	return db_run(&q, e);
}

static int
put(struct db *tx, void *arg, struct err *e)
{
	const struct entry *w = arg;

	if (forget(tx, w, e) < 0 || insert(tx, w, e) < 0)
		return -1;
	for (size_t i = 0; i < w->import->n_activities; i++) {
		if (add_activity(tx, w, i, e) < 0)
			return -1;
	}
	return 0;
}

int
imports_put(struct db *db, struct arena *a, const struct owner *o,
    struct import_entry *i, struct err *e)
{
	struct entry w = { a, o, i };

	i->id = uuid_new();
	i->created_us = clock_wall_us();
	return db_atomically(db, put, &w, e);
}

static int
read_activities(struct db *db, struct arena *a, const struct owner *o,
    struct import_entry *i, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_import_activity_list);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, &i->id);
	if (db_run(&q, e) < 0)
		return -1;
	i->activities = arena_many(a, q.n_rows, struct uuid);
	i->n_activities = q.n_rows;
	for (size_t at = 0; db_next(&q); at++)
		i->activities[at] = db_get_uuid(&q, 0);
	return 0;
}

int
imports_find(struct db *db, struct arena *a, const struct owner *o,
    const uint8_t digest[IMPORT_DIGEST_BYTES], struct import_entry *out,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_import_find);
	owner_bind(&q, o);
	db_bind_bytes(&q, 3, digest_bytes(digest));
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	memcpy(out->digest, digest, IMPORT_DIGEST_BYTES);
	out->id = db_get_uuid(&q, 0);
	out->file_name = db_get_text(&q, 1);
	out->size = db_get_int(&q, 2);
	out->format = db_get_text(&q, 3);
	out->result = db_get_text(&q, 4);
	out->created_us = db_get_time(&q, 5);
	return read_activities(db, a, o, out, e) < 0 ? -1 : 1;
}
