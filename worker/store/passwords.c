/* Hashes of passwords. */

#include "store/passwords.h"

#include "base/clock.h"

int
passwords_get(struct db *db, struct arena *a, const struct owner *o,
    const char **hash_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_password_get);
	owner_bind(&q, o);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*hash_r = db_get_text(&q, 0);
	return 1;
}

int
passwords_put(struct db *db, struct arena *a, const struct owner *o,
    const char *hash, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_password_put);
	owner_bind(&q, o);
	db_bind_text(&q, 3, hash);
	db_bind_time(&q, 4, clock_wall_us());
	return db_run(&q, e);
}

int
passwords_rehash(struct db *db, struct arena *a, const struct owner *o,
    const char *before, const char *after, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_password_rehash);
	owner_bind(&q, o);
	db_bind_text(&q, 3, before);
	db_bind_text(&q, 4, after);
	return db_run(&q, e);
}
