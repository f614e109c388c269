/* Tasks of the Model Context Protocol as jobs, and imports as its tasks: what
 * joins the two rooms, which do not know each other. */

#include "app.h"
#include "base/log.h"
#include "jobs/jobs.h"
#include "mcp/import_tasks.h"
#include "mcp/tasks.h"

static bool
go_on(void *arg)
{
	struct job_run *r = arg;
	struct err e = ERR_INIT;

	/* A store that does not answer is no reason to stop. */
	return job_run_ask(r, &e) == 0 || job_run_go_on(r, &e) == 0;
}

static void
progress(void *arg, int64_t done)
{
	job_run_progress(arg, done);
}

static void
waits(struct job_run *r)
{
	struct err e = ERR_INIT;

	if (mcp_task_wake(r->app, r->arena, &r->job.owner, &r->job.id, &e) < 0)
		log_err(LOG_WARN, "tasks", "whether all is answered", &e);
}

int
task_run(struct job_run *r, struct err *e)
{
	struct mcp_task t = {
		.app = r->app,
		.job = &r->job,
		.arena = r->arena,
		.go_on = go_on,
		.progress = progress,
		.arg = r,
	};

	r->whole = true;
	if (mcp_task_run(&t, e) < 0)
		return -1;
	if (t.waits) {
		r->wait_until_us = mcp_task_patience_us(r->app, &r->job);
		r->waits = waits;
	} else {
		r->job.result = t.result;
	}
	return 0;
}

int
task_tell(const struct app *app, struct db *tx, struct arena *a,
    const struct job *j, struct err *e)
{
	return mcp_task_tell(app, tx, a, j, e);
}

void
task_forget(UNUSED const struct conf *conf, UNUSED const struct uuid *job)
{
	/* A task has nothing but its rows. */
}

int
mcp_import_queue(const struct app *app, struct arena *a, struct job *j,
    struct str name, struct str bytes, struct err *e)
{
	return jobs_queue_import(app, a, j, name, bytes, e);
}

int
mcp_import_forget(const struct app *app, const struct job *j, struct err *e)
{
	return jobs_forget(app->conf, j, e);
}

int
mcp_import_tell(const struct app *app, struct db *tx, struct arena *a,
    const struct job *j, struct err *e)
{
	return import_tell(app, tx, a, j, e);
}
