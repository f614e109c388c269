#include "jobs/import_archive.h"

#include "base/clock.h"
#include "base/jsonw.h"
#include "files/export.h"
#include "jobs/import_told.h"
#include "loop/fiber.h"
#include "provider/file_import.h"

#define SHOWN_MAX    100 /* activities and failures that are listed */
#define SAY_US	     INT64_C(1000000)
#define SAY_FIRST_US INT64_C(250000)

struct tally {
	unsigned imported, known, nothing, failed;
	size_t measurements, sleeps, thresholds, joined;
	size_t n_activities;
	struct uuid activities[SHOWN_MAX];
	struct err first;    /* failure, with the member's name */
	struct buf failures; /* JSON array, open */
	struct jsonw w;
	int64_t said_us;
};

struct reading {
	const struct archive_in *in;
	struct arena *arena;
	struct export *x;
	struct export_item item;
	int rc;
	struct err why; /* rc is -1 */
};

static void
open_in_thread(void *arg)
{
	struct reading *r = arg;

	r->x = export_open(
	    r->arena, r->in->bytes, r->in->zone, NULL, NULL, &r->why);
	r->rc = r->x != NULL ? 0 : -1;
}

static void
next_in_thread(void *arg)
{
	struct reading *r = arg;

	r->why = ERR_INIT;
	r->rc = export_next(r->x, &r->item, &r->why);
}

static void
close_in_thread(void *arg)
{
	struct reading *r = arg;

	export_close(&r->x);
}

static void
note_failure(struct tally *t, const char *path, const struct err *why)
{
	if (t->failed == 0)
		err_set(&t->first, why->code, "%s: %s", path, why->msg);
	if (t->failed++ >= SHOWN_MAX)
		return;
	jsonw_object(&t->w);
	jsonw_kv_cstr(&t->w, "file", path);
	jsonw_kv_cstr(&t->w, "code", err_name(why->code));
	jsonw_kv_cstr(&t->w, "message", why->msg);
	jsonw_end_object(&t->w);
}

static void
note_report(struct tally *t, const struct import_report *r)
{
	const struct decoded *d = &r->decoded;

	t->imported += r->result == IMPORT_DONE;
	t->known += r->result == IMPORT_KNOWN;
	t->nothing += r->result == IMPORT_NOTHING;
	t->measurements += d->n_daily;
	t->sleeps += d->n_sleeps;
	t->thresholds += r->n_thresholds;
	t->joined += r->n_joined;
	for (size_t i = 0; i < d->n_activities; i++)
		if (t->n_activities < SHOWN_MAX)
			t->activities[t->n_activities++] = d->activities[i].id;
}

static void
add_counts(const struct tally *t, int64_t n[COUNT_KINDS])
{
	n[COUNT_IMPORTED] += t->imported;
	n[COUNT_KNOWN] += t->known;
	n[COUNT_NOTHING] += t->nothing;
	n[COUNT_FAILED] += t->failed;
}

/* An archive of years takes minutes: say now and then how it goes. */
static void
say_so_far(const struct archive_in *in, struct tally *t)
{
	struct job_run *run = in->run;
	int64_t n[COUNT_KINDS];

	if (clock_mono_us() - t->said_us < SAY_US)
		return;
	t->said_us = clock_mono_us();
	memcpy(n, in->sum, sizeof(n));
	add_counts(t, n);
	job_run_so_far(run, import_sum(run->arena, n));
}

/* 0 whatever became of the member; -1 the job cannot go on. */
static int
import_member(struct reading *r, struct tally *t, struct err *e)
{
	const struct export_item *item = &r->item;
	struct job_run *run = r->in->run;
	const char *slash = strrchr(item->path, '/');
	struct import_file_in in = {
		.bytes = item->bytes,
		.ready = item->ready,
		.name = slash != NULL ? slash + 1 : item->path,
		.zone = r->in->zone,
		.hint = &item->hint,
	};
	struct arena *a = arena_new();
	struct import_report report;
	int rc = file_import(
	    run->conf, run->db, a, &run->job.owner, &in, NULL, &report, e);

	if (rc == 0)
		note_report(t, &report);
	arena_free(&a);
	if (rc == 0 || job_error_passes(e))
		return rc;
	note_failure(t, item->path, e);
	return 0;
}

static int
import_members(struct reading *r, struct tally *t, struct err *e)
{
	struct job_run *run = r->in->run;

	for (;;) {
		if (job_run_go_on(run, e) < 0)
			return -1;
		if (fiber_offload(next_in_thread, r, e) < 0)
			return -1;
		if (r->rc == 0)
			return 0;
		if (r->rc < 0) {
			note_failure(t, "", &r->why);
			return 0;
		}
		if (r->item.refused)
			note_failure(t, r->item.path, &r->item.why);
		else if (import_member(r, t, e) < 0)
			return -1;
		say_so_far(r->in, t);
		job_run_progress(run, r->in->done);
	}
}

static void
show_counts(struct jsonw *w, const struct tally *t, size_t passed_over)
{
	int64_t n[COUNT_KINDS] = { [COUNT_PASSED_OVER] = (int64_t)passed_over };

	add_counts(t, n);
	jsonw_kv_object(w, "files");
	for (int i = 0; i < COUNT_KINDS; i++)
		jsonw_kv_int(w, import_count_name((enum import_count)i), n[i]);
	jsonw_end_object(w);
}

/* Where no file of it could be read it is an error, of the first one. */
static const char *
sum_up(struct arena *a, struct tally *t, bool failed, size_t passed_over)
{
	struct buf out = BUF_INIT;
	const char *text;
	struct jsonw w;

	jsonw_end_array(&t->w);
	jsonw_done(&t->w);
	jsonw_init(&w, &out);
	jsonw_object(&w);
	if (failed)
		job_error_members(&w, &t->first);
	jsonw_kv_cstr(&w, "format", "archive");
	show_counts(&w, t, passed_over);
	jsonw_kv_array(&w, "activities");
	for (size_t i = 0; i < t->n_activities; i++)
		jsonw_uuid(&w, &t->activities[i]);
	jsonw_end_array(&w);
	jsonw_kv_int(&w, "joined", (int64_t)t->joined);
	jsonw_kv_int(&w, "measurements", (int64_t)t->measurements);
	jsonw_kv_int(&w, "sleeps", (int64_t)t->sleeps);
	jsonw_kv_int(&w, "thresholds", (int64_t)t->thresholds);
	jsonw_key(&w, "failures");
	jsonw_raw(&w, buf_str(&t->failures));
	jsonw_end_object(&w);
	jsonw_done(&w);
	text = arena_strndup(a, out.p, out.n);
	buf_free(&out);
	return text;
}

static const char *
state_of(const struct tally *t)
{
	if (t->imported > 0)
		return "imported";
	if (t->known > 0)
		return "known";
	return t->failed > 0 ? "failed" : "nothing";
}

int
import_archive(const struct archive_in *in, struct arena *a,
    const char **state_r, const char **result_r, struct err *e)
{
	struct reading r = { .in = in, .arena = a, .why = ERR_INIT };
	struct tally *t = arena_one(a, struct tally);
	struct err late = ERR_INIT;
	int rc;

	t->said_us = clock_mono_us() - SAY_US + SAY_FIRST_US;
	jsonw_init(&t->w, &t->failures);
	jsonw_array(&t->w);
	if (fiber_offload(open_in_thread, &r, e) < 0)
		return -1;
	if (r.rc < 0) {
		*e = r.why;
		return -1;
	}
	rc = import_members(&r, t, e);
	if (rc == 0) {
		*state_r = state_of(t);
		*result_r = sum_up(a, t, strcmp(*state_r, "failed") == 0,
		    export_passed_over(r.x));
	}
	/* A fiber that is cancelled closes it itself. */
	if (fiber_offload(close_in_thread, &r, &late) < 0)
		export_close(&r.x);
	buf_free(&t->failures);
	return rc;
}
