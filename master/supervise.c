#include "supervise.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "master.h"
#include "proc/chan.h"
#include "proc/heritage.h"
#include "shm/metrics.h"

#define MAX_BACKOFF_US INT64_C(30000000)
/* For one that was killed, by an administrator or for want of memory, whose
 * clients wait in its queue: that is no fault of its own. */
#define MAX_BACKOFF_KILLED_US INT64_C(400000)
/* Between a kill that had no effect and the next. */
#define KILL_AGAIN_US INT64_C(1000000)
/* What an aborted process gets to leave its last words. */
#define LAST_WORDS_US INT64_C(250000)

static int64_t
backoff_us(unsigned failures, enum end_reason reason)
{
	int64_t most =
	    reason == END_KILLED ? MAX_BACKOFF_KILLED_US : MAX_BACKOFF_US;
	int64_t us = 100000;

	if (failures <= 1)
		return 0;
	for (unsigned i = 2; i < failures && us < most; i++)
		us *= 2;
	return MIN(us, most);
}

/* --- what ends --------------------------------------------------------------
 */

/* It left because we asked it to, if only before it could listen. */
static bool
left_as_told(const struct child *c, int status)
{
	return c->state == CHILD_DRAINING &&
	       ((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
		   (WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM ||
					       WTERMSIG(status) == SIGQUIT)));
}

static enum end_reason
end_reason(struct master *m, const struct child *c, int status)
{
	if (left_as_told(c, status))
		return END_CLEAN;
	if (shm_slot(m->shm, c->slot)->panic_len > 0)
		return END_PANICKED;
	return WIFSIGNALED(status) ? END_KILLED : END_FAILED;
}

/* Another one would end in the same way. */
static bool
is_hopeless(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CONFIG;
}

static const char *
end_remark(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return ", by the sandbox: it tried a forbidden system call";
	return is_hopeless(status)
		   ? ": its configuration cannot work, so that no other is "
		     "started by it"
		   : "";
}

static void
log_end(
    struct master *m, const struct child *c, int status, enum end_reason reason)
{
	const struct board_slot *b = shm_slot(m->shm, c->slot);

	metric_add(M_worker_exits_total, reason, 0, 1);
	if (b->panic_len > 0)
		shm_keep_panic(m->shm, c->slot);
	if (reason == END_CLEAN)
		return;
	if (b->panic_len > 0)
		log_msg(c->aborted_us != 0 ? LOG_ERROR : LOG_ALERT, "master",
		    "%s %u (%d) panicked: %s", child_role_name(c->role),
		    c->index, (int)c->pid, b->panic);
	else
		log_msg(LOG_ERROR, "master", "%s %u (%d) %s %d%s",
		    child_role_name(c->role), c->index, (int)c->pid,
		    WIFSIGNALED(status) ? "was killed by signal"
					: "ended with status",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status),
		    end_remark(status));
}

static void
vacate(
    struct post *p, const struct child *c, int status, enum end_reason reason)
{
	if (p->successor == c) {
		p->successor = NULL;
		p->current->wants_successor = false; /* until it asks again */
		return;
	}
	if (p->current != c)
		return;
	/* A successor under way is as good as a new process. */
	p->current = p->successor;
	p->successor = NULL;
	p->end_reason = reason;
	p->failures++;
	p->spawn_at_us = clock_mono_us() + backoff_us(p->failures, reason);
	p->given_up = is_hopeless(status);
}

static bool
belongs_to(const struct generation *g, const struct child *c)
{
	for (unsigned i = 0; g != NULL && i < g->n_posts; i++) {
		if (g->posts[i].current == c)
			return true;
	}
	return false;
}

/* Its own words on why it could not start, if it left any. */
static void
keep_refusal(struct master *m, const struct child *c)
{
	const struct board_slot *b = shm_slot(m->shm, c->slot);
	size_t n = MIN(b->refusal_len, sizeof(m->refusal) - 1);

	if (c->state != CHILD_STARTING)
		return;
	memcpy(m->refusal, b->refusal, n);
	m->refusal[n] = '\0';
}

void
supervise_reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *c = child_by_pid(m, pid);
		enum end_reason reason;

		if (c == NULL)
			continue;
		reason = end_reason(m, c, status);
		log_end(m, c, status, reason);
		keep_refusal(m, c);
		for (unsigned i = 0; i < m->serving->n_posts; i++)
			vacate(&m->serving->posts[i], c, status, reason);
		if (belongs_to(m->next, c)) {
			for (unsigned i = 0; i < m->next->n_posts; i++)
				vacate(&m->next->posts[i], c, status, reason);
			reload_abandon(m, m->refusal[0] != '\0'
					      ? m->refusal
					      : "a new process ended before "
						"it was ready");
		}
		child_release(m, c);
	}
}

/* --- what children say ------------------------------------------------------
 */

static void
listen_to(struct child *c)
{
	if (c->chan_fd < 0)
		return;
	switch (chan_read(c->chan_fd)) {
	case CHAN_READY:
		if (c->state == CHILD_STARTING)
			c->state = CHILD_READY;
		break;
	case CHAN_REPLACE_ME:
		c->wants_successor = c->state == CHILD_READY;
		break;
	case CHAN_GONE:
		/* Left open, it would wake us without end. */
		close(c->chan_fd);
		c->chan_fd = -1;
		break;
	case CHAN_NOTHING:
		break;
	}
}

/* --- what is due
 * -------------------------------------------------------------- */

static void
fill_post(struct master *m, struct post *p)
{
	struct err e = ERR_INIT;

	p->current = child_start(m, m->serving, p->role, p->index, &e);
	if (p->current != NULL) {
		if (p->failures > 0)
			metric_add(M_respawns_total, p->end_reason, 0, 1);
		return;
	}
	log_err(LOG_ERROR, "master", "cannot start a process", &e);
	p->failures++;
	p->spawn_at_us = clock_mono_us() + backoff_us(p->failures, END_FAILED);
}

/* A worker that has served its time is relieved, not interrupted. */
static void
relieve(struct master *m, struct post *p)
{
	struct err e = ERR_INIT;

	if (p->successor == NULL) {
		p->successor =
		    child_start(m, m->serving, p->role, p->index, &e);
		if (p->successor == NULL)
			p->current->wants_successor = false;
		else
			metric_add(M_respawns_total, 0, 0, 1);
	} else if (p->successor->state == CHILD_READY) {
		child_drain(m, p->current);
		p->current = p->successor;
		p->successor = NULL;
	}
}

static void
tend_post(struct master *m, struct post *p)
{
	if (p->current == NULL) {
		if (!p->given_up && clock_mono_us() >= p->spawn_at_us)
			fill_post(m, p);
		return;
	}
	if (p->current->state == CHILD_READY)
		p->failures = 0;
	if (p->current->wants_successor)
		relieve(m, p);
}

/* Since when it owes a sign of life. */
static int64_t
silent_since_us(const struct master *m, const struct child *c)
{
	return c->state == CHILD_STARTING
		   ? c->started_us
		   : shm_slot(m->shm, c->slot)->heartbeat_us;
}

/* When its patience with a process ends, or ended. */
static int64_t
watch_due_us(const struct master *m, const struct child *c)
{
	const struct conf *conf = m->serving->conf;
	int64_t limit = c->state == CHILD_STARTING ? conf->startup_timeout_us
						   : conf->watchdog_us;

	if (limit == 0 || c->aborted_us != 0)
		return INT64_MAX;
	return silent_since_us(m, c) + limit;
}

/* A process that does not turn, or does not become ready, is aborted, so that
 * it says where it hangs, and then killed. */
static void
watch(struct master *m, struct child *c, int64_t now)
{
	int64_t since = silent_since_us(m, c);
	bool starting = c->state == CHILD_STARTING;

	if (now < watch_due_us(m, c))
		return;
	log_msg(LOG_ERROR, "master", "%s %u (%d) %s for %.1f s; aborting it",
	    child_role_name(c->role), c->index, (int)c->pid,
	    starting ? "has not become ready" : "has not turned",
	    (double)(now - since) / 1e6);
	c->aborted_us = now;
	c->deadline_us = now + LAST_WORDS_US;
	kill(c->pid, SIGABRT);
}

static void
kill_overdue(struct child *c, int64_t now)
{
	if ((c->state != CHILD_DRAINING && c->aborted_us == 0) ||
	    now < c->deadline_us)
		return;
	if (c->aborted_us == 0)
		log_msg(LOG_WARN, "master",
		    "%s %u (%d) does not leave; killing it",
		    child_role_name(c->role), c->index, (int)c->pid);
	kill(c->pid, SIGKILL);
	c->deadline_us = now + KILL_AGAIN_US;
}

void
supervise_turn(struct master *m)
{
	int64_t now = clock_mono_us();

	for (unsigned i = 0; i < MASTER_CHILDREN; i++) {
		struct child *c = &m->children[i];

		if (c->state == CHILD_FREE)
			continue;
		listen_to(c);
		watch(m, c, now);
		kill_overdue(c, now);
	}
	if (m->state == MASTER_STOPPING)
		return;
	for (unsigned i = 0; i < m->serving->n_posts; i++)
		tend_post(m, &m->serving->posts[i]);
}

static int64_t
child_due_us(const struct master *m, const struct child *c)
{
	bool going = c->state == CHILD_DRAINING || c->aborted_us != 0;

	if (c->state == CHILD_FREE)
		return INT64_MAX;
	return MIN(watch_due_us(m, c), going ? c->deadline_us : INT64_MAX);
}

int64_t
supervise_due_us(const struct master *m)
{
	int64_t due = INT64_MAX;

	for (unsigned i = 0; i < MASTER_CHILDREN; i++)
		due = MIN(due, child_due_us(m, &m->children[i]));
	for (unsigned i = 0; i < m->serving->n_posts; i++) {
		const struct post *p = &m->serving->posts[i];

		if (p->current == NULL && !p->given_up &&
		    m->state != MASTER_STOPPING)
			due = MIN(due, p->spawn_at_us);
	}
	return due;
}

bool
supervise_leave_posts(struct master *m)
{
	struct generation *g = m->serving;
	bool serves[SOCKETS_MAX] = { false };
	unsigned n = 0;

	for (unsigned i = 0; i < g->n_workers; i++) {
		serves[i] = !g->posts[i].given_up;
		n += serves[i];
	}
	if (n > 0 && n < g->n_workers)
		sockets_leave_to(g->sockets, serves, g->n_workers);
	return n > 0;
}
