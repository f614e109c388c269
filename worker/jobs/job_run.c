/* One job from the claim to its end: its lease is kept, how far it has come is
 * written down, and the wish to cancel it is learnt of. */

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "jobs/jobs_impl.h"
#include "loop/fiber.h"
#include "shm/metrics.h"
#include "app.h"

#define PROGRESS_US   INT64_C(100000) /* between two notes of progress */
#define AGAIN_US      INT64_C(5000000)
#define SAVE_ATTEMPTS 5

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

/* --- its row ---------------------------------------------------------------
 */

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

/* --- for who runs it -------------------------------------------------------
 */

int
job_run_go_on(struct job_run *r, struct err *e)
{
	struct run *u = container_of(r, struct run, r);

	if (jobs_has_to_leave(r->jobs, r->whole))
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

/* --- from the claim to the end ---------------------------------------------
 */

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

static void
run_job(void *arg)
{
	struct run *u = arg;
	struct jobs *j = u->r.jobs;
	struct err e = ERR_INIT;

	metric_gauge_add(M_jobs_running, 1);
	fiber_spawn(u->r.app->loop, keep_lease, u);
	job_run_progress(&u->r, u->r.job.items_done);
	end(u, job_kind_find(u->r.job.kind)->run(&u->r, &e), &e);
	metric_gauge_add(M_jobs_running, -1);
	arena_free(&u->r.arena);
	free(u);
	jobs_place_is_free(j);
}

int
job_run_begin(struct jobs *j, const struct app *app, struct err *e)
{
	struct run *u = xcalloc(1, sizeof(*u));
	int64_t now_us = clock_wall_us();
	struct job_claim c = {
		.node = app->node,
		.worker = app->name,
		.now_us = now_us,
		.lease_us = now_us + app->conf->jobs_lease_us,
		.max_on_node = app->conf->jobs_max_running,
		.max_of_user = app->conf->jobs_max_running_per_user,
		.max_attempts = (int)app->conf->jobs_max_attempts,
	};
	int rc;

	u->r = (struct job_run){
		.jobs = j, .app = app, .conf = app->conf, .db = app->db
	};
	u->r.arena = arena_new();
	rc = jobs_claim(app->db, u->r.arena, &c, &u->r.job, e);
	if (rc <= 0) {
		arena_free(&u->r.arena);
		free(u);
		return rc;
	}
	u->lock = FIBER_MUTEX_INIT;
	u->told_state = JOB_QUEUED;
	fiber_spawn(app->loop, run_job, u);
	return 1;
}
