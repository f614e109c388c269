/* Signing keys. */

#include "store/signing_keys.h"

#include "base/clock.h"

int
signing_keys_list(struct db *db, struct arena *a,
    struct signing_key_row **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_signing_key_list);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct signing_key_row);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		(*list_r)[i] = (struct signing_key_row){
			.id = db_get_uuid(&q, 0),
			.sealed = db_get_bytes(&q, 1),
			.signs_from_us = db_get_time(&q, 2),
			.created_us = db_get_time(&q, 3),
		};
	return 0;
}

int
signing_keys_insert(
    struct db *db, struct arena *a, struct signing_key_row *row, struct err *e)
{
	struct db_query q;

	row->created_us = clock_wall_us();
	db_query_init(&q, db, a, Q_signing_key_insert);
	db_bind_uuid(&q, 1, &row->id);
	db_bind_bytes(&q, 2, row->sealed);
	db_bind_time(&q, 3, row->signs_from_us);
	db_bind_time(&q, 4, row->created_us);
	return db_run(&q, e);
}

int
signing_keys_purge(struct db *db, struct arena *a, int64_t before_us,
    int64_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_signing_key_purge);
	db_bind_time(&q, 1, before_us);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = q.changed;
	return 0;
}
