#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H

/* The runner of one worker: takes up jobs as the limits allow, keeps their
 * leases, and sees them to an end.  A job is done item by item, and each item
 * is stored together with the note that it is done, so that whoever takes a job
 * up after a death goes on where it was. */

#include "jobs/upload.h"
#include "store/jobs.h"

struct app;
struct conf;
struct http_req;
struct jobs;
struct jsonw;

/* Its loop, database, events and names are there. */
struct jobs *jobs_new(const struct app *app);
void jobs_free(struct jobs **j);
/* From now on; whoever queues a job calls out JOBS_SIGNAL. */
void jobs_start(struct jobs *j);
/* Take up nothing more, and give back what is under way after its present
 * item; a run that would begin anew elsewhere gets grace_us to end.  May be
 * called again, with less. */
void jobs_drain(struct jobs *j, int64_t grace_us);

/* Make due what workers of this node ran that have died since, without waiting
 * for their leases to run out. */
NODISCARD int jobs_free_lost(
    const struct app *app, struct arena *a, struct err *e);

/* --- for the kinds of jobs ----------------------------------------------- */

struct job_run {
	struct jobs *jobs;
	const struct app *app;
	const struct conf *conf;
	struct db *db;
	struct arena *arena; /* of this run */
	struct job job;
	bool whole; /* set by run: it is not done item by item */
	/* Set by run, which then returns 0 or -1 all the same: the job is
	 * queued again and waits until this instant, or until somebody makes it
	 * due earlier; no attempt is counted. */
	int64_t wait_until_us;
	/* May be NULL; called once it waits. */
	void (*waits)(struct job_run *r);
};

/* JOB_KIND(name, run, tell, forget): run does a job in a fiber: 0 it is done,
 * and r->job.result says what came of it; -1 with e, after which it is tried
 * again when e is of the kind that passes.  tell publishes how far it has come,
 * inside the transaction that writes it down.  forget removes, on a thread,
 * what else belongs to a job that has ended. */
#define JOB_KINDS(X)                                                           \
	X(JOB_IMPORT, import_run, import_tell, import_forget)                  \
	X(JOB_TASK, task_run, task_tell, task_forget)                          \
	X(JOB_MAIL, mail_run, mail_tell, mail_forget)

#define X(name, run, tell, forget)                                             \
	int run(struct job_run *r, struct err *e);                             \
	int tell(const struct app *app, struct db *tx, struct arena *a,        \
	    const struct job *j, struct err *e);                               \
	void forget(const struct conf *conf, const struct uuid *job);
JOB_KINDS(X)
#undef X

/* What M_mails_total calls its values. */
void mail_label_metrics(void);

/* Between items: 0 go on; -1 when the job was cancelled, is another's by now,
 * or has to wait for another process. */
NODISCARD int job_run_go_on(struct job_run *r, struct err *e);
/* As job_run_go_on(), having asked the store: for who waits long. */
NODISCARD int job_run_ask(struct job_run *r, struct err *e);
/* So many items are done. */
void job_run_progress(struct job_run *r, int64_t done);
/* What came of it so far, as JSON in the arena of the run. */
void job_run_so_far(struct job_run *r, const char *json);
/* Whether an error may go away by itself. */
bool job_error_passes(const struct err *e);
/* {"code","message"}: what a client may know of an error; and its members, in
 * an object that is open. */
const char *job_error_json(struct arena *a, const struct err *e);
void job_error_members(struct jsonw *w, const struct err *e);

/* As jobs_save(), and tell those who listen, by the job's kind. */
NODISCARD int jobs_save_told(
    const struct app *app, struct arena *a, struct job *j, struct err *e);

/* Remove what belongs to a job that has ended before anybody took it up; who
 * runs one does that himself.  Waits for the disk. */
NODISCARD int jobs_forget(
    const struct conf *conf, const struct job *j, struct err *e);

/* Take the files of a request into the spool and queue their import.  admit
 * (NULL: the guard has seen to it) is asked before the first file, with the
 * form's field "csrf". */
NODISCARD int jobs_take_import(
    struct http_req *req, upload_admit *admit, struct job *out, struct err *e);

/* The same for one file in memory, of j->owner; j->input says for which tool it
 * is.  name: without folders. */
NODISCARD int jobs_queue_import(const struct app *app, struct arena *a,
    struct job *j, struct str name, struct str bytes, struct err *e);

/* --- routes -------------------------------------------------------------- */

/* POST /api/activities/import: files as a form, or one as the body; 202 and
 * the job that imports them. */
void jobs_http_import(struct http_req *req);
/* GET /api/jobs: the newest, ?limit, ?before. */
void jobs_http_list(struct http_req *req);
/* GET /api/jobs/{id}, with ETag; Retry-After while it is not finished. */
void jobs_http_get(struct http_req *req);
/* DELETE /api/jobs/{id}: cancel; 409 when it has ended. */
void jobs_http_cancel(struct http_req *req);

/* --- the keeper's -------------------------------------------------------- */

/* What is to be done once in a while on each node: end what no node comes back
 * for, forget old jobs, sweep the spool.  From a fiber. */
NODISCARD int jobs_sweep(const struct conf *conf, struct db *db, struct err *e);

#endif
