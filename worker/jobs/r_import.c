/* POST /api/activities/import: the body goes to the spool as it comes; the
 * answer is the job that imports it. */

#include "app.h"
#include "auth/who.h"
#include "base/clock.h"
#include "config/conf.h"
#include "events/events.h"
#include "http/http.h"
#include "http/params.h"
#include "jobs/job_json.h"
#include "jobs/jobs.h"
#include "jobs/upload.h"
#include "loop/fiber.h"

/* One step on a thread: what the body's present piece leads to. */
enum step { STEP_OPEN, STEP_FEED, STEP_END, STEP_KEEP, STEP_DROP };

struct receiving {
	struct http_req *req;
	const struct conf *conf;
	struct upload upload;
	struct job job;
	struct str name; /* of the one file, when it is no form */
	struct str bytes;
	enum step step;
	int rc;
	struct err *e;
};

static void
step_in_thread(void *arg)
{
	struct receiving *r = arg;
	struct upload *u = &r->upload;

	switch (r->step) {
	case STEP_OPEN:
		r->rc =
		    spool_open(&u->spool, r->conf->data_dir, &r->job.id, r->e);
		if (r->rc == 0 && !u->is_form)
			r->rc = upload_name(u, r->name, r->e);
		break;
	case STEP_FEED:
		r->rc = upload_feed(u, r->bytes, r->e);
		break;
	case STEP_END:
		r->rc = upload_end(u, r->e);
		break;
	case STEP_KEEP:
	case STEP_DROP:
		spool_close(&u->spool, r->step == STEP_KEEP);
		break;
	}
}

static int
do_step(struct receiving *r, enum step step, struct err *e)
{
	r->step = step;
	r->rc = 0;
	r->e = e;
	return fiber_offload(step_in_thread, r, e) < 0 ? -1 : r->rc;
}

/* From ?filename, or from Content-Disposition; "upload" when neither says. */
static int
find_name(struct http_req *req, struct str *out, struct err *e)
{
	struct str header = http_header(req, "Content-Disposition");
	char name[MULTIPART_NAME_MAX + 1];
	size_t n;
	int rc = http_query_get(req, "filename", out, e);

	if (rc < 0)
		return -1;
	if (rc > 0 && out->n > 0)
		return 0;
	*out = STR("upload");
	if (header.p == NULL)
		return 0;
	rc = params_file_name(header, name, sizeof(name), &n);
	if (rc < 0)
		return err_set(
		    e, ERR_INVALID, "Content-Disposition is malformed");
	if (rc > 0 && n > 0)
		*out = str_make(arena_strndup(http_arena(req), name, n), n);
	return 0;
}

static int
begin(struct receiving *r, struct err *e)
{
	struct http_req *req = r->req;
	const struct app *app = http_app_state(req);
	const struct who *who = http_who(req);

	r->conf = app->conf;
	r->job = (struct job){
		.owner = { who->tenant_id, who->user_id },
		.id = uuid_new(),
		.kind = JOB_IMPORT,
		.input = "",
		.node = app->node,
		.worker = "",
		.result = "",
		.error = "",
	};
	if (upload_init(&r->upload, http_arena(req),
		http_header(req, "Content-Type"), r->conf->import_max_files,
		e) < 0 ||
	    http_body_limit(req, (size_t)r->conf->import_max_upload, e) < 0 ||
	    jobs_may_queue(app->db, http_arena(req), &r->job.owner,
		r->conf->jobs_max_open_per_user, e) < 0)
		return -1;
	if (!r->upload.is_form && find_name(req, &r->name, e) < 0)
		return -1;
	return do_step(r, STEP_OPEN, e);
}

static int
receive(struct receiving *r, struct err *e)
{
	int64_t limit_us = r->conf->import_upload_timeout_us;
	int64_t until_us = clock_mono_us() + limit_us;
	int rc;

	while ((rc = http_body_next(r->req, &r->bytes, e)) > 0) {
		if (do_step(r, STEP_FEED, e) < 0)
			return -1;
		if (clock_mono_us() > until_us)
			return err_set(e, ERR_REQUEST_TIMEOUT,
			    "the upload took longer than %lld s",
			    (long long)(limit_us / 1000000));
	}
	return rc < 0 ? -1 : do_step(r, STEP_END, e);
}

static int
queue(struct receiving *r, struct err *e)
{
	const struct app *app = http_app_state(r->req);
	const struct job_item *items;
	size_t n;

	items = upload_items(&r->upload, &n);
	return jobs_insert(app->db, http_arena(r->req), &r->job, items, n,
	    r->conf->jobs_max_open_per_user, e);
}

static void
answer(struct http_req *req, const struct job *j)
{
	char id[UUID_TEXT_LEN + 1];
	struct jsonw w;

	uuid_format(&j->id, id);
	http_add_header(
	    req, "Location", arena_printf(http_arena(req), "/api/jobs/%s", id));
	http_add_header(req, "Retry-After", "1");
	jsonw_init(&w, http_out(req));
	job_json(&w, j, NULL, 0);
	jsonw_done(&w);
	http_reply(req, 202, "application/json");
}

int
jobs_take_import(
    struct http_req *req, upload_admit *admit, struct job *out, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct receiving r = { .req = req };
	struct err later = ERR_INIT;
	int rc = begin(&r, e);

	r.upload.admit = admit;
	r.upload.req = req;
	if (rc == 0)
		rc = receive(&r, e);
	if (rc == 0)
		rc = queue(&r, e);
	/* When it is not known whether the job is there, its files stay: the
	 * keeper asks again. */
	if (r.upload.spool.dir_fd >= 0 &&
	    do_step(&r,
		rc == 0 || e->code == ERR_UNCERTAIN ? STEP_KEEP : STEP_DROP,
		&later) < 0)
		spool_close(&r.upload.spool, true);
	upload_free(&r.upload);
	*out = r.job;
	if (rc == 0)
		signals_send(events_signals(app->events), JOBS_SIGNAL);
	return rc;
}

void
jobs_http_import(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct job j;

	if (jobs_take_import(req, NULL, &j, &e) == 0)
		answer(req, &j);
	else
		http_reply_error(req, &e);
}
