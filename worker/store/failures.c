/* Failures to sign in. */

#include "store/failures.h"

#include "base/clock.h"

static struct str
id_str(const uint8_t id[FAILURE_ID_BYTES])
{
	return str_make((const char *)id, FAILURE_ID_BYTES);
}

static int
time_left(struct db *db, struct arena *a, const uint8_t id[FAILURE_ID_BYTES],
    int64_t limit_us, int64_t *retry_us_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_failure_get);
	db_bind_bytes(&q, 1, id_str(id));
	if (db_run(&q, e) < 0)
		return -1;
	*retry_us_r = db_next(&q) ? MAX(db_get_int(&q, 0) - limit_us, 0) : 0;
	return 0;
}

int
failures_charge(struct db *db, struct arena *a,
    const uint8_t id[FAILURE_ID_BYTES], const struct failure_rate *r,
    int64_t *retry_us_r, struct err *e)
{
	int64_t now_us = clock_wall_us();
	int64_t limit_us = now_us + r->price_us * (r->burst - 1);
	struct db_query q;

	db_query_init(&q, db, a, Q_failure_charge);
	db_bind_bytes(&q, 1, id_str(id));
	db_bind_int(&q, 2, now_us);
	db_bind_int(&q, 3, now_us + r->price_us);
	db_bind_int(&q, 4, limit_us);
	db_bind_int(&q, 5, r->price_us);
	if (db_run(&q, e) < 0)
		return -1;
	if (q.changed > 0)
		return 1;
	return time_left(db, a, id, limit_us, retry_us_r, e);
}

int
failures_forget(struct db *db, struct arena *a,
    const uint8_t id[FAILURE_ID_BYTES], struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_failure_forget);
	db_bind_bytes(&q, 1, id_str(id));
	return db_run(&q, e);
}
