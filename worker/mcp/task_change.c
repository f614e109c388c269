/* What happens to a task from outside its run: it is canceled, or made due. */

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "events/events.h"
#include "loop/fiber.h"
#include "mcp/import_tasks.h"
#include "mcp/task_impl.h"
#include "app.h"

#define SAVE_TRIES 8

struct change {
	const struct app *app;
	struct arena *arena;
	struct job *job;
	bool done;
	/* Changes the job; false: nothing is to be changed. */
	bool (*alter)(struct job *j);
};

static int
change_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;
	struct owner o = c->job->owner;
	struct uuid id = c->job->id;
	int rc = jobs_get(tx, c->arena, &o, &id, c->job, e);

	c->done = true;
	if (rc <= 0 || !c->alter(c->job))
		return rc < 0 ? -1 : 0;
	rc = jobs_save(tx, c->arena, c->job, e);
	c->done = rc > 0;
	if (rc <= 0)
		return rc;
	return import_is_task(c->job)
		   ? mcp_import_tell(c->app, tx, c->arena, c->job, e)
		   : mcp_task_tell(c->app, tx, c->arena, c->job, e);
}

/* Again when somebody else has changed it meanwhile. */
static int
change(const struct app *app, struct arena *a, struct job *j,
    bool (*alter)(struct job *j), struct err *e)
{
	struct change c = { app, a, j, false, alter };

	for (int i = 0; i < SAVE_TRIES && !c.done; i++) {
		if (db_write(app->db, change_in_tx, &c, e) < 0)
			return -1;
	}
	return c.done ? 0
		      : err_set(e, ERR_CONFLICT, "the task changes too fast");
}

static bool
alter_to_canceled(struct job *j)
{
	if (job_is_finished(j) || j->cancel_wanted)
		return false;
	j->cancel_wanted = true;
	return j->state != JOB_QUEUED ||
	       job_move(j, JOB_CANCELED, NULL, j->lease_us, NULL) == 0;
}

int
task_cancel(
    const struct app *app, struct arena *a, struct job *j, struct err *e)
{
	if (change(app, a, j, alter_to_canceled, e) < 0)
		return -1;
	return j->state == JOB_CANCELED && import_is_task(j)
		   ? mcp_import_forget(app, j, e)
		   : 0;
}

struct withdrawal {
	const struct app *app;
	struct job job;
};

static void
withdraw(void *arg)
{
	struct withdrawal *w = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (task_cancel(w->app, a, &w->job, &e) < 0)
		log_err(LOG_WARN, "mcp", "a call that was taken back", &e);
	arena_free(&a);
	free(w);
}

void
mcp_task_withdraw(
    const struct app *app, const struct owner *o, const struct uuid *id)
{
	struct withdrawal *w = xcalloc(1, sizeof(*w));

	w->app = app;
	w->job.owner = *o;
	w->job.id = *id;
	fiber_spawn(app->loop, withdraw, w);
}

static bool
alter_to_due(struct job *j)
{
	int64_t now_us = clock_wall_us();

	if (j->state != JOB_QUEUED || j->lease_us <= now_us)
		return false;
	j->lease_us = now_us;
	return true;
}

/* The answers are written first and the job is looked at then; who makes a job
 * wait does it the other way round.  So one of them sees both. */
int
mcp_task_wake(const struct app *app, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct job j = { .owner = *o, .id = *id };
	struct job_question *list;
	size_t n, waiting;

	if (job_questions(app->db, a, o, id, &list, &n, &waiting, e) < 0)
		return -1;
	if (waiting > 0 || n == 0)
		return 0;
	if (change(app, a, &j, alter_to_due, e) < 0)
		return -1;
	signals_send(events_signals(app->events), JOBS_SIGNAL);
	return 0;
}

int64_t
mcp_task_patience_us(const struct app *app, const struct job *j)
{
	return j->created_us + app->conf->jobs_keep_us;
}
