#include "master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/version.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "control.h"
#include "generation.h"
#include "listen.h"
#include "ownership.h"
#include "pidfile.h"
#include "proc/chan.h"
#include "proc/heritage.h"
#include "proc/sig.h"
#include "proc/title.h"
#include "shm/board.h"
#include "shm/metrics.h"

/* Slots for the generation that serves, the one a reload builds, and those
 * that still drain. */
#define GENERATIONS    4
#define BEAT_US	       INT64_C(1000000)
#define MAX_BACKOFF_US INT64_C(30000000)

static const int signals[] = { SIGHUP, SIGUSR1, SIGTERM, SIGQUIT, SIGINT,
	SIGCHLD };

const char *
master_state_name(enum master_state s)
{
	static const char *const names[] = { "starting", "running", "reloading",
		"stopping" };

	return names[s];
}

/* The waiting caller gets the status once, and words for its standard error. */
static void
tell_caller(struct master *m, int status, const char *words)
{
	char text[1024] = { (char)status };
	size_t n = strnlen(words, sizeof(text) - 1);

	if (m->ready_fd < 0)
		return;
	memcpy(text + 1, words, n);
	if (write(m->ready_fd, text, n + 1) < 0)
		log_msg(LOG_WARN, "master", "the starting process has gone");
	close(m->ready_fd);
	m->ready_fd = -1;
}

/* Whoever started it looks at the terminal, not into the log file. */
static void
cannot_start(struct master *m, const struct err *e)
{
	const char *words = m->conf->log_file[0] != '\0' ? e->msg : "";

	log_err(LOG_ERROR, "master", "cannot start", e);
	if (m->ready_fd >= 0)
		tell_caller(m, m->status, words);
	else if (words[0] != '\0')
		fprintf(stderr, "pierre-mcp-server: %s\n", words);
}

/* --- what outsiders ask for ---------------------------------------------- */

void
master_want_reload(struct master *m)
{
	m->reload_wanted = true;
}

void
master_reopen_logs(struct master *m)
{
	struct err e = ERR_INIT;

	if (log_reopen(&e) < 0)
		log_err(LOG_ERROR, "master", "reopen", &e);
	ownership_take_log(m->conf);
	for (unsigned i = 0; i < m->n_children; i++) {
		if (m->children[i].state != CHILD_FREE)
			kill(m->children[i].pid, SIGUSR1);
	}
	log_msg(LOG_NOTICE, "master", "logs reopened");
}

void
master_stop(struct master *m, bool now)
{
	if (m->state == MASTER_STOPPING && (m->stop_now || !now))
		return;
	if (m->state == MASTER_RELOADING)
		generation_abandon(m, "the server is stopping");
	log_msg(LOG_NOTICE, "master", now ? "stopping at once" : "draining");
	m->state = MASTER_STOPPING;
	m->stop_now = now;
	shm_set_stopping(m->shm);
	for (unsigned i = 0; i < m->n_children; i++) {
		struct child *c = &m->children[i];

		if (c->state == CHILD_FREE)
			continue;
		if (now)
			child_stop(c);
		else
			child_drain(m, c);
	}
	listen_shut(m->listen_fds, m->n_workers);
}

static void
act_on_signals(struct master *m)
{
	if (sig_taken(SIGUSR1))
		master_reopen_logs(m);
	if (sig_taken(SIGHUP))
		master_want_reload(m);
	if (sig_taken(SIGINT))
		master_stop(m, true);
	if (sig_taken(SIGTERM))
		master_stop(m, m->state == MASTER_STOPPING);
	if (sig_taken(SIGQUIT))
		master_stop(m, false);
}

/* --- children that end --------------------------------------------------- */

static int64_t
backoff_us(unsigned failures)
{
	int64_t us = 100000;

	if (failures <= 1)
		return 0;
	for (unsigned i = 2; i < failures && us < MAX_BACKOFF_US; i++)
		us *= 2;
	return MIN(us, MAX_BACKOFF_US);
}

static void
log_end(struct master *m, const struct child *c, int status)
{
	const struct board_slot *b = shm_slot(m->shm, c->slot);
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	unsigned reason = clean			? 0
			  : b->panic_len > 0	? 3
			  : WIFSIGNALED(status) ? 2
						: 1;

	metric_add(M_worker_exits_total, reason, 0, 1);
	if (b->panic_len > 0)
		shm_keep_panic(m->shm, c->slot);
	if (clean && c->state == CHILD_DRAINING)
		return;
	if (b->panic_len > 0)
		log_msg(LOG_ALERT, "master", "%s %u (%d) panicked: %s",
		    child_role_name(c->role), c->index, (int)c->pid, b->panic);
	else
		log_msg(LOG_ERROR, "master", "%s %u (%d) %s %d%s",
		    child_role_name(c->role), c->index, (int)c->pid,
		    WIFSIGNALED(status) ? "was killed by signal"
					: "ended with status",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status),
		    WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS
			? ", by the sandbox: it tried a forbidden system call"
			: "");
}

static void
vacate_post(struct master *m, const struct child *c, int status)
{
	for (unsigned i = 0; i < m->n_posts; i++) {
		struct post *p = &m->posts[i];

		if (p->current == c) {
			p->current = NULL;
			p->failures++;
			p->spawn_at_us =
			    clock_mono_us() + backoff_us(p->failures);
			p->given_up = WIFEXITED(status) &&
				      WEXITSTATUS(status) == EXIT_CONFIG;
		} else if (p->next == c) {
			p->next = NULL;
			generation_abandon(m, "a new process ended before it "
					      "was ready");
		}
	}
}

static void
reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *c = child_by_pid(m, pid);

		if (c == NULL)
			continue;
		log_end(m, c, status);
		vacate_post(m, c, status);
		child_release(m, c);
	}
}

/* --- children that begin ------------------------------------------------- */

static void
fill_post(struct master *m, struct post *p)
{
	struct err e = ERR_INIT;

	p->current =
	    child_start(m, p->role, p->index, m->conf, m->generation, &e);
	if (p->current != NULL)
		return;
	log_err(LOG_ERROR, "master", "cannot start a process", &e);
	p->failures++;
	p->spawn_at_us = clock_mono_us() + backoff_us(p->failures);
}

static void
fill_posts(struct master *m)
{
	int64_t now = clock_mono_us();

	for (unsigned i = 0; i < m->n_posts; i++) {
		struct post *p = &m->posts[i];

		if (p->current == NULL && !p->given_up && now >= p->spawn_at_us)
			fill_post(m, p);
	}
}

static void
read_channels(struct master *m)
{
	for (unsigned i = 0; i < m->n_children; i++) {
		struct child *c = &m->children[i];

		if (c->state == CHILD_STARTING &&
		    chan_read_ready(c->chan_fd) > 0)
			c->state = CHILD_READY;
	}
	for (unsigned i = 0; i < m->n_posts; i++) {
		struct post *p = &m->posts[i];

		if (p->current != NULL && p->current->state == CHILD_READY)
			p->failures = 0;
	}
}

static void
advance_start(struct master *m)
{
	unsigned given_up = 0, ready = 0;

	for (unsigned i = 0; i < m->n_posts; i++) {
		const struct post *p = &m->posts[i];

		given_up += p->given_up;
		ready += p->current != NULL && p->current->state == CHILD_READY;
	}
	if (given_up > 0) {
		m->status = EXIT_CONFIG;
		tell_caller(
		    m, m->status, "a process could not start; see the log");
		master_stop(m, true);
	} else if (ready == m->n_posts) {
		m->state = MASTER_RUNNING;
		shm_set_started_up(m->shm);
		log_with(LOG_NOTICE, "master", "ready",
		    F_STR("version", version_text),
		    F_STR("listen", m->conf->listen),
		    F_INT("workers", m->n_workers));
		tell_caller(m, 0, "");
	}
}

static void
kill_overdue(struct master *m)
{
	int64_t now = clock_mono_us();

	for (unsigned i = 0; i < m->n_children; i++) {
		struct child *c = &m->children[i];

		if (c->state != CHILD_DRAINING || now < c->deadline_us)
			continue;
		log_msg(LOG_WARN, "master",
		    "%s %u (%d) does not leave; killing it",
		    child_role_name(c->role), c->index, (int)c->pid);
		kill(c->pid, SIGKILL);
		c->deadline_us = now + BEAT_US;
	}
}

/* --- the loop ------------------------------------------------------------ */

static int64_t
timeout_ms(const struct master *m)
{
	int64_t now = clock_mono_us();
	int64_t until = now + BEAT_US;

	for (unsigned i = 0; i < m->n_posts && m->state != MASTER_STOPPING;
	     i++) {
		const struct post *p = &m->posts[i];

		if (p->current == NULL && !p->given_up)
			until = MIN(until, p->spawn_at_us);
	}
	return until <= now ? 0 : (until - now + 999) / 1000;
}

static void
wait_for_something(struct master *m)
{
	size_t n, max = CONTROL_MAX_CLIENTS + 1 + m->n_children;
	struct pollfd *fds = xcalloc(max, sizeof(*fds));

	n = control_poll(m->control, fds);
	for (unsigned i = 0; i < m->n_children; i++) {
		if (m->children[i].state == CHILD_STARTING)
			fds[n++] =
			    (struct pollfd){ .fd = m->children[i].chan_fd,
				    .events = POLLIN };
	}
	if (sig_ppoll(fds, n, timeout_ms(m)) < 0 && errno != EINTR)
		log_msg(LOG_ALERT, "master", "ppoll: %s", strerror(errno));
	free(fds);
}

static void
act(struct master *m)
{
	shm_beat(m->shm, SHM_MASTER_SLOT, SLOT_READY);
	act_on_signals(m);
	if (sig_taken(SIGCHLD))
		reap(m);
	read_channels(m);
	control_serve(m->control, m);
	kill_overdue(m);
	switch (m->state) {
	case MASTER_STARTING:
		fill_posts(m);
		advance_start(m);
		break;
	case MASTER_RUNNING:
		fill_posts(m);
		if (m->reload_wanted)
			generation_begin(m);
		break;
	case MASTER_RELOADING:
		fill_posts(m);
		generation_advance(m);
		break;
	case MASTER_STOPPING:
		break;
	}
	shm_set_phase(m->shm, master_state_name(m->state), m->generation);
}

static void
run_loop(struct master *m)
{
	while (m->state != MASTER_STOPPING || child_count(m) > 0) {
		wait_for_something(m);
		act(m);
	}
	log_msg(LOG_NOTICE, "master", "shutdown complete");
}

/* --- beginning and end --------------------------------------------------- */

static void
lay_out_posts(struct master *m)
{
	m->n_posts = m->n_workers + 1;
	m->posts = xcalloc(m->n_posts, sizeof(*m->posts));
	for (unsigned i = 0; i < m->n_workers; i++)
		m->posts[i] = (struct post){ .role = CHILD_WORKER, .index = i };
	m->posts[m->n_workers].role = CHILD_KEEPER;
	m->n_children = GENERATIONS * m->n_posts;
	m->children = xcalloc(m->n_children, sizeof(*m->children));
	for (unsigned i = 0; i < m->n_children; i++) {
		m->children[i].slot = i + 1;
		m->children[i].chan_fd = -1;
	}
}

static int
prepare(struct master *m, struct err *e)
{
	int status;

	if (ownership_take(m->conf, e) < 0)
		return -1;
	m->n_workers = conf_worker_count(m->conf);
	m->listen_fds = xcalloc(m->n_workers, sizeof(*m->listen_fds));
	lay_out_posts(m);
	m->shm = shm_new(m->n_children + 1, e);
	if (m->shm == NULL)
		return -1;
	shm_slot_begin(m->shm, SHM_MASTER_SLOT, SLOT_MASTER, 0);
	shm_slot(m->shm, SHM_MASTER_SLOT)->pid = getpid();
	metrics_attach(m->shm, SHM_MASTER_SLOT);
	board_attach(m->shm, SHM_MASTER_SLOT);
	if (listen_open(m->conf, m->listen_fds, m->n_workers, e) < 0) {
		m->n_workers = 0;
		return -1;
	}
	m->control = control_new(m->conf, e);
	if (m->control == NULL)
		return -1;
	status = child_run_setup(m, e);
	if (status == 0)
		return 0;
	return e->code != ERR_NONE
		   ? -1
		   : err_set(e,
			 status == EXIT_CONFIG ? ERR_CONFIG : ERR_UNAVAILABLE,
			 "the database could not be prepared; see the "
			 "log");
}

static void
tear_down(struct master *m)
{
	for (unsigned i = 0; i < m->n_workers; i++)
		close(m->listen_fds[i]);
	if (m->control != NULL)
		control_unlink(m->control);
	control_free(&m->control);
	board_detach();
	shm_free(&m->shm);
	free(m->listen_fds);
	free(m->posts);
	free(m->children);
}

static void
run_prepared(struct master *m)
{
	struct err e = ERR_INIT;

	sig_collect(signals, ARRAY_LEN(signals));
	if (prepare(m, &e) == 0) {
		m->generation = 1;
		run_loop(m);
	} else {
		m->status = e.code == ERR_CONFIG ? EXIT_CONFIG : 1;
		cannot_start(m, &e);
	}
	tell_caller(m, m->status, "stopped before it was ready");
	tear_down(m);
}

int
master_run(struct conf **c, int ready_fd)
{
	struct master m = { .conf = *c, .ready_fd = ready_fd, .pid_fd = -1 };
	struct err e = ERR_INIT;

	*c = NULL;
	title_set("master");
	if (conf_make_data_dir(m.conf, &e) == 0)
		m.pid_fd = pidfile_take(m.conf, &e);
	if (m.pid_fd < 0) {
		m.status = EXIT_CONFIG;
		cannot_start(&m, &e);
	} else {
		run_prepared(&m);
		pidfile_drop(m.conf, m.pid_fd);
	}
	conf_free(&m.conf);
	return m.status;
}
