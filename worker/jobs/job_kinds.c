/* What there is to do, by the kind of a job; and what all kinds have done to
 * them. */

#include "base/jsonw.h"
#include "jobs/jobs_impl.h"
#include "loop/fiber.h"
#include "app.h"

static int
run_unknown(struct job_run *r, struct err *e)
{
	return err_set(
	    e, ERR_INTERNAL, "this program knows no job \"%s\"", r->job.kind);
}

static int
tell_nobody(UNUSED const struct app *app, UNUSED struct db *tx,
    UNUSED struct arena *a, UNUSED const struct job *j, UNUSED struct err *e)
{
	return 0;
}

static const struct job_kind kinds[] = {
#define X(name, run, tell, forget) { name, run, tell, forget },
	JOB_KINDS(X)
#undef X
	/* Of a newer program, perhaps. */
	{ NULL, run_unknown, tell_nobody, import_forget },
};

const struct job_kind *
job_kind_find(const char *name)
{
	const struct job_kind *k = kinds;

	while (k->name != NULL && strcmp(k->name, name) != 0)
		k++;
	return k;
}

bool
job_error_passes(const struct err *e)
{
	return err_may_pass(e) || e->code == ERR_UNCERTAIN ||
	       e->code == ERR_CONFLICT;
}

void
job_error_members(struct jsonw *w, const struct err *e)
{
	jsonw_kv_cstr(w, "code", err_name(e->code));
	jsonw_kv_cstr(
	    w, "message", err_is_public(e) ? e->msg : err_public_text(e->code));
}

const char *
job_error_json(struct arena *a, const struct err *e)
{
	struct buf out = BUF_INIT;
	const char *text;
	struct jsonw w;

	jsonw_init(&w, &out);
	jsonw_object(&w);
	job_error_members(&w, e);
	jsonw_end_object(&w);
	jsonw_done(&w);
	text = arena_strndup(a, out.p, out.n);
	buf_free(&out);
	return text;
}

/* --- what is done to a job, by its kind ----------------------------------- */

struct telling {
	const struct app *app;
	struct arena *arena;
	struct job *job;
	int64_t revision; /* that it is read with */
	bool saved;
};

static int
save_and_tell(struct db *tx, void *arg, struct err *e)
{
	struct telling *t = arg;
	int rc;

	t->job->revision = t->revision;
	rc = jobs_save(tx, t->arena, t->job, e);
	t->saved = rc > 0;
	if (rc <= 0)
		return rc;
	return job_kind_find(t->job->kind)
	    ->tell(t->app, tx, t->arena, t->job, e);
}

int
jobs_save_told(
    const struct app *app, struct arena *a, struct job *j, struct err *e)
{
	struct telling t = { app, a, j, j->revision, false };

	if (db_write(app->db, save_and_tell, &t, e) == 0)
		return t.saved;
	j->revision = t.revision;
	return -1;
}

struct forgetting {
	const struct conf *conf;
	const struct job *job;
};

static void
forget_in_thread(void *arg)
{
	struct forgetting *f = arg;

	job_kind_find(f->job->kind)->forget(f->conf, &f->job->id);
}

int
jobs_forget(const struct conf *conf, const struct job *j, struct err *e)
{
	struct forgetting f = { conf, j };

	return fiber_offload(forget_in_thread, &f, e);
}
