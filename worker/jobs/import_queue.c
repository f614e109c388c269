/* An import of one file that is in memory already, as the tools have it. */

#include "app.h"
#include "config/conf.h"
#include "events/events.h"
#include "jobs/jobs.h"
#include "loop/fiber.h"

struct queueing {
	const struct app *app;
	struct job *job;
	struct upload upload;
	struct str name, bytes;
	bool keep;
	int rc;
	struct err *e;
};

static void
write_in_thread(void *arg)
{
	struct queueing *q = arg;
	struct upload *u = &q->upload;

	q->rc =
	    spool_open(&u->spool, q->app->conf->data_dir, &q->job->id, q->e);
	if (q->rc == 0)
		q->rc = upload_name(u, q->name, q->e);
	if (q->rc == 0)
		q->rc = upload_feed(u, q->bytes, q->e);
	if (q->rc == 0)
		q->rc = upload_end(u, q->e);
}

static void
close_in_thread(void *arg)
{
	struct queueing *q = arg;

	spool_close(&q->upload.spool, q->keep);
}

static int
write_and_insert(struct queueing *q, struct arena *a, struct err *e)
{
	const struct conf *conf = q->app->conf;
	const struct job_item *items;
	size_t n;

	if (upload_init(&q->upload, a, STR_NULL, 1, e) < 0 ||
	    jobs_may_queue(q->app->db, a, &q->job->owner,
		conf->jobs_max_open_per_user, e) < 0 ||
	    fiber_offload(write_in_thread, q, e) < 0 || q->rc < 0)
		return -1;
	items = upload_items(&q->upload, &n);
	return jobs_insert(
	    q->app->db, a, q->job, items, n, conf->jobs_max_open_per_user, e);
}

int
jobs_queue_import(const struct app *app, struct arena *a, struct job *j,
    struct str name, struct str bytes, struct err *e)
{
	struct queueing q = {
		.app = app, .job = j, .name = name, .bytes = bytes, .e = e
	};
	struct err later = ERR_INIT;
	int rc;

	j->id = uuid_new();
	j->kind = JOB_IMPORT;
	j->node = app->node;
	j->worker = j->result = j->error = "";
	rc = write_and_insert(&q, a, e);
	/* When it is not known whether the job is there, its file stays: the
	 * keeper asks again. */
	q.keep = rc == 0 || e->code == ERR_UNCERTAIN;
	if (q.upload.spool.dir_fd >= 0 &&
	    fiber_offload(close_in_thread, &q, &later) < 0)
		spool_close(&q.upload.spool, true);
	upload_free(&q.upload);
	if (rc == 0)
		signals_send(events_signals(app->events), JOBS_SIGNAL);
	return rc;
}
