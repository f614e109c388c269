/* What hangs on an activity's row: laps, samples, heart beats. */

#include "base/buf.h"
#include "loop/fiber.h"
#include "model/summary.h"
#include "store/activity_rows.h"

struct content {
	struct arena *arena;
	const struct owner *owner;
	const struct activity *act;
};

/* Run one of the queries of an activity that take nothing but its id. */
static int
run_of(struct db_query *q, struct db *db, struct arena *a, enum query_id query,
    const struct owner *o, const struct uuid *id, struct err *e)
{
	db_query_init(q, db, a, query);
	owner_bind(q, o);
	db_bind_uuid(q, 3, id);
	return db_run(q, e);
}

/* --- writing ------------------------------------------------------------- */

static void
bind_what(struct db_query *q, unsigned n, const struct lap_what *what)
{
	db_bind_text(q, n, lap_kind_name(what->kind));
	db_bind_text(q, n + 1, what->name != NULL ? what->name : "");
	db_bind_text(q, n + 2, what->target != NULL ? what->target : "");
	db_bind_int(q, n + 3, what->repetitions);
	db_bind_float(
	    q, n + 4, what->weight_kg > 0 ? what->weight_kg : VALUE_MISSING);
}

static int
insert_lap(struct db *tx, const struct content *w, size_t at, struct err *e)
{
	const struct summary *sum = &w->act->laps[at].sum;
	struct db_query q;
	unsigned n;

	db_query_init(&q, tx, w->arena, Q_lap_insert);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &w->act->id);
	db_bind_int(&q, 4, (int64_t)at);
	db_bind_int(&q, 5, w->act->laps[at].start_s);
	n = summary_bind(&q, 6, sum);
	db_bind_text(&q, n, restricted_format(w->arena, sum));
	bind_what(&q, n + 1, &w->act->laps[at].what);
	return db_run(&q, e);
}

struct encoding {
	const struct streams *streams;
	struct buf bytes;
};

static void
encode_in_thread(void *arg)
{
	struct encoding *x = arg;

	streams_encode(&x->bytes, x->streams);
}

static int
insert_streams(struct db *tx, const struct content *w, struct err *e)
{
	struct encoding x = { w->act->streams, BUF_INIT };
	struct db_query q;
	int rc;

	if (fiber_offload(encode_in_thread, &x, e) < 0)
		return -1;
	db_query_init(&q, tx, w->arena, Q_streams_insert);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &w->act->id);
	db_bind_bytes(&q, 4, buf_str(&x.bytes));
	rc = db_run(&q, e);
	buf_free(&x.bytes);
	return rc;
}

/* A few thousand numbers. */
static int
insert_beats(struct db *tx, const struct content *w, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct db_query q;
	int rc;

	beats_encode(&bytes, w->act->beats);
	db_query_init(&q, tx, w->arena, Q_beats_insert);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &w->act->id);
	db_bind_bytes(&q, 4, buf_str(&bytes));
	rc = db_run(&q, e);
	buf_free(&bytes);
	return rc;
}

int
activity_content_insert(struct db *tx, struct arena *a, const struct owner *o,
    const struct activity *act, struct err *e)
{
	const struct content w = { a, o, act };

	for (size_t i = 0; i < act->n_laps; i++) {
		if (insert_lap(tx, &w, i, e) < 0)
			return -1;
	}
	if (act->streams != NULL && act->streams->n > 0 &&
	    insert_streams(tx, &w, e) < 0)
		return -1;
	return act->beats != NULL ? insert_beats(tx, &w, e) : 0;
}

int
activity_content_clear(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	static const enum query_id queries[] = { Q_lap_clear, Q_streams_clear,
		Q_beats_clear };

	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		struct db_query q;

		if (run_of(&q, tx, a, queries[i], o, id, e) < 0)
			return -1;
	}
	return 0;
}

/* --- reading ------------------------------------------------------------- */

int
activities_read_laps(struct db *db, struct arena *a, const struct owner *o,
    struct activity *act, struct err *e)
{
	struct db_query q;
	unsigned col;

	if (run_of(&q, db, a, Q_lap_list, o, &act->id, e) < 0)
		return -1;
	act->laps = arena_many(a, q.n_rows, struct lap);
	act->n_laps = q.n_rows;
	for (size_t i = 0; db_next(&q); i++) {
		act->laps[i].start_s = (int32_t)db_get_int(&q, 0);
		col = summary_read(&q, 1, &act->laps[i].sum);
		summary_mark_restricted(
		    &act->laps[i].sum, str_of(db_get_text(&q, col)));
		act->laps[i].what = (struct lap_what){
			.kind =
			    lap_kind_parse(str_of(db_get_text(&q, col + 1))),
			.name = db_get_text(&q, col + 2),
			.target = db_get_text(&q, col + 3),
			.repetitions = (int)db_get_int(&q, col + 4),
			.weight_kg = db_get_float(&q, col + 5),
		};
	}
	return 0;
}

struct decoding {
	struct arena *arena;
	struct str bytes;
	struct streams *streams;
	struct err *e;
};

static void
decode_in_thread(void *arg)
{
	struct decoding *d = arg;

	d->streams = streams_decode(d->arena, d->bytes, d->e);
}

int
activities_have_streams(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct db_query q;

	if (run_of(&q, db, a, Q_streams_exist, o, id, e) < 0)
		return -1;
	return db_next(&q);
}

int
activities_read_streams(struct db *db, struct arena *a, const struct owner *o,
    struct activity *act, struct err *e)
{
	struct db_query q;
	struct decoding d = { .arena = a, .e = e };

	act->streams = NULL;
	if (run_of(&q, db, a, Q_streams_get, o, &act->id, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	d.bytes = db_get_bytes(&q, 0);
	if (fiber_offload(decode_in_thread, &d, e) < 0)
		return -1;
	act->streams = d.streams;
	if (act->streams != NULL)
		return 0;
	/* Not the caller's mistake: we wrote these bytes. */
	if (e != NULL)
		e->code = ERR_INTERNAL;
	return err_wrap(e, "samples in the database");
}

int
activities_read_beats(struct db *db, struct arena *a, const struct owner *o,
    struct activity *act, struct err *e)
{
	struct db_query q;

	act->beats = NULL;
	if (run_of(&q, db, a, Q_beats_get, o, &act->id, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	act->beats = beats_decode(a, db_get_bytes(&q, 0), e);
	if (act->beats != NULL)
		return 0;
	if (e != NULL)
		e->code = ERR_INTERNAL;
	return err_wrap(e, "heart beats in the database");
}
