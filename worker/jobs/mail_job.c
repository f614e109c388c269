/* Mail: a job that waits for the mail server.  A try that fails counts as an
 * item done, so that whoever takes the job up next knows how many there were;
 * the wait between two grows fourfold. */

#include "app.h"
#include "auth/accounts.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "jobs/jobs.h"
#include "jobs/mail_send.h"
#include "shm/metrics.h"

#define FIRST_WAIT_US INT64_C(1000000)
#define MAX_WAIT_US   INT64_C(1800000000)

enum outcome { SENT, PUT_OFF, GIVEN_UP, DROPPED, OUTCOMES };

struct mail {
	enum mail_kind kind;
	const char *to;
	struct user whose;
};

void
mail_label_metrics(void)
{
	static const char *const outcomes[OUTCOMES] = { "sent", "put_off",
		"given_up", "dropped" };
	static const char *names[MAIL_KIND_COUNT];

	for (int k = 0; k < MAIL_KIND_COUNT; k++)
		names[k] = mail_name((enum mail_kind)k);
	metrics_label(M_mails_total, 0, names, MAIL_KIND_COUNT);
	metrics_label(M_mails_total, 1, outcomes, OUTCOMES);
}

static void
note(const struct job_run *r, const struct mail *m, enum outcome o,
    const char *text)
{
	metric_add(M_mails_total, m->kind, o, 1);
	log_with(o == SENT ? LOG_NOTICE : LOG_WARN, "mail", text,
	    F_STR("mail", mail_name(m->kind)),
	    F_STR("to", mail_masked(r->arena, m->to)),
	    F_INT("attempt", r->job.items_done + 1));
}

static int64_t
wait_us(int64_t tries)
{
	int64_t us = FIRST_WAIT_US;

	while (--tries > 0 && us < MAX_WAIT_US)
		us *= 4;
	return MIN(us, MAX_WAIT_US);
}

/* A link for a new password goes to nobody who had the address once. */
static bool
is_still_wanted(const struct mail *m)
{
	return m->kind != MAIL_RESET ||
	       (m->whose.status != USER_SUSPENDED &&
		   str_ieq(str_of(m->whose.athlete.email), str_of(m->to)));
}

static int
try_once(struct job_run *r, const struct mail *m, struct err *e)
{
	struct buf link = BUF_INIT;
	enum link_kind kind;
	int rc = 0;

	if (mail_has_link(m->kind, &kind))
		rc = accounts_mail_link(r->app->accounts, r->arena,
		    &r->job.owner, m->kind, m->to, &link, e);
	if (rc == 0)
		rc = mail_send(r->app->httpc, r->arena, r->conf, m->kind, m->to,
		    buf_cstr(&link), e);
	buf_wipe(&link);
	return rc;
}

/* It failed, for now or for good. */
static int
put_off(struct job_run *r, const struct mail *m, const struct err *e)
{
	int64_t tries = r->job.items_done + 1;

	if (!job_error_passes(e) || tries >= r->conf->mail_max_attempts) {
		note(r, m, GIVEN_UP, "a mail is given up");
		return -1;
	}
	log_err(LOG_WARN, "mail", "not taken", e);
	note(r, m, PUT_OFF, "a mail has to wait");
	r->job.items_done = tries;
	r->wait_until_us = clock_wall_us() + wait_us(tries);
	return 0;
}

int
mail_run(struct job_run *r, struct err *e)
{
	struct mail m = { .to = "" };
	int rc = mail_read(r->arena, r->job.input, &m.kind, &m.to, e);

	if (rc < 0)
		return -1;
	/* What the row says in the end: which, and not to whom. */
	r->job.result =
	    arena_printf(r->arena, "{\"mail\":\"%s\"}", mail_name(m.kind));
	rc = users_get(r->db, r->arena, &r->job.owner, &m.whose, e);
	if (rc < 0)
		return -1;
	if (!mail_is_on(r->conf) || rc == 0 || !is_still_wanted(&m)) {
		note(r, &m, DROPPED, "a mail is not wanted any more");
		return 0;
	}
	if (try_once(r, &m, e) < 0)
		return put_off(r, &m, e);
	note(r, &m, SENT, "a mail was sent");
	r->job.items_done = r->job.items_all;
	return 0;
}

int
mail_tell(UNUSED const struct app *app, UNUSED struct db *tx,
    UNUSED struct arena *a, UNUSED const struct job *j, UNUSED struct err *e)
{
	return 0;
}

void
mail_forget(UNUSED const struct conf *conf, UNUSED const struct uuid *job)
{
	/* A mail has nothing but its row. */
}
