/* Jobs: who takes them up, and what becomes of those that nobody wants. */

#include "base/clock.h"
#include "store/driver.h"
#include "store/job_rows.h"

#define CANDIDATES 50

struct key {
	struct owner owner;
	struct uuid id;
};

struct candidate {
	struct key key;
	const char *kind;
};

struct claiming {
	struct arena *arena;
	const struct job_claim *c;
	struct candidate *list;
	size_t n;
	struct job *out;
	bool claimed;
};

/* Tenant, user, id and kind of each row. */
static size_t
read_candidates(struct db_query *q, struct candidate **list_r)
{
	*list_r = arena_many(q->arena, q->n_rows, struct candidate);
	for (size_t i = 0; db_next(q); i++)
		(*list_r)[i] = (struct candidate){
			.key = { { db_get_uuid(q, 0), db_get_uuid(q, 1) },
			    db_get_uuid(q, 2) },
			.kind = db_get_text(q, 3),
		};
	return q->n_rows;
}

static int
count(struct db_query *q, int64_t *n_r, struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	*n_r = db_next(q) ? db_get_int(q, 0) : 0;
	return 0;
}

/* Claims of all processes come one after another, so that two of them do not
 * count the same free place. */
static int
take_turn(struct db *tx, struct arena *a, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_meta_bump);
	db_bind_text(&q, 1, "job_claims");
	return db_run(&q, e);
}

static int
node_is_full(struct db *tx, const struct claiming *w, bool mail, struct err *e)
{
	struct db_query q;
	int64_t n;

	db_query_init(&q, tx, w->arena, Q_job_running_on_node);
	db_bind_time(&q, 1, w->c->now_us);
	db_bind_text(&q, 2, arena_printf(w->arena, "%s/%%", w->c->node));
	db_bind_bool(&q, 3, mail);
	if (count(&q, &n, e) < 0)
		return -1;
	return n >= w->c->max_on_node;
}

/* By kind, so that what somebody waits for does not stand behind an import. */
static int
user_is_full(struct db *tx, const struct claiming *w, const struct owner *o,
    const char *kind, struct err *e)
{
	struct db_query q;
	int64_t n;

	db_query_init(&q, tx, w->arena, Q_job_running_of_user);
	owner_bind(&q, o);
	db_bind_time(&q, 3, w->c->now_us);
	db_bind_text(&q, 4, kind);
	if (count(&q, &n, e) < 0)
		return -1;
	return n >= w->c->max_of_user;
}

/* Whether a node has a place for this kind of job: full[1] of mail, full[0] of
 * all else.  Mail waits for no other job of its person. */
static int
has_place(struct db *tx, const struct claiming *w, const bool full[2],
    const struct owner *o, const char *kind, struct err *e)
{
	bool is_mail = strcmp(kind, JOB_MAIL) == 0;
	int rc;

	if (full[is_mail])
		return 0;
	rc = is_mail ? 0 : user_is_full(tx, w, o, kind, e);
	return rc < 0 ? -1 : !rc;
}

static int
look_at_node(
    struct db *tx, const struct claiming *w, bool full_r[2], struct err *e)
{
	for (int mail = 0; mail < 2; mail++) {
		int rc = node_is_full(tx, w, mail, e);

		if (rc < 0)
			return -1;
		full_r[mail] = rc > 0;
	}
	return 0;
}

/* Whether anything could come of a claim, before the turn is taken: that is a
 * write, and work that waits for its place must not cause one a second. */
static int
is_worth_it(struct db *db, struct claiming *w, struct err *e)
{
	bool full[2];

	if (look_at_node(db, w, full, e) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		int rc = has_place(
		    db, w, full, &w->list[i].key.owner, w->list[i].kind, e);

		if (rc != 0)
			return rc;
	}
	return 0;
}

/* 1 it was taken up, 0 it was not or has ended, -1. */
static int
try_one(struct db *tx, struct claiming *w, const bool full[2],
    const struct key *k, struct err *e)
{
	struct job j;
	int rc = jobs_get(tx, w->arena, &k->owner, &k->id, &j, e);

	if (rc <= 0 || job_is_finished(&j) || j.lease_us > w->c->now_us)
		return rc < 0 ? -1 : 0;
	if (j.cancel_wanted) {
		rc = job_move(&j, JOB_CANCELED, NULL, j.lease_us, e);
	} else if (j.attempts >= w->c->max_attempts) {
		j.error = arena_printf(w->arena,
		    "{\"code\":\"INTERNAL\",\"message\":\"given up after %d "
		    "attempts: whoever ran it did not come to its end\"}",
		    j.attempts);
		rc = job_move(&j, JOB_FAILED, NULL, j.lease_us, e);
	} else {
		rc = has_place(tx, w, full, &k->owner, j.kind, e);
		if (rc <= 0)
			return rc;
		rc = job_move(&j, JOB_RUNNING, w->c->worker, w->c->lease_us, e);
	}
	if (rc < 0 || (rc = jobs_save(tx, w->arena, &j, e)) <= 0)
		return rc;
	*w->out = j;
	return j.state == JOB_RUNNING;
}

static int
claim(struct db *tx, void *arg, struct err *e)
{
	struct claiming *w = arg;
	bool full[2];
	int rc;

	w->claimed = false;
	if (take_turn(tx, w->arena, e) < 0 || look_at_node(tx, w, full, e) < 0)
		return -1;
	for (size_t i = 0; i < w->n && !w->claimed; i++) {
		rc = try_one(tx, w, full, &w->list[i].key, e);
		if (rc < 0)
			return -1;
		w->claimed = rc > 0;
	}
	return 0;
}

int
jobs_claim(struct db *db, struct arena *a, const struct job_claim *c,
    struct job *out, struct err *e)
{
	struct claiming w = { .arena = a, .c = c, .out = out };
	struct db_query q;
	int rc;

	db_query_init(&q, db, a, Q_job_due);
	db_bind_time(&q, 1, c->now_us);
	db_bind_text(&q, 2, c->node);
	db_bind_int(&q, 3, CANDIDATES);
	if (db_run(&q, e) < 0)
		return -1;
	w.n = read_candidates(&q, &w.list);
	if (w.n == 0 || (rc = is_worth_it(db, &w, e)) == 0)
		return 0;
	if (rc < 0)
		return -1;
	if (db_write(db, claim, &w, e) < 0)
		return -1;
	return w.claimed;
}

/* --- the keeper's -------------------------------------------------------- */

static int
fail_one(struct db *db, struct arena *a, const struct key *k, struct err *e)
{
	struct job j;
	int rc = jobs_get(db, a, &k->owner, &k->id, &j, e);

	if (rc <= 0 || job_is_finished(&j))
		return rc < 0 ? -1 : 0;
	j.error = "{\"code\":\"UNAVAILABLE\",\"message\":\"the node that has "
		  "what was sent has not come back\"}";
	if (job_move(&j, JOB_FAILED, NULL, j.lease_us, e) < 0)
		return -1;
	return jobs_save(db, a, &j, e);
}

int
jobs_fail_abandoned(struct db *db, struct arena *a, const char *node,
    int64_t before_us, int64_t *n_r, struct err *e)
{
	struct candidate *list;
	struct db_query q;
	size_t n;

	*n_r = 0;
	db_query_init(&q, db, a, Q_job_abandoned);
	db_bind_time(&q, 1, before_us);
	db_bind_text(&q, 2, node);
	db_bind_int(&q, 3, CANDIDATES);
	if (db_run(&q, e) < 0)
		return -1;
	n = read_candidates(&q, &list);
	for (size_t i = 0; i < n; i++) {
		int rc = fail_one(db, a, &list[i].key, e);

		if (rc < 0)
			return -1;
		*n_r += rc;
	}
	return 0;
}

int
jobs_purge(struct db *db, struct arena *a, int64_t before_us, int64_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_job_purge);
	db_bind_time(&q, 1, before_us);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = q.changed;
	return 0;
}

int
jobs_is_open(
    struct db *db, struct arena *a, const struct uuid *id, struct err *e)
{
	struct db_query q;
	struct job j = { .state = JOB_FAILED };

	db_query_init(&q, db, a, Q_job_find_state);
	db_bind_uuid(&q, 1, id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q) ||
	    !job_state_parse(str_of(db_get_text(&q, 0)), &j.state))
		return 0;
	return !job_is_finished(&j);
}
