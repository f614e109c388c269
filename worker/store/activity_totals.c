/* Sums by sport over blocks of days; those of a range are put together from as
 * few blocks as cover it. */

#include <math.h>
#include <stdlib.h>

#include "store/activity_days.h"
#include "store/driver.h"
#include "store/recordings.h"

/* As in migration 19: 2^5 blocks make one of the level above, and block 0
 * begins before any day that there is. */
enum { LEVELS = 3, SHIFT = 5, FIRST_BLOCK_DAY = -1048576 };
/* Days beyond this are nobody's; block numbers fit their column. */
enum { DAY_BOUND = 16000000 };

struct summing {
	struct db *db;
	struct arena *arena;
	const struct owner *owner;
	const char *provider;
	struct sport_totals sport[SPORT_TYPE_COUNT];
};

/* --- adding up ----------------------------------------------------------- */

void
sport_totals_init(struct sport_totals *t, enum sport_type sport)
{
	*t = (struct sport_totals){
		.sport = sport,
		.elapsed_s = VALUE_MISSING,
		.moving_s = VALUE_MISSING,
		.distance_m = VALUE_MISSING,
		.elevation_gain_m = VALUE_MISSING,
		.calories_kcal = VALUE_MISSING,
		.load = VALUE_MISSING,
		.longest_m = VALUE_MISSING,
		.longest_s = VALUE_MISSING,
		.first_day = INT32_MAX,
		.last_day = INT32_MIN,
	};
}

static void
add(double *to, double v)
{
	if (value_has(v))
		*to = value_has(*to) ? *to + v : v;
}

static void
larger(double *to, double v)
{
	if (value_has(v))
		*to = value_has(*to) ? fmax(*to, v) : v;
}

void
sport_totals_add(struct sport_totals *to, const struct sport_totals *t)
{
	to->n += t->n;
	add(&to->elapsed_s, t->elapsed_s);
	add(&to->moving_s, t->moving_s);
	add(&to->distance_m, t->distance_m);
	add(&to->elevation_gain_m, t->elevation_gain_m);
	add(&to->calories_kcal, t->calories_kcal);
	add(&to->load, t->load);
	larger(&to->longest_m, t->longest_m);
	larger(&to->longest_s, t->longest_s);
	to->first_day = MIN(to->first_day, t->first_day);
	to->last_day = MAX(to->last_day, t->last_day);
}

/* --- reading ------------------------------------------------------------- */

static void
read_totals(const struct db_query *q, struct sport_totals *t)
{
	if (!sport_type_parse(str_of(db_get_text(q, 0)), &t->sport))
		t->sport = SPORT_OTHER;
	t->n = db_get_int(q, 1);
	t->elapsed_s = db_get_float(q, 2);
	t->moving_s = db_get_float(q, 3);
	t->distance_m = db_get_float(q, 4);
	t->elevation_gain_m = db_get_float(q, 5);
	t->calories_kcal = db_get_float(q, 6);
	t->load = db_get_float(q, 7);
	t->longest_m = db_get_float(q, 8);
	t->longest_s = db_get_float(q, 9);
	t->first_day = db_get_day(q, 10);
	t->last_day = db_get_day(q, 11);
}

/* Blocks first..last of a level; none when they are in the wrong order. */
static int
add_blocks(
    struct summing *s, int level, int32_t first, int32_t last, struct err *e)
{
	struct sport_totals one;
	struct db_query q;

	if (first > last)
		return 0;
	db_query_init(&q, s->db, s->arena, Q_total_list);
	owner_bind(&q, s->owner);
	db_bind_int(&q, 3, level);
	db_bind_int(&q, 4, first);
	db_bind_int(&q, 5, last);
	db_bind_text(&q, 6, s->provider != NULL ? s->provider : "");
	if (db_run(&q, e) < 0)
		return -1;
	while (db_next(&q)) {
		read_totals(&q, &one);
		sport_totals_add(&s->sport[one.sport], &one);
	}
	return 0;
}

/* What lies in whole blocks of the level above is left to it. */
static int
add_range(struct summing *s, int32_t first, int32_t last, struct err *e)
{
	for (int level = 0; level < LEVELS - 1 && first <= last; level++) {
		int32_t up_first = ((first - 1) >> SHIFT) + 1;
		int32_t up_last = ((last + 1) >> SHIFT) - 1;

		if (up_first > up_last)
			return add_blocks(s, level, first, last, e);
		if (add_blocks(s, level, first, (up_first << SHIFT) - 1, e) <
			0 ||
		    add_blocks(s, level, (up_last + 1) << SHIFT, last, e) < 0)
			return -1;
		first = up_first;
		last = up_last;
	}
	return add_blocks(s, LEVELS - 1, first, last, e);
}

static int32_t
block_of(int32_t day)
{
	return MAX(MIN(day, DAY_BOUND), FIRST_BLOCK_DAY) - FIRST_BLOCK_DAY;
}

static int
more_frequent(const void *a, const void *b)
{
	const struct sport_totals *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(sport_type_name(x->sport), sport_type_name(y->sport));
}

int
activities_totals(struct db *db, struct arena *a, const struct owner *o,
    int32_t from_day, int32_t to_day, const char *provider,
    struct sport_totals **list_r, size_t *n_r, struct err *e)
{
	struct summing s = {
		.db = db, .arena = a, .owner = o, .provider = provider
	};

	for (int i = 0; i < SPORT_TYPE_COUNT; i++)
		sport_totals_init(&s.sport[i], (enum sport_type)i);
	if (add_range(&s, block_of(from_day), block_of(to_day), e) < 0)
		return -1;
	*list_r = arena_many(a, SPORT_TYPE_COUNT, struct sport_totals);
	*n_r = 0;
	for (int i = 0; i < SPORT_TYPE_COUNT; i++) {
		if (s.sport[i].n > 0)
			(*list_r)[(*n_r)++] = s.sport[i];
	}
	qsort(*list_r, *n_r, sizeof(**list_r), more_frequent);
	return 0;
}

/* --- writing ------------------------------------------------------------- */

static int
clear_block(struct db *tx, struct arena *a, const struct owner *o, int level,
    int32_t block, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_total_clear);
	owner_bind(&q, o);
	db_bind_int(&q, 3, level);
	db_bind_int(&q, 4, block);
	return db_run(&q, e);
}

static int
fill_blocks(struct db *tx, struct arena *a, const struct owner *o, int level,
    int32_t first, int32_t last, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_total_fill);
	owner_bind(&q, o);
	db_bind_int(&q, 3, level);
	db_bind_int(&q, 4, first);
	db_bind_int(&q, 5, last);
	return db_run(&q, e);
}

int
activity_totals_refresh(struct db *tx, struct arena *a, const struct owner *o,
    int32_t day, struct err *e)
{
	int32_t block = block_of(day);
	struct db_query q;

	if (clear_block(tx, a, o, 0, block, e) < 0)
		return -1;
	db_query_init(&q, tx, a, Q_total_fill_day);
	owner_bind(&q, o);
	db_bind_day(&q, 3, day);
	if (db_run(&q, e) < 0)
		return -1;
	for (int level = 1; level < LEVELS; level++) {
		block >>= SHIFT;
		if (clear_block(tx, a, o, level, block, e) < 0 ||
		    fill_blocks(tx, a, o, level, block << SHIFT,
			((block + 1) << SHIFT) - 1, e) < 0)
			return -1;
	}
	return 0;
}

struct rebuilding {
	struct arena *arena;
	const struct owner *owner;
	int64_t rows;
};

static int
run_for_owner(
    struct db *tx, struct rebuilding *r, enum query_id id, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, r->arena, id);
	owner_bind(&q, r->owner);
	if (db_run(&q, e) < 0)
		return -1;
	r->rows += q.changed;
	return 0;
}

static int
rebuild(struct db *tx, void *arg, struct err *e)
{
	static const enum query_id forget[] = { Q_day_forget, Q_sum_forget,
		Q_total_forget };
	static const enum query_id fill[] = { Q_day_fill_all, Q_sum_fill_all,
		Q_total_fill_all };
	struct rebuilding *r = arg;

	if (recordings_lock(tx, r->arena, r->owner, e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(forget); i++) {
		if (run_for_owner(tx, r, forget[i], e) < 0)
			return -1;
	}
	r->rows = 0;
	for (size_t i = 0; i < ARRAY_LEN(fill); i++) {
		if (run_for_owner(tx, r, fill[i], e) < 0)
			return -1;
	}
	for (int level = 1; level < LEVELS; level++) {
		if (fill_blocks(
			tx, r->arena, r->owner, level, 0, INT32_MAX, e) < 0)
			return -1;
	}
	return 0;
}

int
activity_sums_rebuild(struct db *db, struct arena *a, const struct owner *o,
    int64_t *rows_r, struct err *e)
{
	struct rebuilding r = { a, o, 0 };

	if (db_atomically(db, rebuild, &r, e) < 0)
		return -1;
	*rows_r = r.rows;
	return 0;
}
