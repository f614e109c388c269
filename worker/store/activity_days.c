/* Activities summed by day. */

#include "store/activity_days.h"

#include "store/driver.h"
#include "store/recordings.h"

int
activity_days_loads(struct db *db, struct arena *a, const struct owner *o,
    int32_t from_day, const char *provider, struct day_loads **list_r,
    size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_day_loads);
	owner_bind(&q, o);
	db_bind_day(&q, 3, from_day);
	db_bind_text(&q, 4, provider != NULL ? provider : "");
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct day_loads);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++) {
		(*list_r)[i] = (struct day_loads){
			.day = db_get_day(&q, 0),
			.activities = db_get_int(&q, 1),
			.loads = db_get_int(&q, 2),
			.load = db_get_float(&q, 3),
		};
	}
	return 0;
}

int
activity_days_first(struct db *db, struct arena *a, const struct owner *o,
    const char *provider, int32_t *day_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_day_first);
	owner_bind(&q, o);
	db_bind_text(&q, 3, provider != NULL ? provider : "");
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*day_r = db_get_day(&q, 0);
	return 1;
}

int
activity_sums(struct db *db, struct arena *a, const struct owner *o,
    struct activity_sum **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_sum_list);
	owner_bind(&q, o);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct activity_sum);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++) {
		(*list_r)[i] = (struct activity_sum){
			.provider = db_get_text(&q, 0),
			.sport = db_get_text(&q, 1),
			.method = db_get_text(&q, 2),
			.activities = db_get_int(&q, 3),
			.loads = db_get_int(&q, 4),
		};
	}
	return 0;
}

static bool
matches(const struct activity_sum *sum, const struct activity_filter *f)
{
	return (f->sport < 0 ||
		   strcmp(sum->sport,
		       sport_type_name((enum sport_type)f->sport)) == 0) &&
	       (f->provider == NULL || strcmp(sum->provider, f->provider) == 0);
}

static int
count_all_days(struct db *db, struct arena *a, const struct owner *o,
    const struct activity_filter *f, int64_t *n_r, struct err *e)
{
	struct activity_sum *list;
	size_t n;

	if (activity_sums(db, a, o, &list, &n, e) < 0)
		return -1;
	*n_r = 0;
	for (size_t i = 0; i < n; i++) {
		if (matches(&list[i], f))
			*n_r += list[i].activities;
	}
	return 0;
}

int
activity_sums_total(struct db *db, struct arena *a, const struct owner *o,
    int64_t *n_r, struct err *e)
{
	struct activity_filter all;

	activity_filter_init(&all);
	return count_all_days(db, a, o, &all, n_r, e);
}

int
activity_days_count(struct db *db, struct arena *a, const struct owner *o,
    const struct activity_filter *f, int64_t *n_r, struct err *e)
{
	struct db_query q;

	if (f->from_day == INT32_MIN && f->to_day == INT32_MAX)
		return count_all_days(db, a, o, f, n_r, e) < 0 ? -1 : 1;
	if (f->sport >= 0)
		return 0;
	db_query_init(&q, db, a, Q_day_count);
	owner_bind(&q, o);
	db_bind_day(&q, 3, f->from_day);
	db_bind_day(&q, 4, f->to_day);
	db_bind_text(&q, 5, f->provider != NULL ? f->provider : "");
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = db_next(&q) ? db_get_int(&q, 0) : 0;
	return 1;
}

static int
run_on_day(struct db *tx, struct arena *a, const struct owner *o,
    enum query_id id, int32_t day, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, id);
	owner_bind(&q, o);
	db_bind_day(&q, 3, day);
	return db_run(&q, e);
}

int
activity_days_refresh(struct db *tx, struct arena *a, const struct owner *o,
    int32_t day, struct err *e)
{
	if (recordings_lock(tx, a, o, e) < 0 ||
	    run_on_day(tx, a, o, Q_day_clear, day, e) < 0 ||
	    run_on_day(tx, a, o, Q_day_fill, day, e) < 0)
		return -1;
	return activity_totals_refresh(tx, a, o, day, e);
}

static int
run_on_activity(struct db *tx, struct arena *a, const struct owner *o,
    enum query_id query, const struct uuid *id, struct err *e)
{
	struct db_query q;

	if (recordings_lock(tx, a, o, e) < 0)
		return -1;
	db_query_init(&q, tx, a, query);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	return db_run(&q, e);
}

int
activity_sums_subtract(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	return run_on_activity(tx, a, o, Q_sum_subtract, id, e);
}

int
activity_sums_add(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	return run_on_activity(tx, a, o, Q_sum_add, id, e);
}

int
activity_days_of(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *id, int32_t *day_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_day_of_activity);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*day_r = db_get_day(&q, 0);
	return 1;
}
