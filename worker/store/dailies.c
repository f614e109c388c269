/* Measurements of days. */

#include "store/dailies.h"

#include "model/value.h"
#include "store/driver.h"

struct batch {
	struct arena *arena;
	const struct owner *owner;
	const struct daily *list;
	size_t n;
	const char *source;
};

static int
put_all(struct db *tx, void *arg, struct err *e)
{
	const struct batch *b = arg;

	for (size_t i = 0; i < b->n; i++) {
		bool restricted = value_is_restricted(b->list[i].value);
		struct db_query q;

		db_query_init(&q, tx, b->arena, Q_daily_put);
		owner_bind(&q, b->owner);
		db_bind_text(&q, 3, daily_name(b->list[i].kind));
		db_bind_day(&q, 4, b->list[i].day);
		db_bind_float(&q, 5, restricted ? 0 : b->list[i].value);
		db_bind_text(&q, 6, b->source);
		db_bind_bool(&q, 7, restricted);
		if (db_run(&q, e) < 0)
			return -1;
	}
	return 0;
}

int
dailies_put(struct db *db, struct arena *a, const struct owner *o,
    const struct daily *list, size_t n, const char *source, struct err *e)
{
	struct batch b = { a, o, list, n, source };

	return n > 0 ? db_atomically(db, put_all, &b, e) : 0;
}

static struct daily
read_daily(const struct db_query *q, enum daily_kind kind)
{
	return (struct daily){
		.day = db_get_day(q, 0),
		.kind = kind,
		.value =
		    db_get_bool(q, 3) ? value_restricted() : db_get_float(q, 1),
		.source = db_get_text(q, 2),
	};
}

struct daily_rows {
	struct daily *list;
	size_t n;
	size_t cap;
};

static void
add_rows(struct arena *a, struct daily_rows *rows, struct db_query *q,
    enum daily_kind kind)
{
	if (rows->n + q->n_rows > rows->cap) {
		size_t cap = 2 * rows->cap + q->n_rows;
		struct daily *list = arena_many(a, cap, struct daily);

		if (rows->n > 0)
			memcpy(list, rows->list, rows->n * sizeof(*list));
		rows->list = list;
		rows->cap = cap;
	}
	while (db_next(q))
		rows->list[rows->n++] = read_daily(q, kind);
}

int
dailies_range(struct db *db, struct arena *a, const struct owner *o,
    uint32_t kinds, int32_t from_day, int32_t to_day, struct daily **list_r,
    size_t *n_r, struct err *e)
{
	struct daily_rows rows = { NULL, 0, 0 };

	for (unsigned kind = 0; kind < DAILY_KIND_COUNT; kind++) {
		struct db_query q;

		if ((kinds & 1u << kind) == 0)
			continue;
		db_query_init(&q, db, a, Q_daily_range);
		owner_bind(&q, o);
		db_bind_text(&q, 3, daily_name(kind));
		db_bind_day(&q, 4, from_day);
		db_bind_day(&q, 5, to_day);
		if (db_run(&q, e) < 0)
			return -1;
		add_rows(a, &rows, &q, kind);
	}
	*list_r = rows.list;
	*n_r = rows.n;
	return 0;
}

int
dailies_latest(struct db *db, struct arena *a, const struct owner *o,
    enum daily_kind kind, int32_t day, struct daily *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_daily_latest);
	owner_bind(&q, o);
	db_bind_text(&q, 3, daily_name(kind));
	db_bind_day(&q, 4, day);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*out = read_daily(&q, kind);
	return 1;
}

int
dailies_page(struct db *db, struct arena *a, const struct owner *o,
    enum daily_kind kind, int32_t before_day, unsigned limit,
    struct daily **list_r, size_t *n_r, struct err *e)
{
	struct daily_rows rows = { NULL, 0, 0 };
	struct db_query q;

	db_query_init(&q, db, a, Q_daily_page);
	owner_bind(&q, o);
	db_bind_text(&q, 3, daily_name(kind));
	db_bind_day(&q, 4, before_day);
	db_bind_int(&q, 5, limit);
	if (db_run(&q, e) < 0)
		return -1;
	add_rows(a, &rows, &q, kind);
	*list_r = rows.list;
	*n_r = rows.n;
	return 0;
}
