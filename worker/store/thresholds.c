/* Thresholds and the days they hold from. */

#include "store/thresholds.h"

int
thresholds_set(struct db *db, struct arena *a, const struct owner *o,
    const struct threshold *t, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_threshold_set);
	owner_bind(&q, o);
	db_bind_day(&q, 3, t->day);
	db_bind_text(&q, 4, threshold_name(t->kind));
	db_bind_float(&q, 5, t->value);
	db_bind_text(&q, 6, t->source);
	return db_run(&q, e);
}

int
thresholds_remove(struct db *db, struct arena *a, const struct owner *o,
    enum threshold_kind kind, int32_t day, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_threshold_remove);
	owner_bind(&q, o);
	db_bind_day(&q, 3, day);
	db_bind_text(&q, 4, threshold_name(kind));
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

int
thresholds_list(struct db *db, struct arena *a, const struct owner *o,
    struct threshold **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_threshold_list);
	owner_bind(&q, o);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct threshold);
	*n_r = 0;
	while (db_next(&q)) {
		struct threshold *t = &(*list_r)[*n_r];

		t->day = db_get_day(&q, 0);
		t->value = db_get_float(&q, 2);
		t->source = db_get_text(&q, 3);
		/* A kind of a newer program is not ours to judge. */
		if (threshold_parse(str_of(db_get_text(&q, 1)), &t->kind))
			++*n_r;
	}
	return 0;
}
