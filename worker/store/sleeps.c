/* Sleep. */

#include "store/sleeps.h"

#include "base/clock.h"
#include "base/date.h"
#include "store/dailies.h"
#include "store/driver.h"

#define FIRST_NUMBER 10 /* column of the numbers */

static int
read_sleep(struct db_query *q, struct sleep *s, struct err *e)
{
	sleep_init(s);
	s->id = db_get_uuid(q, 0);
	s->provider = db_get_text(q, 1);
	s->external_id = db_get_text(q, 2);
	s->device = db_get_text(q, 3);
	s->start_us = db_get_time(q, 4);
	s->end_us = db_get_time(q, 5);
	s->utc_offset_s = (int32_t)db_get_int(q, 6);
	s->local_day = db_get_day(q, 7);
	for (unsigned n = 0; n < SLEEP_NUMBER_COUNT; n++)
		s->v[n] = db_get_float(q, FIRST_NUMBER + n);
	sleep_mark_restricted(s, str_of(db_get_text(q, 8)));
	if (sleep_stages_parse(q->arena, str_of(db_get_text(q, 9)), s))
		return 0;
	return err_set(e, ERR_INTERNAL, "stages of a sleep in the database");
}

static int
read_all(struct db_query *q, struct sleep **list_r, size_t *n_r, struct err *e)
{
	*list_r = arena_many(q->arena, q->n_rows, struct sleep);
	*n_r = q->n_rows;
	for (size_t i = 0; db_next(q); i++) {
		if (read_sleep(q, &(*list_r)[i], e) < 0)
			return -1;
	}
	return 0;
}

int
sleeps_range(struct db *db, struct arena *a, const struct owner *o,
    int32_t from_day, int32_t to_day, unsigned limit, struct sleep **list_r,
    size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_sleep_range);
	owner_bind(&q, o);
	db_bind_day(&q, 3, from_day);
	db_bind_day(&q, 4, to_day);
	db_bind_int(&q, 5, MIN(limit, (unsigned)SLEEPS_MAX));
	return db_run(&q, e) < 0 ? -1 : read_all(&q, list_r, n_r, e);
}

int
sleeps_page(struct db *db, struct arena *a, const struct owner *o,
    int64_t before_us, unsigned limit, struct sleep **list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_sleep_page);
	owner_bind(&q, o);
	db_bind_time(&q, 3, before_us);
	db_bind_int(&q, 4, MIN(limit, (unsigned)SLEEPS_MAX));
	return db_run(&q, e) < 0 ? -1 : read_all(&q, list_r, n_r, e);
}

int
sleeps_get(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct sleep *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_sleep_get);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	return read_sleep(&q, out, e) < 0 ? -1 : 1;
}

int
sleeps_insert(struct db *db, struct arena *a, const struct owner *o,
    struct sleep *s, struct err *e)
{
	struct buf restricted = BUF_INIT, stages = BUF_INIT;
	struct db_query q;
	int rc;

	if (uuid_is_zero(&s->id))
		s->id = uuid_new();
	sleep_format_restricted(&restricted, s);
	sleep_stages_format(&stages, s);
	db_query_init(&q, db, a, Q_sleep_insert);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, &s->id);
	db_bind_text(&q, 4, s->provider);
	db_bind_text(&q, 5, s->external_id);
	db_bind_text(&q, 6, s->device);
	db_bind_time(&q, 7, s->start_us);
	db_bind_time(&q, 8, s->end_us);
	db_bind_int(&q, 9, s->utc_offset_s);
	db_bind_day(&q, 10, s->local_day);
	db_bind_text(&q, 11, buf_cstr(&restricted));
	db_bind_text(&q, 12, buf_cstr(&stages));
	db_bind_time(&q, 13, clock_wall_us());
	for (unsigned n = 0; n < SLEEP_NUMBER_COUNT; n++)
		db_bind_float(&q, 14 + n, s->v[n]);
	rc = db_run(&q, e);
	buf_free(&restricted);
	buf_free(&stages);
	return rc < 0 ? -1 : q.changed > 0;
}

/* --- one of each --------------------------------------------------------- */

/* Those that may be the same one. */
static int
find_near(struct db *tx, struct arena *a, const struct owner *o,
    const struct sleep *s, struct sleep **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_sleep_near);
	owner_bind(&q, o);
	db_bind_time(&q, 3, s->start_us - SLEEP_MAX_S * DATE_US_PER_SECOND);
	db_bind_time(&q, 4, s->end_us);
	return db_run(&q, e) < 0 ? -1 : read_all(&q, list_r, n_r, e);
}

static int
remove_row(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_sleep_remove);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	return db_run(&q, e);
}

static int
set_daily(struct db *tx, struct arena *a, const struct owner *o,
    const struct daily *d, const char *source, struct err *e)
{
	struct db_query q;

	if (value_has(d->value))
		return dailies_put(tx, a, o, d, 1, source, e);
	db_query_init(&q, tx, a, Q_daily_remove);
	owner_bind(&q, o);
	db_bind_text(&q, 3, daily_name(d->kind));
	db_bind_day(&q, 4, d->day);
	return db_run(&q, e);
}

/* The day's measurements anew from its rows. */
static int
refresh_day(struct db *tx, struct arena *a, const struct owner *o, int32_t day,
    const char *source, struct err *e)
{
	static const enum daily_kind kinds[] = { DAILY_SLEEP_TOTAL,
		DAILY_SLEEP_DEEP, DAILY_SLEEP_REM, DAILY_SLEEP_LIGHT,
		DAILY_SLEEP_AWAKE };
	struct db_query q;

	db_query_init(&q, tx, a, Q_sleep_of_day);
	owner_bind(&q, o);
	db_bind_day(&q, 3, day);
	if (db_run(&q, e) < 0 || !db_next(&q))
		return -1;
	for (unsigned i = 0; i < ARRAY_LEN(kinds); i++) {
		struct daily d = {
			.day = day,
			.kind = kinds[i],
			.value = db_get_float(&q, i),
		};

		if (set_daily(tx, a, o, &d, source, e) < 0)
			return -1;
	}
	return 0;
}

int
sleeps_store(struct db *tx, struct arena *a, const struct owner *o,
    struct sleep *s, struct err *e)
{
	struct sleep *near;
	size_t n;
	int rc;

	if (find_near(tx, a, o, s, &near, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (sleep_same(s, &near[i]) && !sleep_tells_more(s, &near[i]))
			return 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (sleep_same(s, &near[i]) &&
		    (remove_row(tx, a, o, &near[i].id, e) < 0 ||
			(near[i].local_day != s->local_day &&
			    refresh_day(tx, a, o, near[i].local_day,
				near[i].provider, e) < 0)))
			return -1;
	}
	rc = sleeps_insert(tx, a, o, s, e);
	if (rc > 0 && refresh_day(tx, a, o, s->local_day, s->provider, e) < 0)
		return -1;
	return rc;
}
