/* /import: files from a disk, and what came of them. */

#include "app.h"
#include "base/json.h"
#include "config/conf.h"
#include "jobs/import_told.h"
#include "jobs/jobs.h"
#include "web/import_words.h"
#include "web/page.h"
#include "web/web.h"

#define JOBS_SHOWN 10
#define AGAIN_S	   2
/* Files of an archive that failed and are named; the job has some more. */
#define FAILURES_SHOWN 20

static const struct state_about {
	const char *name;
	enum tone tone;
	const char *words;
} states[] = {
	{ "queued", TONE_PLAIN, "waits" },
	{ "running", TONE_PLAIN, "under way" },
	{ "done", TONE_GOOD, "done" },
	{ "failed", TONE_BAD, "failed" },
	{ "canceled", TONE_WARN, "stopped" },
	/* Of files. */
	{ "waiting", TONE_PLAIN, "waits" },
	{ "imported", TONE_GOOD, "imported" },
	{ "known", TONE_PLAIN, "here already" },
	{ "nothing", TONE_PLAIN, "no activity in it" },
};

static void
show_state(struct page *p, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(states[i].name, name) == 0) {
			page_badge(p, states[i].tone, states[i].words);
			return;
		}
	page_badge(p, TONE_PLAIN, name);
}

static const char *
path_of(struct page *p, const struct job *j)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&j->id, id);
	return arena_printf(http_arena(p->req), "/import/%s", id);
}

static const char *
count_words(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld file%s", (long long)n, n == 1 ? "" : "s");
}

/* "12 imported, 1 failed", or "" when nothing is counted yet. */
static const char *
sum_words(struct arena *a, const int64_t n[COUNT_KINDS])
{
	static const char *const words[COUNT_KINDS] = {
		[COUNT_IMPORTED] = "imported",
		[COUNT_KNOWN] = "here already",
		[COUNT_NOTHING] = "with no activity",
		[COUNT_FAILED] = "failed",
		[COUNT_PASSED_OVER] = "of other kinds",
	};
	const char *text = "";

	for (int i = 0; i < COUNT_KINDS; i++)
		if (n[i] > 0)
			text = arena_printf(a, "%s%s%lld %s", text,
			    text[0] != '\0' ? ", " : "", (long long)n[i],
			    words[i]);
	return text;
}

/* --- choosing files ------------------------------------------------------ */

/* The field that proves it stands before the files, so that none of them is
 * taken from another site. */
static void
show_drop(struct page *p)
{
	struct html *h = &p->h;

	html_open(h, "form");
	html_attr(h, "method", "post");
	html_attr(h, "action", "/import");
	html_attr(h, "enctype", "multipart/form-data");
	html_attr(h, "data-import", "/api/activities/import");
	csrf_token(p->app->csrf, p->req, p->csrf);
	page_hidden(p, CSRF_FIELD, p->csrf);
	html_box(h, "div", "drop");
	html_open(h, "label");
	html_attr(h, "for", "files");
	html_text(h, "Drop files here, or choose them");
	html_close(h, "label");
	html_line(h, "p", "faint",
	    "FIT, GPX and TCX, packed (.gz, .zip, .tar) or not; the exports of "
	    "Strava and Garmin accounts and of Apple Health as they are.");
	html_open(h, "input");
	html_attr(h, "type", "file");
	html_attr(h, "id", "files");
	html_attr(h, "name", "file");
	html_flag(h, "multiple", true);
	html_flag(h, "required", true);
	page_button(p, TONE_GOOD, "Import");
	html_close(h, "div");
	html_close(h, "form");
	html_open(h, "div");
	html_attr(h, "id", "progress");
	html_attr(h, "aria-live", "polite");
	html_close(h, "div");
}

static void
show_job_line(struct page *p, const struct job *j)
{
	struct arena *a = http_arena(p->req);
	struct html *h = &p->h;
	int64_t n[COUNT_KINDS];

	import_told_sum(a, j->result, n);
	html_open(h, "li");
	html_box(h, "div", "what");
	html_open(h, "a");
	html_attr(h, "href", path_of(p, j));
	html_text(h, count_words(a, j->items_all));
	html_close(h, "a");
	html_text(h, " ");
	show_state(p, job_state_name(j->state));
	html_open(h, "p");
	page_instant(p, j->created_us);
	if (sum_words(a, n)[0] != '\0')
		html_text(h, arena_printf(a, " · %s", sum_words(a, n)));
	html_close(h, "p");
	html_close(h, "div");
	html_close(h, "li");
}

void
web_import(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct job *list;
	struct page p;
	size_t n;

	if (jobs_list(app->db, http_arena(req), &o, NULL, JOBS_SHOWN, &list, &n,
		&e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin(&p, req, "Import");
	html_box(&p.h, "section", "card");
	html_attr(&p.h, "aria-label", "Files");
	show_drop(&p);
	html_close(&p.h, "section");
	page_section(&p, "imports", "Imports", NULL);
	if (n == 0)
		html_line(&p.h, "p", "empty", "None yet.");
	html_box(&p.h, "ul", "rows");
	for (size_t i = 0; i < n; i++)
		show_job_line(&p, &list[i]);
	html_close(&p.h, "ul");
	page_section_end(&p);
	page_end(&p, 200);
}

static int
admit(struct http_req *req, struct str said, struct err *e)
{
	const struct app *app = http_app_state(req);

	return csrf_check(app->csrf, req, said, e);
}

void
web_import_post(struct http_req *req)
{
	struct err e = ERR_INIT;
	char id[UUID_TEXT_LEN + 1];
	struct job j;

	if (jobs_take_import(req, admit, &j, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	uuid_format(&j.id, id);
	page_redirect(
	    req, arena_printf(http_arena(req), "/import/%s", id), NOTE_NONE);
}

/* --- one import ---------------------------------------------------------- */

static void
show_progress(struct page *p, const struct job *j)
{
	struct arena *a = http_arena(p->req);
	struct html *h = &p->h;
	int64_t n[COUNT_KINDS];

	import_told_sum(a, j->result, n);
	html_open(h, "p");
	html_text(h, "Begun ");
	page_instant(p, j->created_us);
	html_text(h, " ");
	show_state(p, job_state_name(j->state));
	html_close(h, "p");
	if (job_is_finished(j))
		return;
	html_open(h, "progress");
	html_attr(h, "aria-label", "Files done");
	html_attrf(h, "max", "%lld", (long long)MAX(j->items_all, 1));
	html_attrf(h, "value", "%lld", (long long)j->items_done);
	html_close(h, "progress");
	html_linef(h, "p", "faint", "%lld of %s%s%s", (long long)j->items_done,
	    count_words(a, j->items_all),
	    sum_words(a, n)[0] != '\0' ? "; so far " : "", sum_words(a, n));
}

/* What went wrong with it, out of {"code","message"}. */
static const char *
reason_of(struct arena *a, const char *json)
{
	const cJSON *message =
	    json_get(json_parse(a, str_of(json), NULL), "message");

	return cJSON_IsString(message)
		   ? page_sentence(a, str_of(message->valuestring))
		   : "";
}

/* The files of an archive that could not be read, by name and reason. */
static void
show_failures(struct page *p, const struct import_told *t)
{
	size_t n = MIN(t->n_failures, (size_t)FAILURES_SHOWN);
	int64_t more = t->n[COUNT_FAILED] - (int64_t)n;
	struct arena *a = http_arena(p->req);
	struct html *h = &p->h;

	if (n == 0)
		return;
	html_open(h, "ul");
	for (size_t i = 0; i < n; i++) {
		const struct import_failure *f = &t->failures[i];

		html_open(h, "li");
		html_line(h, "strong", NULL, f->file);
		import_reason(p, f->code, f->message);
		html_close(h, "li");
	}
	if (more > 0)
		html_linef(h, "li", NULL, "and %s more", count_words(a, more));
	html_close(h, "ul");
}

static void
show_archive(struct page *p, const struct import_told *t)
{
	html_linef(
	    &p->h, "p", NULL, "%s.", sum_words(http_arena(p->req), t->n));
	show_failures(p, t);
}

static void
show_item(struct page *p, const struct job_item *item)
{
	struct html *h = &p->h;
	struct import_told told;

	import_told(http_arena(p->req), item, &told);

	html_open(h, "li");
	html_box(h, "div", "what");
	html_line(h, "strong", NULL, item->name);
	html_text(h, " ");
	show_state(p, item->state);
	if (told.is_archive)
		show_archive(p, &told);
	else if (told.message[0] != '\0')
		import_reason(p, told.code, told.message);
	html_close(h, "div");
	html_linef(h, "span", "faint", "%.0f kB", (double)item->size / 1000);
	html_close(h, "li");
}

static int
find_job(struct http_req *req, struct job *j, struct job_item **list_r,
    size_t *n_r, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct uuid id;
	int rc = 0;

	if (uuid_parse(http_param(req, "id"), &id))
		rc = jobs_get(app->db, http_arena(req), &o, &id, j, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such import");
	if (rc < 0)
		return -1;
	return jobs_items(app->db, http_arena(req), &o, &j->id, list_r, n_r, e);
}

void
web_import_job(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct job_item *list;
	struct job j;
	struct page p;
	size_t n;

	if (find_job(req, &j, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	if (job_is_finished(&j))
		page_begin(&p, req, "Import");
	else
		page_begin_again(&p, req, "Import", AGAIN_S);
	html_box(&p.h, "section", "card");
	html_attr(&p.h, "aria-label", "State");
	html_attr(
	    &p.h, "data-again", job_is_finished(&j) ? NULL : path_of(&p, &j));
	show_progress(&p, &j);
	if (j.state == JOB_FAILED)
		page_notice(&p, TONE_BAD, reason_of(http_arena(req), j.error));
	html_box(&p.h, "ul", "rows");
	for (size_t i = 0; i < n; i++)
		show_item(&p, &list[i]);
	html_close(&p.h, "ul");
	html_close(&p.h, "section");
	html_open(&p.h, "p");
	html_link(&p.h, "/", "See your training");
	html_text(&p.h, " · ");
	html_link(&p.h, "/import", "Import more");
	html_close(&p.h, "p");
	page_end(&p, 200);
}
