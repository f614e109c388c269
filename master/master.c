#include "master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/version.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "control.h"
#include "notify.h"
#include "ownership.h"
#include "pidfile.h"
#include "proc/heritage.h"
#include "proc/sig.h"
#include "proc/title.h"
#include "shm/board.h"
#include "shm/metrics.h"
#include "supervise.h"

#define BEAT_US INT64_C(1000000)

static const int signals[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGQUIT,
	SIGINT, SIGCHLD };

const char *
master_state_name(enum master_state s)
{
	static const char *const names[] = { "starting", "running", "reloading",
		"upgrading", "stopping" };

	return names[s];
}

/* The waiting caller, or the old master, gets the status once, and words for
 * its standard error. */
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
cannot_start(struct master *m, const struct conf *c, const struct err *e)
{
	const char *words = c->log_file[0] != '\0' ? e->msg : "";

	log_err(LOG_ERROR, "master", "cannot start", e);
	if (m->ready_fd >= 0)
		tell_caller(m, m->status, words);
	else if (words[0] != '\0')
		fprintf(stderr, "pierre-mcp-server: %s\n", words);
}

/* --- what outsiders ask for --------------------------------------------- */

void
master_want_reload(struct master *m)
{
	m->reload_wanted = true;
}

void
master_want_upgrade(struct master *m)
{
	m->upgrade_wanted = true;
}

void
master_note_configuration(struct master *m, bool taken)
{
	m->conf_taken = taken;
	if (taken)
		m->conf_taken_s = clock_wall_us() / 1000000;
}

void
master_reopen_logs(struct master *m)
{
	struct err e = ERR_INIT;

	if (log_reopen(&e) < 0)
		log_err(LOG_ERROR, "master", "reopen", &e);
	ownership_take_log(m->serving->conf);
	for (unsigned i = 0; i < MASTER_CHILDREN; i++) {
		if (m->children[i].state != CHILD_FREE)
			kill(m->children[i].pid, SIGUSR1);
	}
	log_msg(LOG_NOTICE, "master", "logs reopened");
}

static void
stop_children(struct master *m, bool now)
{
	for (unsigned i = 0; i < MASTER_CHILDREN; i++) {
		struct child *c = &m->children[i];

		if (c->state == CHILD_FREE)
			continue;
		if (now)
			child_stop(c);
		else
			child_drain(m, c);
	}
}

void
master_stop(struct master *m, bool now)
{
	if (m->state == MASTER_STOPPING && (m->stop_now || !now))
		return;
	if (m->state == MASTER_RELOADING)
		reload_abandon(m, "the server is stopping");
	if (m->upgrade.pid > 0)
		upgrade_abandon(m, "the server is stopping");
	log_msg(LOG_NOTICE, "master", now ? "stopping at once" : "draining");
	m->state = MASTER_STOPPING;
	m->stop_now = now;
	/* When replaced, the service goes on without us. */
	if (!m->replaced) {
		notify_stopping(m);
		shm_set_stopping(m->shm);
	}
	stop_children(m, now);
	if (!m->replaced)
		sockets_shut(m->serving->sockets);
}

static void
act_on_signals(struct master *m)
{
	if (sig_taken(SIGUSR1))
		master_reopen_logs(m);
	if (sig_taken(SIGHUP))
		master_want_reload(m);
	if (sig_taken(SIGUSR2))
		master_want_upgrade(m);
	if (sig_taken(SIGINT))
		master_stop(m, true);
	if (sig_taken(SIGTERM))
		master_stop(m, m->state == MASTER_STOPPING);
	if (sig_taken(SIGQUIT))
		master_stop(m, false);
	if (sig_taken(SIGCHLD))
		supervise_reap(m);
}

/* --- the loop ------------------------------------------------------------- */

static bool
one_gave_up(const struct generation *g)
{
	for (unsigned i = 0; i < g->n_posts; i++) {
		if (g->posts[i].given_up)
			return true;
	}
	return false;
}

static void
become_ready(struct master *m)
{
	struct err e = ERR_INIT;

	m->state = MASTER_RUNNING;
	sockets_retire(&m->inherited, m->serving->sockets);
	shm_set_started_up(m->shm);
	master_note_configuration(m, true);
	if (pidfile_write(m->pid_fd, &e) < 0)
		log_err(LOG_ERROR, "master", "pid file", &e);
	log_with(LOG_NOTICE, "master", "ready", F_STR("version", version_text),
	    F_STR("listen", m->serving->conf->listen_text),
	    F_INT("workers", m->serving->n_workers));
	tell_caller(m, 0, "");
	notify_ready(m);
}

static void
advance_start(struct master *m)
{
	if (one_gave_up(m->serving)) {
		m->status = EXIT_CONFIG;
		tell_caller(m, m->status,
		    m->refusal[0] != '\0'
			? m->refusal
			: "a process could not start; see the log");
		master_stop(m, true);
	} else if (generation_is_ready(m->serving)) {
		become_ready(m);
	}
}

static void
advance_service(struct master *m)
{
	if (m->upgrade_wanted) {
		upgrade_begin(m);
	} else if (m->reload_wanted) {
		reload_begin(m);
	} else if (!supervise_leave_posts(m)) {
		log_msg(LOG_ALERT, "master",
		    "no worker is left that could serve, and none can be "
		    "started: the configuration cannot work");
		m->status = EXIT_CONFIG;
		master_stop(m, true);
	}
}

static void
advance(struct master *m)
{
	switch (m->state) {
	case MASTER_STARTING:
		advance_start(m);
		break;
	case MASTER_RUNNING:
		advance_service(m);
		break;
	case MASTER_RELOADING:
		reload_advance(m);
		break;
	case MASTER_UPGRADING:
		upgrade_advance(m);
		break;
	case MASTER_STOPPING:
		break;
	}
}

/* Again and again, since a successor that fails leaves the slot changed. */
static void
tell_board(struct master *m)
{
	shm_set_phase(m->shm, master_state_name(m->state), m->serving->number);
	metric_gauge(M_config_last_reload_successful, m->conf_taken);
	metric_gauge(
	    M_config_last_reload_success_timestamp_seconds, m->conf_taken_s);
}

static void
act(struct master *m)
{
	/* The new master beats for the service once it has taken over. */
	if (!m->replaced)
		shm_beat(m->shm, SHM_MASTER_SLOT, SLOT_READY);
	act_on_signals(m);
	supervise_turn(m);
	if (m->state != MASTER_STARTING)
		control_serve(m->control, m);
	notify_watchdog(m);
	advance(m);
	if (!m->replaced)
		tell_board(m);
}

static int64_t
timeout_ms(const struct master *m)
{
	int64_t now = clock_mono_us();
	int64_t until = MIN(now + BEAT_US, supervise_due_us(m));

	return until <= now ? 0 : (until - now + 999) / 1000;
}

static void
wait_for_something(struct master *m)
{
	struct pollfd fds[CONTROL_MAX_CLIENTS + 2 + MASTER_CHILDREN];
	size_t n = 0;

	if (m->state != MASTER_STARTING)
		n = control_poll(m->control, fds);
	if (m->upgrade.fd >= 0)
		fds[n++] =
		    (struct pollfd){ .fd = m->upgrade.fd, .events = POLLIN };
	for (unsigned i = 0; i < MASTER_CHILDREN; i++) {
		const struct child *c = &m->children[i];

		if (c->chan_fd >= 0)
			fds[n++] = (struct pollfd){ .fd = c->chan_fd,
				.events = POLLIN };
	}
	if (sig_ppoll(fds, n, timeout_ms(m)) < 0 && errno != EINTR)
		log_msg(LOG_ALERT, "master", "ppoll: %s", strerror(errno));
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
lay_out_children(struct master *m)
{
	m->children = xcalloc(MASTER_CHILDREN, sizeof(*m->children));
	for (unsigned i = 0; i < MASTER_CHILDREN; i++) {
		m->children[i].slot = i + 1;
		m->children[i].chan_fd = -1;
	}
}

/* The segment of the master before us goes on, if we can read it. */
static int
open_board(struct master *m, struct legacy *old, struct err *e)
{
	struct board_slot *own;

	if (old->shm_fd >= 0)
		m->shm =
		    shm_adopt(old->shm_fd, old->wake_fd, MASTER_CHILDREN + 1);
	if (m->shm == NULL)
		m->shm = shm_new(MASTER_CHILDREN + 1, e);
	if (m->shm == NULL)
		return -1;
	own = shm_slot(m->shm, SHM_MASTER_SLOT);
	shm_slot_begin(m->shm, SHM_MASTER_SLOT, SLOT_MASTER, own->generation);
	own->pid = getpid();
	metrics_attach(m->shm, SHM_MASTER_SLOT);
	board_attach(m->shm, SHM_MASTER_SLOT);
	return 0;
}

static unsigned
newest_generation(struct shm *shm)
{
	unsigned newest = 0;

	for (unsigned i = 0; i < shm_slots(shm); i++)
		newest = MAX(newest, shm_slot(shm, i)->generation);
	return newest;
}

static int
open_generation(
    struct master *m, struct conf **c, struct legacy *old, struct err *e)
{
	struct sockets *sockets;

	m->inherited = old->sockets;
	sockets = sockets_open(*c, conf_worker_count(*c), m->inherited, e);
	if (sockets == NULL)
		return -1;
	m->serving = generation_new(newest_generation(m->shm) + 1, c, sockets);
	return 0;
}

static int
prepare(struct master *m, struct conf **c, struct legacy *old, struct err *e)
{
	int status;

	if (conf_read_tls(*c, e) < 0 || ownership_take(*c, e) < 0 ||
	    open_board(m, old, e) < 0 || open_generation(m, c, old, e) < 0)
		return -1;
	m->control = old->control_fd >= 0
			 ? control_adopt(m->serving->conf, old->control_fd, e)
			 : control_new(m->serving->conf, e);
	if (m->control == NULL)
		return -1;
	status = child_run_setup(m, m->serving, e);
	if (status == 0)
		return 0;
	return e->code != ERR_NONE
		   ? -1
		   : err_set(e,
			 status == EXIT_CONFIG ? ERR_CONFIG : ERR_UNAVAILABLE,
			 "the database could not be prepared; see the log");
}

/* What a successor, or the master that we could not succeed, uses stays. */
static void
tear_down(struct master *m, bool succeeding)
{
	bool ours =
	    !m->replaced && !(succeeding && m->state == MASTER_STARTING);

	if (m->control != NULL && ours)
		control_unlink(m->control);
	control_free(&m->control);
	board_detach();
	metrics_detach();
	if (m->serving != NULL) {
		/* A socket's file is the successor's. */
		if (m->replaced)
			sockets_close(&m->serving->sockets);
		sockets_retire(&m->serving->sockets, m->inherited);
		if (ours)
			pidfile_remove(m->serving->conf);
	}
	sockets_close(&m->inherited);
	generation_free(&m->serving);
	shm_free(&m->shm);
	free(m->children);
}

static void
run_with_lock(struct master *m, struct conf **c, struct legacy *old)
{
	struct err e = ERR_INIT;
	bool succeeding = old->pid_fd >= 0;

	sig_collect(signals, ARRAY_LEN(signals));
	lay_out_children(m);
	if (prepare(m, c, old, &e) == 0) {
		run_loop(m);
	} else {
		m->status = e.code == ERR_CONFIG ? EXIT_CONFIG : 1;
		cannot_start(m, m->serving != NULL ? m->serving->conf : *c, &e);
	}
	tell_caller(m, m->status, "stopped before it was ready");
	tear_down(m, succeeding);
}

int
master_run(struct conf **c, int ready_fd)
{
	struct master m = {
		.ready_fd = ready_fd, .pid_fd = -1, .upgrade = { .fd = -1 }
	};
	struct err e = ERR_INIT;
	struct legacy old;
	int taken = upgrade_take(&old, &e);

	title_set("master");
	if (taken > 0) {
		m.pid_fd = old.pid_fd;
		m.ready_fd = old.ready_fd;
	} else if (taken == 0 && conf_make_data_dir(*c, &e) == 0) {
		m.pid_fd = pidfile_take(*c, &e);
	}
	if (m.pid_fd < 0) {
		m.status = EXIT_CONFIG;
		cannot_start(&m, *c, &e);
	} else {
		run_with_lock(&m, c, &old);
		close(m.pid_fd);
	}
	conf_free(c);
	return m.status;
}
