/* /api/jobs: ask after jobs, and cancel them. */

#include "app.h"
#include "auth/who.h"
#include "config/conf.h"
#include "http/http.h"
#include "http/negotiate.h"
#include "jobs/job_json.h"
#include "jobs/jobs.h"

#define MEDIA_TYPE   "application/json"
#define LIST_DEFAULT 20
#define LIST_MAX     100
#define SAVE_TRIES   5

static struct owner
owner_of_request(const struct http_req *req)
{
	const struct who *who = http_who(req);

	return (struct owner){ who->tenant_id, who->user_id };
}

/* The job that the path names; -1 with ERR_NOT_FOUND when the person has no
 * such job. */
static int
find_job(struct http_req *req, struct job *out, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = owner_of_request(req);
	struct str text = http_param(req, "id");
	struct uuid id;
	int rc = 0;

	if (uuid_parse(text, &id))
		rc = jobs_get(app->db, http_arena(req), &o, &id, out, e);
	if (rc > 0 && strcmp(out->kind, JOB_MAIL) == 0)
		rc = 0;
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no job %.*s",
		    (int)MIN(text.n, (size_t)80), text.p);
	return rc < 0 ? -1 : 0;
}

/* "7": the row's revision. */
static const char *
etag_of(struct http_req *req, const struct job *j)
{
	return arena_printf(
	    http_arena(req), "\"%lld\"", (long long)j->revision);
}

static int
reply_job(struct http_req *req, int status, const struct job *j, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct job_item *items;
	struct jsonw w;
	size_t n;

	if (jobs_items(
		app->db, http_arena(req), &j->owner, &j->id, &items, &n, e) < 0)
		return -1;
	http_add_header(req, "ETag", etag_of(req, j));
	if (!job_is_finished(j))
		http_add_header(req, "Retry-After", "1");
	jsonw_init(&w, http_out(req));
	job_json(&w, j, items, n);
	jsonw_done(&w);
	http_reply(req, status, MEDIA_TYPE);
	return 0;
}

void
jobs_http_get(struct http_req *req)
{
	struct err e = ERR_INIT;
	const char *etag;
	struct job j;

	if (find_job(req, &j, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	etag = etag_of(req, &j);
	if (etag_is_listed(
		http_header(req, "If-None-Match"), str_of(etag), ETAG_WEAK)) {
		http_add_header(req, "ETag", etag);
		if (!job_is_finished(&j))
			http_add_header(req, "Retry-After", "1");
		http_reply(req, 304, NULL);
		return;
	}
	if (reply_job(req, 200, &j, &e) < 0)
		http_reply_error(req, &e);
}

/* --- the list ------------------------------------------------------------ */

struct page {
	int64_t limit;
	bool has_before;
	struct uuid before;
};

static int
read_page(struct http_req *req, struct page *p, struct err *e)
{
	struct str text;
	int rc = http_query_get(req, "limit", &text, e);

	*p = (struct page){ .limit = LIST_DEFAULT };
	if (rc < 0)
		return -1;
	if (rc > 0 && (!str_to_i64(text, &p->limit) || p->limit < 1 ||
			  p->limit > LIST_MAX))
		return err_set(
		    e, ERR_INVALID, "limit: a number from 1 to %d", LIST_MAX);
	rc = http_query_get(req, "before", &text, e);
	if (rc < 0)
		return -1;
	p->has_before = rc > 0;
	if (rc > 0 && !uuid_parse(text, &p->before))
		return err_set(e, ERR_INVALID, "before: the id of a job");
	return http_query_end(req, e);
}

void
jobs_http_list(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	struct page p;
	struct job *list;
	struct jsonw w;
	size_t n;

	if (read_page(req, &p, &e) < 0 ||
	    jobs_list(app->db, http_arena(req), &o,
		p.has_before ? &p.before : NULL, (unsigned)p.limit, &list, &n,
		&e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, "jobs");
	for (size_t i = 0; i < n; i++)
		job_json(&w, &list[i], NULL, 0);
	jsonw_end_array(&w);
	if (n == (size_t)p.limit)
		jsonw_kv_uuid(&w, "next_before", &list[n - 1].id);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, 200, MEDIA_TYPE);
}

/* --- cancelling ---------------------------------------------------------- */

/* What waits ends at once; what runs is told.  1 saved, 0 it has changed
 * meanwhile, -1. */
static int
cancel(struct http_req *req, struct job *j, struct err *e)
{
	const struct app *app = http_app_state(req);

	if (job_is_finished(j))
		return err_set(e, ERR_CONFLICT, "the job is %s already",
		    job_state_name(j->state));
	j->cancel_wanted = true;
	if (j->state == JOB_QUEUED &&
	    job_move(j, JOB_CANCELED, NULL, j->lease_us, e) < 0)
		return -1;
	return jobs_save_told(app, http_arena(req), j, e);
}

void
jobs_http_cancel(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct err e = ERR_INIT;
	struct job j;
	int rc = 0;

	for (int i = 0; i < SAVE_TRIES && rc == 0; i++)
		rc = find_job(req, &j, &e) < 0 ? -1 : cancel(req, &j, &e);
	if (rc == 0)
		err_set(&e, ERR_CONFLICT, "the job changes too fast");
	if (rc > 0 && job_is_finished(&j))
		rc = jobs_forget(app->conf, &j, &e) < 0 ? -1 : 1;
	if (rc <= 0 ||
	    reply_job(req, job_is_finished(&j) ? 200 : 202, &j, &e) < 0)
		http_reply_error(req, &e);
}
