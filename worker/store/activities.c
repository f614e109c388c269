/* Activities: writing, and reading one. */

#include "store/activities.h"

#include "base/buf.h"
#include "base/clock.h"
#include "loop/fiber.h"
#include "model/summary.h"
#include "store/activity_days.h"
#include "store/activity_rows.h"
#include "store/driver.h"

struct insertion {
	struct arena *arena;
	const struct owner *owner;
	struct activity *act;
	const struct stored_load *load;
	bool inserted;
};

static const struct stored_load no_load = {
	.value = VALUE_MISSING,
	.method = "",
	.intensity_factor = VALUE_MISSING,
};

static const char *
restricted_of(struct arena *a, const struct summary *s)
{
	struct buf names = BUF_INIT;
	const char *text;

	summary_format_restricted(&names, s);
	text = arena_strndup(a, names.p != NULL ? names.p : "", names.n);
	buf_free(&names);
	return text;
}

static int
insert_row(struct db *tx, struct insertion *w, struct err *e)
{
	const struct activity *act = w->act;
	const struct stored_load *load = w->load != NULL ? w->load : &no_load;
	struct db_query q;
	unsigned n;

	db_query_init(&q, tx, w->arena, Q_activity_insert);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &act->id);
	db_bind_text(&q, 4, act->provider);
	db_bind_text(&q, 5, act->external_id);
	db_bind_text(&q, 6, act->name);
	db_bind_text(&q, 7, act->device);
	db_bind_text(&q, 8, sport_type_name(act->sport));
	db_bind_time(&q, 9, act->start_us);
	db_bind_int(&q, 10, act->utc_offset_s);
	db_bind_day(&q, 11, act->local_day);
	db_bind_float(&q, 12, act->start_latitude_deg);
	db_bind_float(&q, 13, act->start_longitude_deg);
	db_bind_float(&q, 14, act->rpe);
	n = summary_bind(&q, 15, &act->sum);
	db_bind_float(&q, n, load->value);
	db_bind_text(&q, n + 1, load->method);
	db_bind_float(&q, n + 2, load->intensity_factor);
	db_bind_int(&q, n + 3, load->key);
	db_bind_time(&q, n + 4, clock_wall_us());
	db_bind_text(&q, n + 5, act->gear);
	db_bind_text(&q, n + 6, restricted_of(w->arena, &act->sum));
	if (db_run(&q, e) < 0)
		return -1;
	w->inserted = q.changed > 0;
	return 0;
}

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
insert_lap(struct db *tx, struct insertion *w, size_t at, struct err *e)
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
	db_bind_text(&q, n, restricted_of(w->arena, sum));
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
insert_streams(struct db *tx, struct insertion *w, struct err *e)
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
insert_beats(struct db *tx, struct insertion *w, struct err *e)
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

static int
insert_content(struct db *tx, struct insertion *w, struct err *e)
{
	const struct activity *act = w->act;

	for (size_t i = 0; i < act->n_laps; i++) {
		if (insert_lap(tx, w, i, e) < 0)
			return -1;
	}
	if (act->streams != NULL && act->streams->n > 0 &&
	    insert_streams(tx, w, e) < 0)
		return -1;
	if (act->beats != NULL && insert_beats(tx, w, e) < 0)
		return -1;
	if (activity_sums_add(tx, w->arena, w->owner, &act->id, e) < 0)
		return -1;
	return activity_days_refresh(tx, w->arena, w->owner, act->local_day, e);
}

static int
insert_activity(struct db *tx, void *arg, struct err *e)
{
	struct insertion *w = arg;
	struct activity *act = w->act;

	if (insert_row(tx, w, e) < 0)
		return -1;
	if (!w->inserted)
		return activities_exists(tx, w->arena, w->owner, act->provider,
			   act->external_id, &act->id, e) < 0
			   ? -1
			   : 0;
	return insert_content(tx, w, e);
}

int
activities_insert(struct db *db, struct arena *a, const struct owner *o,
    struct activity *act, const struct stored_load *load, struct err *e)
{
	struct insertion w = { a, o, act, load, false };

	if (uuid_is_zero(&act->id))
		act->id = uuid_new();
	if (db_atomically(db, insert_activity, &w, e) < 0)
		return -1;
	return w.inserted;
}

int
activities_exists(struct db *db, struct arena *a, const struct owner *o,
    const char *provider, const char *external_id, struct uuid *id_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_activity_find);
	owner_bind(&q, o);
	db_bind_text(&q, 3, provider);
	db_bind_text(&q, 4, external_id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	if (id_r != NULL)
		*id_r = db_get_uuid(&q, 0);
	return 1;
}

int
activities_get(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct stored_activity *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_activity_get);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	stored_activity_read(&q, out);
	return 1;
}

int
activities_read_laps(struct db *db, struct arena *a, const struct owner *o,
    struct activity *act, struct err *e)
{
	struct db_query q;
	unsigned col;

	db_query_init(&q, db, a, Q_lap_list);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, &act->id);
	if (db_run(&q, e) < 0)
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

	db_query_init(&q, db, a, Q_streams_exist);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
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
	db_query_init(&q, db, a, Q_streams_get);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, &act->id);
	if (db_run(&q, e) < 0)
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
	db_query_init(&q, db, a, Q_beats_get);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, &act->id);
	if (db_run(&q, e) < 0)
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

struct editing {
	struct arena *arena;
	const struct owner *owner;
	const struct stored_activity *sa;
	bool done;
};

static int
edit_activity(struct db *tx, void *arg, struct err *e)
{
	struct editing *w = arg;
	const struct activity *act = &w->sa->activity;
	struct db_query q;

	db_query_init(&q, tx, w->arena, Q_activity_edit);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &act->id);
	db_bind_text(&q, 4, act->name);
	db_bind_float(&q, 5, act->rpe);
	db_bind_text(&q, 6, sport_type_name(act->sport));
	db_bind_text(&q, 7, edits_format(w->sa->edited));
	if (activity_sums_subtract(tx, w->arena, w->owner, &act->id, e) < 0 ||
	    db_run(&q, e) < 0)
		return -1;
	w->done = q.changed > 0;
	if (activity_sums_add(tx, w->arena, w->owner, &act->id, e) < 0)
		return -1;
	return activity_days_refresh(tx, w->arena, w->owner, act->local_day, e);
}

int
activities_edit(struct db *db, struct arena *a, const struct owner *o,
    const struct stored_activity *sa, struct err *e)
{
	struct editing w = { a, o, sa, false };

	if (db_atomically(db, edit_activity, &w, e) < 0)
		return -1;
	return w.done;
}

static int
clear(struct db *tx, struct insertion *w, enum query_id id, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, w->arena, id);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &w->act->id);
	return db_run(&q, e);
}

static int
replace_row(struct db *tx, struct insertion *w,
    const struct stored_activity *sa, struct err *e)
{
	const struct activity *act = &sa->activity;
	struct db_query q;
	unsigned n;

	db_query_init(&q, tx, w->arena, Q_activity_replace);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &act->id);
	db_bind_text(&q, 4, act->name);
	db_bind_text(&q, 5, act->device);
	db_bind_text(&q, 6, sport_type_name(act->sport));
	db_bind_time(&q, 7, act->start_us);
	db_bind_int(&q, 8, act->utc_offset_s);
	db_bind_day(&q, 9, act->local_day);
	db_bind_float(&q, 10, act->start_latitude_deg);
	db_bind_float(&q, 11, act->start_longitude_deg);
	db_bind_float(&q, 12, act->rpe);
	n = summary_bind(&q, 13, &act->sum);
	db_bind_text(&q, n, act->gear);
	db_bind_text(&q, n + 1, restricted_of(w->arena, &act->sum));
	db_bind_text(&q, n + 2, edits_format(sa->edited));
	db_bind_int(&q, n + 3, sa->recordings);
	db_bind_bool(&q, n + 4, sa->kept_apart);
	return db_run(&q, e);
}

int
activities_replace(struct db *tx, struct arena *a, const struct owner *o,
    const struct stored_activity *sa, struct err *e)
{
	struct activity act = sa->activity;
	struct insertion w = { a, o, &act, NULL, false };
	int32_t day = act.local_day;

	if (activity_days_of(tx, a, o, &act.id, &day, e) < 0 ||
	    activity_sums_subtract(tx, a, o, &act.id, e) < 0 ||
	    replace_row(tx, &w, sa, e) < 0 ||
	    clear(tx, &w, Q_lap_clear, e) < 0 ||
	    clear(tx, &w, Q_streams_clear, e) < 0 ||
	    clear(tx, &w, Q_beats_clear, e) < 0 ||
	    insert_content(tx, &w, e) < 0)
		return -1;
	return day != act.local_day ? activity_days_refresh(tx, a, o, day, e)
				    : 0;
}

struct deletion {
	struct arena *arena;
	const struct owner *owner;
	const struct uuid *id;
	bool done;
};

static int
delete_activity(struct db *tx, void *arg, struct err *e)
{
	struct deletion *d = arg;
	struct db_query q;
	int32_t day;
	int rc = activity_days_of(tx, d->arena, d->owner, d->id, &day, e);

	if (rc <= 0)
		return rc;
	if (activity_sums_subtract(tx, d->arena, d->owner, d->id, e) < 0)
		return -1;
	db_query_init(&q, tx, d->arena, Q_import_forget_activity);
	owner_bind(&q, d->owner);
	db_bind_uuid(&q, 3, d->id);
	if (db_run(&q, e) < 0)
		return -1;
	db_query_init(&q, tx, d->arena, Q_activity_delete);
	owner_bind(&q, d->owner);
	db_bind_uuid(&q, 3, d->id);
	if (db_run(&q, e) < 0)
		return -1;
	d->done = q.changed > 0;
	return activity_days_refresh(tx, d->arena, d->owner, day, e);
}

int
activities_delete(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct deletion d = { a, o, id, false };

	if (db_atomically(db, delete_activity, &d, e) < 0)
		return -1;
	return d.done;
}
