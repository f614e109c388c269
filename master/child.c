#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "control.h"
#include "master.h"
#include "proc/chan.h"
#include "proc/heritage.h"
#include "proc/privs.h"
#include "proc/sig.h"
#include "proc/title.h"
#include "shm/board.h"
#include "shm/metrics.h"
#include "shm/shm.h"

/* A drained child gets this long beyond server.drain_timeout to end itself. */
#define KILL_GRACE_US INT64_C(5000000)

static struct shm *panic_shm;
static unsigned panic_slot;

const char *
child_role_name(enum child_role r)
{
	static const char *const names[] = { "worker", "keeper", "setup" };

	return names[r];
}

const char *
child_state_name(enum child_state s)
{
	static const char *const names[] = { "free", "starting", "ready",
		"draining" };

	return names[s];
}

static struct child *
find_free(struct master *m)
{
	for (unsigned i = 0; i < m->n_children; i++) {
		if (m->children[i].state == CHILD_FREE)
			return &m->children[i];
	}
	return NULL;
}

unsigned
child_count(const struct master *m)
{
	unsigned n = 0;

	for (unsigned i = 0; i < m->n_children; i++)
		n += m->children[i].state != CHILD_FREE;
	return n;
}

struct child *
child_by_pid(struct master *m, pid_t pid)
{
	for (unsigned i = 0; i < m->n_children; i++) {
		if (m->children[i].state != CHILD_FREE &&
		    m->children[i].pid == pid)
			return &m->children[i];
	}
	return NULL;
}

/* --- the child's side ---------------------------------------------------- */

static void
leave_last_words(const char *message)
{
	shm_panic(panic_shm, panic_slot, message);
}

/* Close what belongs to the master or to another child. */
static void
close_foreign(struct master *m, const struct child *self)
{
	for (unsigned i = 0; i < m->n_children; i++) {
		if (&m->children[i] != self && m->children[i].chan_fd >= 0)
			close(m->children[i].chan_fd);
	}
	for (unsigned i = 0; i < m->n_workers; i++) {
		if (self->role != CHILD_WORKER || i != self->index)
			close(m->listen_fds[i]);
	}
	control_close_in_child(m->control);
	close(m->pid_fd);
	if (m->ready_fd >= 0)
		close(m->ready_fd);
}

static int
run_role(enum child_role role, const struct heritage *h)
{
	switch (role) {
	case CHILD_WORKER:
		return worker_main(h);
	case CHILD_KEEPER:
		return keeper_main(h);
	case CHILD_SETUP:
		break;
	}
	sig_unblock();
	return setup_main(h);
}

static void
forget_master(struct master *m, const struct conf *conf)
{
	if (m->conf != conf)
		conf_free(&m->conf);
	if (m->next_conf != conf)
		conf_free(&m->next_conf);
	free(m->posts);
	free(m->children);
	free(m->listen_fds);
	control_free(&m->control);
}

NORETURN static void
live(struct master *m, const struct child *self, const struct conf *conf,
    int chan_fd)
{
	char name[32];
	struct conf *own_conf = conf == m->conf ? m->conf : m->next_conf;
	enum child_role role = self->role;
	struct heritage h = {
		.conf = conf,
		.shm = m->shm,
		.slot = self->slot,
		.index = self->index,
		.generation = self->generation,
		.chan_fd = chan_fd,
		.listen_fd =
		    role == CHILD_WORKER ? m->listen_fds[self->index] : -1,
	};
	int status;

	sig_reset();
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	if (role == CHILD_WORKER)
		snprintf(name, sizeof(name), "worker %u", self->index);
	else
		snprintf(name, sizeof(name), "%s", child_role_name(role));
	title_set(name);
	log_set_process(name);
	panic_shm = m->shm;
	panic_slot = self->slot;
	check_set_hook(leave_last_words);
	metrics_attach(m->shm, self->slot);
	close_foreign(m, self);
	privs_keep_only((const int[]){ log_fd(), h.chan_fd, h.listen_fd }, 3);
	forget_master(m, conf);
	board_attach(m->shm, h.slot);
	status = run_role(role, &h);
	board_detach();
	conf_free(&own_conf);
	shm_free(&m->shm);
	title_free();
	exit(status);
}

/* --- the master's side --------------------------------------------------- */

struct child *
child_start(struct master *m, enum child_role role, unsigned index,
    const struct conf *conf, unsigned generation, struct err *e)
{
	static const enum slot_role slot_roles[] = { SLOT_WORKER, SLOT_KEEPER,
		SLOT_KEEPER };
	struct child *c = find_free(m);
	int chan_fd;
	pid_t pid;

	if (c == NULL) {
		err_set(e, ERR_UNAVAILABLE, "no free slot for a %s",
		    child_role_name(role));
		return NULL;
	}
	if (chan_pair(&c->chan_fd, &chan_fd, e) < 0)
		return NULL;
	c->role = role;
	c->index = index;
	c->generation = generation;
	shm_slot_begin(m->shm, c->slot, slot_roles[role], generation);
	shm_slot(m->shm, c->slot)->index = index;
	pid = fork();
	if (pid == 0) {
		close(c->chan_fd);
		c->chan_fd = -1;
		live(m, c, conf, chan_fd);
	}
	close(chan_fd);
	if (pid < 0) {
		err_sys(e, ERR_UNAVAILABLE, "fork");
		child_release(m, c);
		return NULL;
	}
	c->pid = pid;
	c->state = CHILD_STARTING;
	shm_slot(m->shm, c->slot)->pid = pid;
	return c;
}

void
child_drain(struct master *m, struct child *c)
{
	c->state = CHILD_DRAINING;
	c->deadline_us =
	    clock_mono_us() + m->conf->drain_timeout_us + KILL_GRACE_US;
	kill(c->pid, SIGQUIT);
}

void
child_stop(struct child *c)
{
	c->state = CHILD_DRAINING;
	c->deadline_us = clock_mono_us() + KILL_GRACE_US;
	kill(c->pid, SIGTERM);
}

void
child_release(struct master *m, struct child *c)
{
	if (c->chan_fd >= 0)
		close(c->chan_fd);
	c->chan_fd = -1;
	c->pid = 0;
	c->state = CHILD_FREE;
	shm_slot_end(m->shm, c->slot);
}

int
child_run_setup(struct master *m, struct err *e)
{
	struct child *c = child_start(m, CHILD_SETUP, 0, m->conf, 0, e);
	int status;

	if (c == NULL)
		return 1;
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	child_release(m, c);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
