/* One activity with its laps and the person's thresholds, in one trip. */

#include <stdlib.h>

#include "model/summary.h"
#include "store/activity_rows.h"

/* Of activity_whole, behind those of activity_get. */
enum { COLUMN_RESTRICTED = 32, COLUMN_SEX = 36, COLUMN_PART };
/* Of a lap. */
enum {
	COLUMN_NAME = 3,
	COLUMN_TARGET,
	COLUMN_KIND,
	COLUMN_WEIGHT = 11,
	COLUMN_REPETITIONS = 34
};
enum { PART_ROW, PART_LAP, PART_THRESHOLD };

/* A lap with the number that it is sorted by. */
struct placed_lap {
	int64_t position;
	struct lap lap;
};

struct gathering {
	struct whole_activity *out;
	struct placed_lap *laps;
	size_t n_laps;
	bool found;
};

static void
take_lap(const struct db_query *q, struct gathering *g)
{
	struct placed_lap *p = &g->laps[g->n_laps++];

	p->position = db_get_int(q, 7);
	p->lap.start_s = (int32_t)db_get_int(q, 8);
	summary_read(q, 12, &p->lap.sum);
	summary_mark_restricted(
	    &p->lap.sum, str_of(db_get_text(q, COLUMN_RESTRICTED)));
	p->lap.what = (struct lap_what){
		.kind = lap_kind_parse(str_of(db_get_text(q, COLUMN_KIND))),
		.name = db_get_text(q, COLUMN_NAME),
		.target = db_get_text(q, COLUMN_TARGET),
		.repetitions = (int)db_get_int(q, COLUMN_REPETITIONS),
		.weight_kg = db_get_float(q, COLUMN_WEIGHT),
	};
}

/* A kind of a newer program is not ours to judge. */
static void
take_threshold(const struct db_query *q, struct whole_activity *out)
{
	struct threshold *t = &out->thresholds[out->n_thresholds];

	t->day = db_get_day(q, 8);
	t->value = db_get_float(q, 9);
	t->source = db_get_text(q, 4);
	if (threshold_parse(str_of(db_get_text(q, 3)), &t->kind))
		out->n_thresholds++;
}

static void
take_row(const struct db_query *q, struct gathering *g)
{
	switch (db_get_int(q, COLUMN_PART)) {
	case PART_ROW:
		stored_activity_read(q, &g->out->stored);
		if (!sex_parse(
			str_of(db_get_text(q, COLUMN_SEX)), &g->out->sex))
			g->out->sex = SEX_UNKNOWN;
		g->found = true;
		break;
	case PART_LAP:
		take_lap(q, g);
		break;
	default:
		take_threshold(q, g->out);
	}
}

static int
by_position(const void *a, const void *b)
{
	const struct placed_lap *x = a, *y = b;

	return (x->position > y->position) - (x->position < y->position);
}

/* As the database sorts them: by day and name. */
static int
by_day(const void *a, const void *b)
{
	const struct threshold *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return strcmp(threshold_name(x->kind), threshold_name(y->kind));
}

static void
put_in_order(struct arena *a, struct gathering *g)
{
	struct activity *act = &g->out->stored.activity;

	qsort(g->laps, g->n_laps, sizeof(*g->laps), by_position);
	act->laps = arena_many(a, g->n_laps, struct lap);
	act->n_laps = g->n_laps;
	for (size_t i = 0; i < g->n_laps; i++)
		act->laps[i] = g->laps[i].lap;
	qsort(g->out->thresholds, g->out->n_thresholds,
	    sizeof(*g->out->thresholds), by_day);
}

int
activities_get_whole(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct whole_activity *out, struct err *e)
{
	struct gathering g = { .out = out };
	struct db_query q;

	db_query_init(&q, db, a, Q_activity_whole);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
		return -1;
	out->n_thresholds = 0;
	out->thresholds = arena_many(a, q.n_rows, struct threshold);
	g.laps = arena_many(a, q.n_rows, struct placed_lap);
	while (db_next(&q))
		take_row(&q, &g);
	if (!g.found)
		return 0;
	put_in_order(a, &g);
	return 1;
}
