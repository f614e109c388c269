/* A worker's part in the work: when it looks for some, and when it leaves. */

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "app.h"
#include "auth/accounts.h"
#include "events/events.h"
#include "jobs/jobs_impl.h"
#include "loop/fiber.h"
#include "shm/metrics.h"
#include "shm/shm.h"

#define POLL_MS	    1000
#define COMPLAIN_US INT64_C(60000000)

struct jobs {
	const struct app *app;
	struct timer poll;
	struct signal_watch due; /* some job is */
	int64_t complained_us;
	bool looking;
	bool again; /* look once more */
	bool draining;
	int64_t leave_us; /* then; monotonic */
};

static void
complain(struct jobs *j, const struct err *e)
{
	int64_t now_us = clock_mono_us();

	if (j->complained_us != 0 && now_us - j->complained_us < COMPLAIN_US)
		return;
	j->complained_us = now_us;
	log_err(LOG_WARN, "jobs", "looking for work", e);
}

static void
look(void *arg)
{
	struct jobs *j = arg;
	struct err e = ERR_INIT;
	int rc;

	do {
		j->again = false;
		do {
			rc = j->draining ? 0 : job_run_begin(j, j->app, &e);
		} while (rc > 0);
		if (rc < 0)
			complain(j, &e);
	} while (j->again && rc == 0 && !j->draining);
	j->looking = false;
}

static void
wake(struct jobs *j)
{
	if (j->draining)
		return;
	j->again = true;
	if (j->looking)
		return;
	j->looking = true;
	fiber_spawn(j->app->loop, look, j);
}

/* There is a place, and maybe work that was given back. */
void
jobs_place_is_free(struct jobs *j)
{
	if (j->draining)
		signals_send(events_signals(j->app->events), JOBS_SIGNAL);
	else
		wake(j);
}

static void
on_due(void *arg)
{
	wake(arg);
}

static void
on_poll(void *arg)
{
	struct jobs *j = arg;

	wake(j);
	timer_arm_ms(&j->poll, POLL_MS);
}

static void
call_out(void *arg)
{
	struct jobs *j = arg;

	signals_send(events_signals(j->app->events), JOBS_SIGNAL);
}

/* Those of a worker of this node that died, in whose place this one may be, are
 * due at once. */
static void
begin(void *arg)
{
	struct jobs *j = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (jobs_free_lost(j->app, a, &e) < 0)
		log_err(LOG_WARN, "jobs", "of workers that died", &e);
	arena_free(&a);
	wake(j);
}

void
jobs_start(struct jobs *j)
{
	signals_watch(
	    events_signals(j->app->events), &j->due, JOBS_SIGNAL, on_due, j);
	accounts_on_mail(j->app->accounts, call_out, j);
	timer_arm_ms(&j->poll, POLL_MS);
	fiber_spawn(j->app->loop, begin, j);
}

void
jobs_drain(struct jobs *j, int64_t grace_us)
{
	j->draining = true;
	j->leave_us = clock_mono_us() + grace_us;
	timer_disarm(&j->poll);
}

/* What would begin anew is not given back at once: reloads that come often
 * enough would never let it end. */
bool
jobs_has_to_leave(const struct jobs *j, bool whole)
{
	return j->draining && (!whole || clock_mono_us() >= j->leave_us ||
				  shm_stopping(j->app->shm));
}

static void
label_metrics(void)
{
	static const char *names[JOB_STATE_COUNT];

	for (int s = 0; s < JOB_STATE_COUNT; s++)
		names[s] = job_state_name((enum job_state)s);
	metrics_label(M_jobs_total, 0, names, JOB_STATE_COUNT);
	mail_label_metrics();
}

struct jobs *
jobs_new(const struct app *app)
{
	struct jobs *j = xcalloc(1, sizeof(*j));

	j->app = app;
	label_metrics();
	timer_init(&j->poll, app->loop, on_poll, j);
	return j;
}

void
jobs_free(struct jobs **jp)
{
	struct jobs *j = *jp;

	*jp = NULL;
	if (j == NULL)
		return;
	timer_fini(&j->poll);
	signals_unwatch(&j->due);
	free(j);
}
