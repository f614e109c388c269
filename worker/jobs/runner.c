#include "jobs/jobs.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "app.h"
#include "auth/accounts.h"
#include "config/conf.h"
#include "events/events.h"
#include "loop/fiber.h"
#include "shm/metrics.h"
#include "shm/shm.h"

#define POLL_MS	      1000
#define COMPLAIN_US   INT64_C(60000000)
#define PROGRESS_US   INT64_C(100000) /* between two notes of progress */
#define AGAIN_US      INT64_C(5000000)
#define SAVE_ATTEMPTS 5

struct jobs {
	const struct app *app;
	const struct conf *conf;
	struct loop *loop;
	struct db *db;
	struct timer poll;
	struct signal_watch due; /* some job is */
	int64_t complained_us;
	unsigned running;
	bool looking;
	bool again; /* look once more */
	bool draining;
	int64_t leave_us; /* then; monotonic */
};

/* A run as the runner sees it. */
struct run {
	struct job_run r;
	struct fiber_mutex lock; /* of the row */
	struct fiber_gate stop;	 /* the keeping of the lease */
	struct fiber_gate stopped;
	int64_t saved_us;
	int64_t told_done; /* what those who listen know */
	enum job_state told_state;
	bool news;	/* that they do not know */
	bool lost;	/* another has the job */
	bool give_back; /* this process leaves */
};

struct kind {
	const char *name;
	int (*run)(struct job_run *r, struct err *e);
	int (*tell)(const struct app *app, struct db *tx, struct arena *a,
	    const struct job *j, struct err *e);
	void (*forget)(const struct conf *conf, const struct uuid *job);
};

static int
run_unknown(struct job_run *r, struct err *e)
{
	return err_set(
	    e, ERR_INTERNAL, "this program knows no job \"%s\"", r->job.kind);
}

static int
tell_nobody(UNUSED const struct app *app, UNUSED struct db *tx,
    UNUSED struct arena *a, UNUSED const struct job *j, UNUSED struct err *e)
{
	return 0;
}

static const struct kind kinds[] = {
#define X(name, run, tell, forget) { name, run, tell, forget },
	JOB_KINDS(X)
#undef X
	/* Of a newer program, perhaps. */
	{ NULL, run_unknown, tell_nobody, import_forget },
};

static const struct kind *
find_kind(const char *name)
{
	const struct kind *k = kinds;

	while (k->name != NULL && strcmp(k->name, name) != 0)
		k++;
	return k;
}

bool
job_error_passes(const struct err *e)
{
	return err_may_pass(e) || e->code == ERR_UNCERTAIN ||
	       e->code == ERR_CONFLICT;
}

void
job_error_members(struct jsonw *w, const struct err *e)
{
	jsonw_kv_cstr(w, "code", err_name(e->code));
	jsonw_kv_cstr(
	    w, "message", err_is_public(e) ? e->msg : err_public_text(e->code));
}

const char *
job_error_json(struct arena *a, const struct err *e)
{
	struct buf out = BUF_INIT;
	const char *text;
	struct jsonw w;

	jsonw_init(&w, &out);
	jsonw_object(&w);
	job_error_members(&w, e);
	jsonw_end_object(&w);
	jsonw_done(&w);
	text = arena_strndup(a, out.p, out.n);
	buf_free(&out);
	return text;
}

/* --- the row of a job that runs ------------------------------------------ */

/* Somebody has changed it: that may be the wish to cancel.  1 it is still
 * ours, 0 not, -1. */
static int
learn(struct run *u, struct arena *a, struct err *e)
{
	struct job *mine = &u->r.job;
	struct job now;
	int rc = jobs_get(u->r.db, a, &mine->owner, &mine->id, &now, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || now.state != JOB_RUNNING ||
	    strcmp(now.worker, mine->worker) != 0)
		return 0;
	mine->revision = now.revision;
	mine->cancel_wanted = now.cancel_wanted;
	return 1;
}

struct telling {
	const struct app *app;
	struct arena *arena;
	struct job *job;
	int64_t revision; /* that it is read with */
	bool saved;
};

static int
save_and_tell(struct db *tx, void *arg, struct err *e)
{
	struct telling *t = arg;
	int rc;

	t->job->revision = t->revision;
	rc = jobs_save(tx, t->arena, t->job, e);
	t->saved = rc > 0;
	if (rc <= 0)
		return rc;
	return find_kind(t->job->kind)->tell(t->app, tx, t->arena, t->job, e);
}

int
jobs_save_told(
    const struct app *app, struct arena *a, struct job *j, struct err *e)
{
	struct telling t = { app, a, j, j->revision, false };

	if (db_write(app->db, save_and_tell, &t, e) == 0)
		return t.saved;
	j->revision = t.revision;
	return -1;
}

/* Not with every renewal of the lease. */
static int
save_once(struct run *u, struct arena *a, struct err *e)
{
	struct job *j = &u->r.job;
	int rc;

	if (u->told_done == j->items_done && u->told_state == j->state &&
	    !u->news)
		return jobs_save(u->r.db, a, j, e);
	rc = jobs_save_told(u->r.app, a, j, e);
	if (rc > 0) {
		u->told_done = j->items_done;
		u->told_state = j->state;
		u->news = false;
	}
	return rc;
}

static int
save(struct run *u, struct err *e)
{
	struct arena *a = arena_new();
	int rc = 0;

	for (int i = 0; i < SAVE_ATTEMPTS && rc == 0 && !u->lost; i++) {
		rc = save_once(u, a, e);
		if (rc != 0)
			break;
		rc = learn(u, a, e);
		u->lost = rc == 0;
		rc = MIN(rc, 0);
	}
	u->saved_us = clock_mono_us();
	arena_free(&a);
	return rc;
}

/* Renew the lease, and write down how far the work has come. */
static int
renew(struct run *u, struct err *e)
{
	int rc = fiber_lock(&u->lock, -1, e);

	if (rc < 0)
		return -1;
	u->r.job.lease_us = clock_wall_us() + u->r.conf->jobs_lease_us;
	rc = save(u, e);
	fiber_unlock(&u->lock);
	return rc;
}

static void
keep_lease(void *arg)
{
	struct run *u = arg;
	int64_t ms = u->r.conf->jobs_lease_us / 3000;
	struct err e = ERR_INIT;

	while (fiber_gate_wait(&u->stop, ms, true, &e) < 0) {
		if (renew(u, &e) < 0)
			log_err(LOG_WARN, "jobs", "lease", &e);
	}
	fiber_gate_open(&u->stopped);
}

/* What would begin anew is not given back at once: reloads that come often
 * enough would never let it end. */
static bool
has_to_leave(const struct job_run *r)
{
	const struct jobs *j = r->jobs;

	return j->draining && (!r->whole || clock_mono_us() >= j->leave_us ||
				  shm_stopping(j->app->shm));
}

int
job_run_go_on(struct job_run *r, struct err *e)
{
	struct run *u = container_of(r, struct run, r);

	if (has_to_leave(r))
		u->give_back = true;
	if (u->lost)
		return err_set(e, ERR_CONFLICT, "another has the job");
	if (r->job.cancel_wanted)
		return err_set(e, ERR_CANCELED, "the job was cancelled");
	if (u->give_back)
		return err_set(e, ERR_UNAVAILABLE, "the worker leaves");
	return 0;
}

int
job_run_ask(struct job_run *r, struct err *e)
{
	struct run *u = container_of(r, struct run, r);
	struct arena *a;
	int rc;

	if (fiber_lock(&u->lock, -1, e) < 0)
		return -1;
	a = arena_new();
	rc = learn(u, a, e);
	arena_free(&a);
	u->lost = u->lost || rc == 0;
	fiber_unlock(&u->lock);
	return rc < 0 ? -1 : job_run_go_on(r, e);
}

void
job_run_progress(struct job_run *r, int64_t done)
{
	struct run *u = container_of(r, struct run, r);
	struct err e = ERR_INIT;

	r->job.items_done = done;
	if (clock_mono_us() - u->saved_us < PROGRESS_US)
		return;
	if (renew(u, &e) < 0)
		log_err(LOG_WARN, "jobs", "progress", &e);
}

void
job_run_so_far(struct job_run *r, const char *json)
{
	struct run *u = container_of(r, struct run, r);
	struct err e = ERR_INIT;

	r->job.result = json;
	u->news = true;
	if (renew(u, &e) < 0)
		log_err(LOG_WARN, "jobs", "progress", &e);
}

/* --- from the claim to the end ------------------------------------------- */

/* What becomes of it after run() has returned rc. */
static int
decide(struct run *u, int rc, const struct err *why, struct err *e)
{
	struct job *j = &u->r.job;
	int64_t now_us = clock_wall_us();

	if (j->cancel_wanted && (rc < 0 || u->r.wait_until_us != 0))
		return job_move(j, JOB_CANCELED, NULL, now_us, e);
	if (u->r.wait_until_us != 0) {
		j->attempts--;
		return job_move(j, JOB_QUEUED, NULL, u->r.wait_until_us, e);
	}
	if (rc == 0)
		return job_move(j, JOB_DONE, NULL, now_us, e);
	if (u->give_back) {
		/* It was no fault of the job's. */
		j->attempts--;
		return job_move(j, JOB_QUEUED, NULL, now_us, e);
	}
	j->error = job_error_json(u->r.arena, why);
	log_err(LOG_WARN, "jobs", j->kind, why);
	if (job_error_passes(why) && j->attempts < u->r.conf->jobs_max_attempts)
		return job_move(
		    j, JOB_QUEUED, NULL, now_us + AGAIN_US * j->attempts, e);
	return job_move(j, JOB_FAILED, NULL, now_us, e);
}

struct forgetting {
	const struct conf *conf;
	const struct job *job;
};

static void
forget_in_thread(void *arg)
{
	struct forgetting *f = arg;

	find_kind(f->job->kind)->forget(f->conf, &f->job->id);
}

int
jobs_forget(const struct conf *conf, const struct job *j, struct err *e)
{
	struct forgetting f = { conf, j };

	return fiber_offload(forget_in_thread, &f, e);
}

static void
end(struct run *u, int rc, const struct err *why)
{
	struct err e = ERR_INIT;

	fiber_gate_open(&u->stop);
	while (fiber_gate_wait(&u->stopped, -1, true, &e) < 0)
		;
	if (u->lost)
		return;
	if (decide(u, rc, why, &e) < 0 || save(u, &e) < 0) {
		/* The lease runs out, and somebody takes it up again. */
		log_err(LOG_WARN, "jobs", "end", &e);
		return;
	}
	if (!u->lost && u->r.job.state == JOB_QUEUED && u->r.waits != NULL)
		u->r.waits(&u->r);
	if (u->lost || !job_is_finished(&u->r.job))
		return;
	metric_add(M_jobs_total, u->r.job.state, 0, 1);
	if (jobs_forget(u->r.conf, &u->r.job, &e) < 0)
		log_err(LOG_WARN, "jobs", "spool", &e);
}

static void wake_somebody(struct jobs *j);

static void
run_job(void *arg)
{
	struct run *u = arg;
	struct jobs *j = u->r.jobs;
	struct err e = ERR_INIT;

	metric_gauge_add(M_jobs_running, 1);
	fiber_spawn(j->loop, keep_lease, u);
	job_run_progress(&u->r, u->r.job.items_done);
	end(u, find_kind(u->r.job.kind)->run(&u->r, &e), &e);
	metric_gauge_add(M_jobs_running, -1);
	arena_free(&u->r.arena);
	free(u);
	j->running--;
	wake_somebody(j);
}

static int
claim_one(struct jobs *j, struct err *e)
{
	struct run *u = xcalloc(1, sizeof(*u));
	int64_t now_us = clock_wall_us();
	struct job_claim c = {
		.node = j->app->node,
		.worker = j->app->name,
		.now_us = now_us,
		.lease_us = now_us + j->conf->jobs_lease_us,
		.max_on_node = j->conf->jobs_max_running,
		.max_of_user = j->conf->jobs_max_running_per_user,
		.max_attempts = (int)j->conf->jobs_max_attempts,
	};
	int rc;

	u->r = (struct job_run){
		.jobs = j, .app = j->app, .conf = j->conf, .db = j->db
	};
	u->r.arena = arena_new();
	rc = jobs_claim(j->db, u->r.arena, &c, &u->r.job, e);
	if (rc <= 0) {
		arena_free(&u->r.arena);
		free(u);
		return rc;
	}
	u->lock = FIBER_MUTEX_INIT;
	u->told_state = JOB_QUEUED;
	j->running++;
	fiber_spawn(j->loop, run_job, u);
	return 1;
}

static void
complain(struct jobs *j, const struct err *e)
{
	int64_t now_us = clock_mono_us();

	if (j->complained_us != 0 && now_us - j->complained_us < COMPLAIN_US)
		return;
	j->complained_us = now_us;
	log_err(LOG_WARN, "jobs", "looking for work", e);
}

static void
look(void *arg)
{
	struct jobs *j = arg;
	struct err e = ERR_INIT;
	int rc;

	do {
		j->again = false;
		do {
			rc = j->draining ? 0 : claim_one(j, &e);
		} while (rc > 0);
		if (rc < 0)
			complain(j, &e);
	} while (j->again && rc == 0 && !j->draining);
	j->looking = false;
}

static void
wake(struct jobs *j)
{
	if (j->draining)
		return;
	j->again = true;
	if (j->looking)
		return;
	j->looking = true;
	fiber_spawn(j->loop, look, j);
}

/* There is a place, and maybe work that was given back. */
static void
wake_somebody(struct jobs *j)
{
	if (j->draining)
		signals_send(events_signals(j->app->events), JOBS_SIGNAL);
	else
		wake(j);
}

static void
on_due(void *arg)
{
	wake(arg);
}

static void
on_poll(void *arg)
{
	struct jobs *j = arg;

	wake(j);
	timer_arm_ms(&j->poll, POLL_MS);
}

static void
call_out(void *arg)
{
	struct jobs *j = arg;

	signals_send(events_signals(j->app->events), JOBS_SIGNAL);
}

/* Those of a worker of this node that died, in whose place this one may be, are
 * due at once. */
static void
begin(void *arg)
{
	struct jobs *j = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (jobs_free_lost(j->app, a, &e) < 0)
		log_err(LOG_WARN, "jobs", "of workers that died", &e);
	arena_free(&a);
	wake(j);
}

void
jobs_start(struct jobs *j)
{
	signals_watch(
	    events_signals(j->app->events), &j->due, JOBS_SIGNAL, on_due, j);
	accounts_on_mail(j->app->accounts, call_out, j);
	timer_arm_ms(&j->poll, POLL_MS);
	fiber_spawn(j->loop, begin, j);
}

void
jobs_drain(struct jobs *j, int64_t grace_us)
{
	j->draining = true;
	j->leave_us = clock_mono_us() + grace_us;
	timer_disarm(&j->poll);
}

static void
label_metrics(void)
{
	static const char *names[JOB_STATE_COUNT];

	for (int s = 0; s < JOB_STATE_COUNT; s++)
		names[s] = job_state_name((enum job_state)s);
	metrics_label(M_jobs_total, 0, names, JOB_STATE_COUNT);
	mail_label_metrics();
}

struct jobs *
jobs_new(const struct app *app)
{
	struct jobs *j = xcalloc(1, sizeof(*j));

	j->app = app;
	j->conf = app->conf;
	j->loop = app->loop;
	j->db = app->db;
	label_metrics();
	timer_init(&j->poll, app->loop, on_poll, j);
	return j;
}

void
jobs_free(struct jobs **jp)
{
	struct jobs *j = *jp;

	*jp = NULL;
	if (j == NULL)
		return;
	timer_fini(&j->poll);
	signals_unwatch(&j->due);
	free(j);
}
