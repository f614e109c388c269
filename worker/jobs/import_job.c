/* The job that imports what was sent to /api/activities/import: a file an
 * item, each in a transaction of its own that notes its result as well. */

#include "base/jsonw.h"
#include "base/log.h"
#include "base/tz.h"
#include "config/conf.h"
#include "files/unpack.h"
#include "jobs/import_archive.h"
#include "jobs/import_told.h"
#include "jobs/job_json.h"
#include "jobs/jobs.h"
#include "jobs/spool.h"
#include "loop/fiber.h"
#include "provider/file_import.h"
#include "store/event_log.h"
#include "store/users.h"

#define TRIES	 4
#define PAUSE_MS 200 /* before the second; then twice as long each time */

struct importing {
	struct job_run *run;
	const struct tz *zone;
	struct arena *arena; /* of the present file */
	struct job_item *item;
	struct str bytes;
	struct import_report report;
	int64_t sum[COUNT_KINDS]; /* of the files before */
	bool noted;		  /* by somebody else */
	int rc;
	struct err *e;
};

static const char *
status_of(const struct import_report *r)
{
	static const char *const names[] = {
		[IMPORT_DONE] = "imported",
		[IMPORT_KNOWN] = "known",
		[IMPORT_NOTHING] = "nothing",
	};

	return names[r->result];
}

static void
show_activities(struct jsonw *w, const struct decoded *d)
{
	jsonw_kv_array(w, "activities");
	for (size_t i = 0; i < d->n_activities; i++)
		jsonw_uuid(w, &d->activities[i].id);
	jsonw_end_array(w);
}

static void
show_notes(struct jsonw *w, const struct decoded *d)
{
	if (d->n_warnings == 0)
		return;
	jsonw_kv_array(w, "notes");
	for (size_t i = 0; i < d->n_warnings; i++)
		jsonw_cstr(w, d->warnings[i]);
	jsonw_end_array(w);
}

static const char *
describe(struct arena *a, const struct import_report *r)
{
	const struct decoded *d = &r->decoded;
	struct buf out = BUF_INIT;
	const char *text;
	struct jsonw w;

	jsonw_init(&w, &out);
	jsonw_object(&w);
	if (r->result != IMPORT_KNOWN) {
		jsonw_kv_cstr(&w, "format", file_format_name(d->format));
		jsonw_kv_cstr(&w, "kind", d->kind);
		show_activities(&w, d);
		if (r->n_joined > 0)
			jsonw_kv_int(&w, "joined", (int64_t)r->n_joined);
		jsonw_kv_int(&w, "measurements", (int64_t)d->n_daily);
		if (d->n_sleeps > 0)
			jsonw_kv_int(&w, "sleeps", (int64_t)d->n_sleeps);
		if (r->n_thresholds > 0)
			jsonw_kv_int(
			    &w, "thresholds", (int64_t)r->n_thresholds);
		show_notes(&w, d);
	}
	jsonw_end_object(&w);
	jsonw_done(&w);
	text = arena_strndup(a, out.p, out.n);
	buf_free(&out);
	return text;
}

static int
note(struct db *db, struct importing *i, struct err *e)
{
	const struct job_run *r = i->run;
	int rc = jobs_item_done(db, i->arena, &r->job, i->item, e);

	if (rc == 0)
		i->noted = true;
	return rc < 0 ? -1 : rc;
}

/* Inside the transaction that stores the file: stored and noted, or neither. */
static int
note_stored(struct db *tx, void *arg, struct err *e)
{
	struct importing *i = arg;
	int rc;

	i->item->state = status_of(&i->report);
	i->item->result = describe(i->arena, &i->report);
	rc = note(tx, i, e);
	if (rc == 0)
		return err_set(e, ERR_CONFLICT, "another has done this file");
	return rc < 0 ? -1 : 0;
}

static void
map_in_thread(void *arg)
{
	struct importing *i = arg;

	i->rc = spool_map(i->run->conf->data_dir, &i->run->job.id,
	    i->item->position, &i->bytes, i->e);
	if (i->rc == 0 && i->bytes.n == 0)
		i->rc = err_set(i->e, ERR_INVALID, "the file is empty");
}

static int
import_mapped(struct importing *i, struct err *e)
{
	struct job_run *r = i->run;
	struct import_file_in in = {
		.bytes = i->bytes,
		.name = i->item->name,
		.zone = i->zone,
	};
	struct import_also also = { note_stored, i };

	if (file_import(r->conf, r->db, i->arena, &r->job.owner, &in, &also,
		&i->report, e) < 0)
		return -1;
	if (i->report.result != IMPORT_KNOWN)
		return 0;
	i->item->state = status_of(&i->report);
	i->item->result = describe(i->arena, &i->report);
	return note(r->db, i, e) < 0 ? -1 : 0;
}

/* The archive's own files are stored one by one; the item is noted after all.
 */
static int
import_packed(struct importing *i, struct err *e)
{
	const struct archive_in in = {
		.run = i->run,
		.zone = i->zone,
		.bytes = i->bytes,
		.done = i->run->job.items_done,
		.sum = i->sum,
	};
	const char *foreign = unpack_foreign(i->bytes);

	if (foreign != NULL)
		return err_set(e, ERR_UNSUPPORTED,
		    "a %s archive; ZIP, tar and gzip are read here", foreign);
	if (import_archive(
		&in, i->arena, &i->item->state, &i->item->result, e) < 0)
		return -1;
	return note(i->run->db, i, e) < 0 ? -1 : 0;
}

static int
try_file(struct importing *i, struct err *e)
{
	int rc;

	arena_reset(i->arena);
	i->bytes = STR_NULL;
	i->e = e;
	if (fiber_offload(map_in_thread, i, e) < 0)
		return -1;
	rc = i->rc;
	if (rc == 0)
		rc = unpack_is_archive(i->bytes) ||
			     unpack_foreign(i->bytes) != NULL
			 ? import_packed(i, e)
			 : import_mapped(i, e);
	spool_unmap(i->bytes);
	return rc;
}

/* 0 the file is imported or known to be bad; -1 the job cannot go on. */
static int
import_file(struct importing *i, struct err *e)
{
	int64_t pause_ms = PAUSE_MS;
	int rc = try_file(i, e);

	for (int n = 1; n < TRIES && rc < 0 && job_error_passes(e); n++) {
		if (i->noted)
			return 0;
		if (fiber_sleep_ms(pause_ms, e) < 0)
			return -1;
		pause_ms *= 2;
		rc = try_file(i, e);
	}
	if (rc == 0 || i->noted)
		return 0;
	/* An archive is left between two of its files when the job is canceled.
	 */
	if (job_error_passes(e) || e->code == ERR_CANCELED)
		return -1;
	log_err(LOG_INFO, "import", i->item->name, e);
	i->item->state = "failed";
	i->item->result = job_error_json(i->arena, e);
	return note(i->run->db, i, e) < 0 ? -1 : 0;
}

/* Files in archives are counted as those that came alone. */
static const char *
sum_up(struct arena *a, const struct job_item *list, size_t n)
{
	int64_t sum[COUNT_KINDS] = { 0 };

	for (size_t i = 0; i < n; i++)
		import_count(a, &list[i], sum);
	return import_sum(a, sum);
}

static int
import_all(struct importing *i, struct job_item *list, size_t n, struct err *e)
{
	for (size_t at = 0; at < n; at++) {
		if (job_run_go_on(i->run, e) < 0)
			return -1;
		i->item = &list[at];
		i->noted = false;
		if (strcmp(i->item->state, JOB_ITEM_WAITING) == 0 &&
		    import_file(i, e) < 0)
			return -1;
		import_count(i->arena, i->item, i->sum);
		job_run_progress(i->run, (int64_t)at + 1);
	}
	return 0;
}

static int
find_zone(struct job_run *r, const struct tz **zone_r, struct err *e)
{
	struct user u;
	int rc = users_get(r->db, r->arena, &r->job.owner, &u, e);

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(e, ERR_NOT_FOUND, "no such user");
	*zone_r = tz_find(str_of(u.athlete.timezone), e);
	return *zone_r != NULL ? 0 : -1;
}

int
import_run(struct job_run *r, struct err *e)
{
	struct importing i = { .run = r };
	struct job_item *list;
	size_t n;
	int rc;

	if (find_zone(r, &i.zone, e) < 0 ||
	    jobs_items(
		r->db, r->arena, &r->job.owner, &r->job.id, &list, &n, e) < 0)
		return -1;
	i.arena = arena_new();
	rc = import_all(&i, list, n, e);
	arena_free(&i.arena);
	if (rc == 0 && jobs_items(r->db, r->arena, &r->job.owner, &r->job.id,
			   &list, &n, e) == 0)
		r->job.result = sum_up(r->arena, list, n);
	return rc;
}

int
import_tell(const struct app *app, struct db *tx, struct arena *a,
    const struct job *j, struct err *e)
{
	struct buf out = BUF_INIT;
	struct jsonw w;
	int rc;

	jsonw_init(&w, &out);
	job_json(&w, j, NULL, 0);
	jsonw_done(&w);
	rc = event_log_put(tx, a, &j->owner, EVENT_FEED, EVENT_IMPORT_PROGRESS,
	    buf_str(&out), NULL, e);
	buf_free(&out);
	/* One that a tool began is a task as well. */
	return rc == 0 && j->input[0] != '\0' ? task_tell(app, tx, a, j, e)
					      : rc;
}

void
import_forget(const struct conf *conf, const struct uuid *job)
{
	spool_remove(conf->data_dir, job);
}
