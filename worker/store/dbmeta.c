/* Facts about the database as a whole. */

#include "store/dbmeta.h"

#include "base/clock.h"

int
meta_auth_epoch(struct db *db, struct arena *a, int64_t *epoch_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_meta_number);
	db_bind_text(&q, 1, "auth_epoch");
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return err_set(e, ERR_INTERNAL,
		    "the database has lost its revocation epoch");
	*epoch_r = db_get_int(&q, 0);
	return 0;
}

int
meta_bump_auth_epoch(struct db *db, struct arena *a, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_meta_bump);
	db_bind_text(&q, 1, "auth_epoch");
	return db_run(&q, e);
}

int
meta_want_scrub(struct db *tx, struct arena *a, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_meta_set_number);
	db_bind_text(&q, 1, "scrub_wanted");
	db_bind_int(&q, 2, clock_wall_us());
	return db_run(&q, e);
}

int
meta_scrub_wanted(
    struct db *db, struct arena *a, int64_t *mark_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_meta_number);
	db_bind_text(&q, 1, "scrub_wanted");
	if (db_run(&q, e) < 0)
		return -1;
	*mark_r = db_next(&q) ? db_get_int(&q, 0) : 0;
	return 0;
}

int
meta_scrubbed(struct db *db, struct arena *a, int64_t mark, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_meta_swap_number);
	db_bind_text(&q, 1, "scrub_wanted");
	db_bind_int(&q, 2, 0);
	db_bind_int(&q, 3, mark);
	return db_run(&q, e);
}

int
meta_key_check(struct db *db, struct arena *a, struct str *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_meta_bytes);
	db_bind_text(&q, 1, "key_check");
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*out = db_get_bytes(&q, 0);
	return 1;
}

int
meta_set_key_check(
    struct db *db, struct arena *a, struct str value, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_meta_set_bytes);
	db_bind_text(&q, 1, "key_check");
	db_bind_bytes(&q, 2, value);
	return db_run(&q, e);
}

int
meta_swap_key_check(struct db *db, struct arena *a, struct str before,
    struct str after, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_meta_swap_bytes);
	db_bind_text(&q, 1, "key_check");
	db_bind_bytes(&q, 2, after);
	db_bind_bytes(&q, 3, before);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0 ? 0
			     : err_set(e, ERR_CONFLICT,
				   "the master key was changed meanwhile");
}
