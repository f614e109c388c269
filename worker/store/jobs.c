/* Jobs: their states, and their rows one by one. */

#include "store/jobs.h"

#include "base/clock.h"
#include "store/driver.h"
#include "store/job_rows.h"

static const char *const names[] = {
#define X(id, name) [JOB_##id] = name,
	JOB_STATES(X)
#undef X
};

#define TO(id) (1u << JOB_##id)

/* Where each state may lead.  A job that runs is taken up by another when the
 * one who ran it has died. */
static const unsigned leads_to[] = {
	[JOB_QUEUED] = TO(RUNNING) | TO(FAILED) | TO(CANCELED),
	[JOB_RUNNING] =
	    TO(RUNNING) | TO(QUEUED) | TO(DONE) | TO(FAILED) | TO(CANCELED),
	[JOB_DONE] = 0,
	[JOB_FAILED] = 0,
	[JOB_CANCELED] = 0,
};

const char *
job_state_name(enum job_state s)
{
	return names[s];
}

bool
job_state_parse(struct str name, enum job_state *out)
{
	for (int s = 0; s < JOB_STATE_COUNT; s++) {
		if (str_is(name, names[s])) {
			*out = (enum job_state)s;
			return true;
		}
	}
	return false;
}

bool
job_is_finished(const struct job *j)
{
	return leads_to[j->state] == 0;
}

int
job_move(struct job *j, enum job_state to, const char *worker, int64_t lease_us,
    struct err *e)
{
	int64_t now_us = clock_wall_us();

	if ((leads_to[j->state] & 1u << to) == 0)
		return err_set(
		    e, ERR_CONFLICT, "the job is %s already", names[j->state]);
	j->state = to;
	j->lease_us = lease_us;
	if (worker != NULL)
		j->worker = worker;
	if (to == JOB_RUNNING) {
		j->attempts++;
		if (j->started_us == 0)
			j->started_us = now_us;
	}
	if (job_is_finished(j))
		j->finished_us = now_us;
	return 0;
}

/* --- rows ---------------------------------------------------------------- */

void
job_read(const struct db_query *q, struct job *j)
{
	*j = (struct job){
		.owner = { db_get_uuid(q, 0), db_get_uuid(q, 1) },
		.id = db_get_uuid(q, 2),
		.kind = db_get_text(q, 3),
		.input = db_get_text(q, 5),
		.node = db_get_text(q, 6),
		.worker = db_get_text(q, 7),
		.lease_us = db_get_time(q, 8),
		.attempts = (int)db_get_int(q, 9),
		.cancel_wanted = db_get_bool(q, 10),
		.items_done = db_get_int(q, 11),
		.items_all = db_get_int(q, 12),
		.result = db_get_text(q, 13),
		.error = db_get_text(q, 14),
		.revision = db_get_int(q, 15),
		.created_us = db_get_time(q, 16),
		.started_us = db_get_time(q, 17),
		.finished_us = db_get_time(q, 18),
	};
	/* What a newer program may have written is nothing to run. */
	if (!job_state_parse(str_of(db_get_text(q, 4)), &j->state))
		j->state = JOB_FAILED;
}

int
jobs_get(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct job *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_job_get);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	job_read(&q, out);
	return 1;
}

static size_t
read_all(struct db_query *q, struct job **list_r)
{
	*list_r = arena_many(q->arena, q->n_rows, struct job);
	for (size_t i = 0; db_next(q); i++)
		job_read(q, &(*list_r)[i]);
	return q->n_rows;
}

int
jobs_running_on(struct db *db, struct arena *a, const char *node,
    struct job **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_job_list_of_node);
	db_bind_time(&q, 1, clock_wall_us());
	db_bind_text(&q, 2, arena_printf(a, "%s/%%", node));
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = read_all(&q, list_r);
	return 0;
}

int
jobs_list(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *before, unsigned limit, struct job **list_r, size_t *n_r,
    struct err *e)
{
	struct uuid last;
	struct db_query q;

	memset(&last, 0xff, sizeof(last));
	db_query_init(&q, db, a, Q_job_list);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, before != NULL ? before : &last);
	db_bind_int(&q, 4, limit);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = read_all(&q, list_r);
	return 0;
}

int
jobs_items(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct job_item **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_job_item_list);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct job_item);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++) {
		(*list_r)[i] = (struct job_item){
			.position = (int)db_get_int(&q, 0),
			.name = db_get_text(&q, 1),
			.size = db_get_int(&q, 2),
			.state = db_get_text(&q, 3),
			.result = db_get_text(&q, 4),
		};
	}
	return 0;
}

static void
bind_json(struct db_query *q, unsigned n, const char *json)
{
	db_bind_text(q, n, json != NULL && json[0] != '\0' ? json : NULL);
}

static void
bind_instant(struct db_query *q, unsigned n, int64_t us)
{
	if (us != 0)
		db_bind_time(q, n, us);
	else
		db_bind_null(q, n);
}

int
jobs_save(struct db *db, struct arena *a, struct job *j, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_job_save);
	owner_bind(&q, &j->owner);
	db_bind_uuid(&q, 3, &j->id);
	db_bind_int(&q, 4, j->revision);
	db_bind_text(&q, 5, job_state_name(j->state));
	db_bind_text(&q, 6, j->worker);
	db_bind_time(&q, 7, j->lease_us);
	db_bind_int(&q, 8, j->attempts);
	db_bind_bool(&q, 9, j->cancel_wanted);
	db_bind_int(&q, 10, j->items_done);
	bind_json(&q, 11, j->result);
	bind_json(&q, 12, j->error);
	bind_instant(&q, 13, j->started_us);
	bind_instant(&q, 14, j->finished_us);
	db_bind_bool(
	    &q, 15, strcmp(j->kind, JOB_MAIL) == 0 && job_is_finished(j));
	if (db_run(&q, e) < 0)
		return -1;
	j->revision += q.changed > 0;
	return q.changed > 0;
}

int
jobs_item_done(struct db *db, struct arena *a, const struct job *j,
    const struct job_item *item, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_job_item_done);
	owner_bind(&q, &j->owner);
	db_bind_uuid(&q, 3, &j->id);
	db_bind_int(&q, 4, item->position);
	db_bind_text(&q, 5, item->state);
	bind_json(&q, 6, item->result);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

/* --- queueing ------------------------------------------------------------ */

struct insertion {
	struct arena *arena;
	struct job *job;
	const struct job_item *items;
	size_t n;
	int64_t max_open;
};

static int
insert_item(struct db *tx, const struct insertion *w, size_t at, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, w->arena, Q_job_item_insert);
	owner_bind(&q, &w->job->owner);
	db_bind_uuid(&q, 3, &w->job->id);
	db_bind_int(&q, 4, (int64_t)at);
	db_bind_text(&q, 5, w->items[at].name);
	db_bind_int(&q, 6, w->items[at].size);
	db_bind_text(&q, 7, JOB_ITEM_WAITING);
	return db_run(&q, e);
}

int
jobs_may_queue(struct db *db, struct arena *a, const struct owner *o,
    int64_t max_open, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_job_open_count);
	owner_bind(&q, o);
	if (db_run(&q, e) < 0 || !db_next(&q))
		return -1;
	if (db_get_int(&q, 0) >= max_open)
		return err_set(e, ERR_LIMITED,
		    "%lld jobs are under way; wait for one to end",
		    (long long)db_get_int(&q, 0));
	return 0;
}

static int
insert_job(struct db *tx, void *arg, struct err *e)
{
	const struct insertion *w = arg;
	const struct job *j = w->job;
	struct db_query q;

	if (jobs_may_queue(tx, w->arena, &j->owner, w->max_open, e) < 0)
		return -1;
	db_query_init(&q, tx, w->arena, Q_job_insert);
	owner_bind(&q, &j->owner);
	db_bind_uuid(&q, 3, &j->id);
	db_bind_text(&q, 4, j->kind);
	db_bind_text(&q, 5, job_state_name(j->state));
	bind_json(&q, 6, j->input);
	db_bind_text(&q, 7, j->node);
	db_bind_time(&q, 8, j->created_us);
	db_bind_int(&q, 9, j->items_all);
	if (db_run(&q, e) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		if (insert_item(tx, w, i, e) < 0)
			return -1;
	}
	return 0;
}

int
jobs_insert(struct db *db, struct arena *a, struct job *j,
    const struct job_item *items, size_t n, int64_t max_open, struct err *e)
{
	struct insertion w = { a, j, items, n, max_open };

	if (uuid_is_zero(&j->id))
		j->id = uuid_new();
	j->state = JOB_QUEUED;
	j->items_all = MAX(j->items_all, (int64_t)n);
	j->revision = 1;
	j->created_us = j->lease_us = clock_wall_us();
	return db_atomically(db, insert_job, &w, e);
}
