/* What accounts leave behind. */

#include "store/account_sweep.h"

#include "base/clock.h"

/* A link says for a while that it was used or is too old. */
#define LINK_KEPT_US (INT64_C(7) * 86400 * 1000000)
/* Whoever asks with the token of a login is told that it has expired. */
#define LOGIN_KEPT_US (INT64_C(3600) * 1000000)

static int
purge(struct db *db, enum query_id query, int64_t before_us, bool is_number,
    struct err *e)
{
	struct arena *a = arena_new();
	struct db_query q;
	int rc;

	db_query_init(&q, db, a, query);
	if (is_number)
		db_bind_int(&q, 1, before_us);
	else
		db_bind_time(&q, 1, before_us);
	rc = db_run(&q, e);
	arena_free(&a);
	return rc;
}

int
account_sweep(struct db *db, struct err *e)
{
	int64_t now_us = clock_wall_us();

	if (purge(db, Q_session_purge, now_us, false, e) < 0 ||
	    purge(db, Q_link_purge, now_us - LINK_KEPT_US, false, e) < 0 ||
	    purge(db, Q_token_purge, now_us - LOGIN_KEPT_US, false, e) < 0)
		return -1;
	return purge(db, Q_failure_purge, now_us, true, e);
}
