/* Rows of recordings, and an activity with all of them. */

#include "base/clock.h"
#include "loop/fiber.h"
#include "model/merge.h"
#include "model/recording.h"
#include "store/driver.h"
#include "store/recording_group.h"

int
recordings_lock(
    struct db *tx, struct arena *a, const struct owner *o, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_recording_lock);
	owner_bind(&q, o);
	return db_run(&q, e);
}

struct packing {
	const struct activity *act;
	struct buf json, samples, beats;
};

static void
pack_in_thread(void *arg)
{
	struct packing *p = arg;

	recording_write(&p->json, p->act);
	if (p->act->streams != NULL)
		streams_encode(&p->samples, p->act->streams);
	if (p->act->beats != NULL)
		beats_encode(&p->beats, p->act->beats);
}

static void
bind_packed(struct db_query *q, unsigned n, const struct buf *bytes)
{
	if (bytes->n > 0)
		db_bind_bytes(q, n, buf_str(bytes));
	else
		db_bind_null(q, n);
}

static int
insert_packed(const struct recording_tx *w, const struct recording *r,
    const struct uuid *activity, struct packing *p, struct err *e)
{
	const struct activity *act = &r->activity;
	struct buf gives = BUF_INIT;
	struct db_query q;
	int rc;

	parts_format(&gives, r->gives);
	db_query_init(&q, w->tx, w->arena, Q_recording_insert);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &r->id);
	db_bind_uuid(&q, 4, activity);
	db_bind_text(&q, 5, act->provider);
	db_bind_text(&q, 6, act->external_id);
	db_bind_time(&q, 7, act->start_us);
	db_bind_text(&q, 8, sport_type_name(act->sport));
	db_bind_float(&q, 9, act->sum.elapsed_s);
	db_bind_text(&q, 10, buf_cstr(&p->json));
	bind_packed(&q, 11, &p->samples);
	db_bind_text(&q, 12, buf_cstr(&gives));
	db_bind_time(&q, 13, r->created_us);
	bind_packed(&q, 14, &p->beats);
	rc = db_run(&q, e);
	buf_free(&gives);
	return rc;
}

static int
insert(const struct recording_tx *w, const struct recording *r,
    const struct uuid *activity, struct err *e)
{
	struct packing p = { &r->activity, BUF_INIT, BUF_INIT, BUF_INIT };
	int rc = fiber_offload(pack_in_thread, &p, e);

	if (rc == 0)
		rc = insert_packed(w, r, activity, &p, e);
	buf_free(&p.json);
	buf_free(&p.samples);
	buf_free(&p.beats);
	return rc;
}

int
recordings_list(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *activity, struct recording **list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_recording_list);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, activity);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows + 1, struct recording);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++) {
		struct recording *r = &(*list_r)[i];

		if (recording_read(
			a, str_of(db_get_text(&q, 3)), &r->activity, e) < 0) {
			if (e != NULL)
				e->code = ERR_INTERNAL;
			return -1;
		}
		r->id = db_get_uuid(&q, 0);
		r->activity.id = *activity;
		r->activity.provider = db_get_text(&q, 1);
		r->activity.external_id = db_get_text(&q, 2);
		r->gives = parts_parse(str_of(db_get_text(&q, 4)));
		r->created_us = db_get_time(&q, 5);
	}
	return 0;
}

struct unpacking {
	struct arena *arena;
	struct str samples, beats; /* without bytes: there are none */
	struct activity *act;
	int rc;
	struct err *e;
};

static void
unpack_in_thread(void *arg)
{
	struct unpacking *u = arg;
	struct activity *act = u->act;

	if (u->samples.n > 0)
		act->streams = streams_decode(u->arena, u->samples, u->e);
	if (u->beats.n > 0)
		act->beats = beats_decode(u->arena, u->beats, u->e);
	if ((u->samples.n > 0 && act->streams == NULL) ||
	    (u->beats.n > 0 && act->beats == NULL))
		u->rc = -1;
}

static int
read_samples(const struct recording_tx *w, struct recording *r, struct err *e)
{
	struct unpacking u = {
		.arena = w->arena,
		.act = &r->activity,
		.e = e,
	};
	struct db_query q;

	db_query_init(&q, w->tx, w->arena, Q_recording_samples);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &r->id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	u.samples = db_get_bytes(&q, 0);
	u.beats = db_get_bytes(&q, 1);
	if (fiber_offload(unpack_in_thread, &u, e) < 0)
		return -1;
	if (u.rc == 0)
		return 0;
	if (e != NULL)
		e->code = ERR_INTERNAL;
	return err_wrap(e, "samples of a recording in the database");
}

int
recording_run(const struct recording_tx *w, enum query_id id,
    const struct uuid *activity, const struct uuid *other, struct err *e)
{
	struct db_query q;

	db_query_init(&q, w->tx, w->arena, id);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, activity);
	if (other != NULL)
		db_bind_uuid(&q, 4, other);
	return db_run(&q, e);
}

static int
write_gives(
    const struct recording_tx *w, const struct recording *r, struct err *e)
{
	struct buf gives = BUF_INIT;
	struct db_query q;
	int rc;

	parts_format(&gives, r->gives);
	db_query_init(&q, w->tx, w->arena, Q_recording_gives);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &r->id);
	db_bind_text(&q, 4, buf_cstr(&gives));
	rc = db_run(&q, e);
	buf_free(&gives);
	return rc;
}

/* --- an activity with all its recordings --------------------------------- */

/* An activity that has no rows is its one recording. */
static int
read_only_one(
    const struct recording_tx *w, struct recording_group *g, struct err *e)
{
	struct activity *act = &g->stored.activity;

	if (activities_read_laps(w->tx, w->arena, w->owner, act, e) < 0 ||
	    activities_read_streams(w->tx, w->arena, w->owner, act, e) < 0 ||
	    activities_read_beats(w->tx, w->arena, w->owner, act, e) < 0)
		return -1;
	g->list[0] = (struct recording){
		.id = act->id,
		.activity = *act,
		.created_us = clock_wall_us(),
	};
	g->n = 1;
	return 0;
}

/* 1, 0 when there is no such activity, -1. */
int
recording_group_read(const struct recording_tx *w, const struct uuid *id,
    struct recording_group *g, struct err *e)
{
	struct recording *list;
	int rc = activities_get(w->tx, w->arena, w->owner, id, &g->stored, e);

	if (rc <= 0)
		return rc;
	if (recordings_list(
		w->tx, w->arena, w->owner, id, &list, &g->n_stored, e) < 0)
		return -1;
	if (g->n_stored == 0)
		return read_only_one(w, g, e) < 0 ? -1 : 1;
	g->n = MIN(g->n_stored, (size_t)RECORDINGS_MAX);
	for (size_t i = 0; i < g->n; i++) {
		g->list[i] = list[i];
		if (read_samples(w, &g->list[i], e) < 0)
			return -1;
	}
	return 1;
}

struct merging {
	struct arena *arena;
	struct recording_group *group;
	struct activity result;
};

static void
merge_in_thread(void *arg)
{
	struct merging *m = arg;
	struct merge_source from[RECORDINGS_MAX];
	struct recording_group *g = m->group;

	for (size_t i = 0; i < g->n; i++)
		from[i].activity = &g->list[i].activity;
	activity_merge(m->arena, from, g->n, &m->result);
	for (size_t i = 0; i < g->n; i++)
		g->list[i].gives = from[i].gives;
}

void
recording_keep_edits(struct activity *to, const struct stored_activity *before)
{
	if ((before->edited & EDITED_NAME) != 0)
		to->name = before->activity.name;
	if ((before->edited & EDITED_RPE) != 0)
		to->rpe = before->activity.rpe;
	if ((before->edited & EDITED_SPORT) != 0)
		to->sport = before->activity.sport;
}

/* The activity anew from what the group has; rows for those without. */
int
recording_group_write(
    const struct recording_tx *w, struct recording_group *g, struct err *e)
{
	struct merging m = { .arena = w->arena, .group = g };
	const struct activity *before = &g->stored.activity;
	struct stored_activity now = g->stored;

	if (fiber_offload(merge_in_thread, &m, e) < 0)
		return -1;
	recording_keep_edits(&m.result, &g->stored);
	m.result.id = before->id;
	m.result.provider = before->provider;
	m.result.external_id = before->external_id;
	now.activity = m.result;
	now.recordings = (int)g->n;
	now.kept_apart = false;
	for (size_t i = 0; i < g->n; i++) {
		int rc = i < g->n_stored
			     ? write_gives(w, &g->list[i], e)
			     : insert(w, &g->list[i], &before->id, e);

		if (rc < 0)
			return -1;
	}
	return activities_replace(w->tx, w->arena, w->owner, &now, e);
}
