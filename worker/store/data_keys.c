/* Data keys and the server's own secrets. */

#include "store/data_keys.h"

#include "base/clock.h"
#include "base/str.h"

int
data_keys_list(struct db *db, struct arena *a, struct data_key_row **list_r,
    size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_data_key_list);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct data_key_row);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		(*list_r)[i] = (struct data_key_row){
			.id = db_get_uuid(&q, 0),
			.is_active = strcmp(db_get_text(&q, 1), "active") == 0,
			.sealed = db_get_bytes(&q, 2),
			.created_us = db_get_time(&q, 3),
			.retired_us = db_get_time(&q, 4),
		};
	return 0;
}

int
data_keys_replace(struct db *tx, struct arena *a, const struct uuid *id,
    struct str sealed, struct err *e)
{
	int64_t now_us = clock_wall_us();
	struct db_query q;

	db_query_init(&q, tx, a, Q_data_key_retire);
	db_bind_time(&q, 1, now_us);
	if (db_run(&q, e) < 0)
		return -1;
	db_query_init(&q, tx, a, Q_data_key_insert);
	db_bind_uuid(&q, 1, id);
	db_bind_bytes(&q, 2, sealed);
	db_bind_time(&q, 3, now_us);
	return db_run(&q, e);
}

int
data_keys_reseal(struct db *tx, struct arena *a, const struct uuid *id,
    struct str sealed, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_data_key_reseal);
	db_bind_uuid(&q, 1, id);
	db_bind_bytes(&q, 2, sealed);
	return db_run(&q, e);
}

int
secrets_get(struct db *db, struct arena *a, const char *name,
    struct str *sealed_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_secret_get);
	db_bind_text(&q, 1, name);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*sealed_r = db_get_bytes(&q, 0);
	return 1;
}

int
secrets_insert(struct db *db, struct arena *a, const char *name,
    struct str sealed, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_secret_insert);
	db_bind_text(&q, 1, name);
	db_bind_bytes(&q, 2, sealed);
	db_bind_time(&q, 3, clock_wall_us());
	return db_run(&q, e);
}
