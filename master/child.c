#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "control.h"
#include "master.h"
#include "proc/chan.h"
#include "proc/heritage.h"
#include "proc/panic.h"
#include "proc/privs.h"
#include "proc/sig.h"
#include "proc/title.h"
#include "shm/board.h"
#include "shm/metrics.h"
#include "shm/shm.h"

/* A drained child gets this long beyond server.drain_timeout to end itself. */
#define DRAIN_GRACE_US INT64_C(900000)
/* And one that is to leave at once. */
#define STOP_GRACE_US INT64_C(5000000)

const char *
child_role_name(enum child_role r)
{
	static const char *const names[] = { "worker", "keeper", "setup" };

	return names[r];
}

/* Neither a child of ours has the slot, nor one of the master before us. */
static bool
is_free(struct master *m, const struct child *c)
{
	return c->state == CHILD_FREE &&
	       shm_slot(m->shm, c->slot)->state == SLOT_DOWN;
}

static struct child *
find_free(struct master *m)
{
	for (unsigned i = 0; i < MASTER_CHILDREN; i++) {
		struct child *c = &m->children[i];

		if (c->state == CHILD_FREE && shm_slot_claim(m->shm, c->slot))
			return c;
	}
	return NULL;
}

unsigned
child_count_free(struct master *m)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MASTER_CHILDREN; i++)
		n += is_free(m, &m->children[i]);
	return n;
}

unsigned
child_count(const struct master *m)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MASTER_CHILDREN; i++)
		n += m->children[i].state != CHILD_FREE;
	return n;
}

struct child *
child_by_pid(struct master *m, pid_t pid)
{
	for (unsigned i = 0; i < MASTER_CHILDREN; i++) {
		if (m->children[i].state != CHILD_FREE &&
		    m->children[i].pid == pid)
			return &m->children[i];
	}
	return NULL;
}

/* --- the child's side ---------------------------------------------------- */

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

/* All descriptors but this process' own. */
static void
close_foreign(const struct heritage *h)
{
	int keep[SOCKETS_ALL_MAX + 3] = { log_fd(), h->chan_fd,
		shm_wake_fd(h->shm) };

	for (unsigned i = 0; i < h->n_listen; i++)
		keep[i + 3] = h->listen[i].fd;
	privs_keep_only(keep, h->n_listen + 3);
}

static void
forget_master(struct master *m, struct generation *own)
{
	struct generation *other = own == m->next ? m->serving : m->next;

	free(own->sockets);
	if (other != NULL)
		free(other->sockets);
	free(m->inherited);
	generation_free(&other);
	free(m->children);
	control_free(&m->control);
	shm_drop_fd(m->shm);
}

NORETURN static void
live(struct master *m, const struct child *self, struct generation *own,
    int chan_fd)
{
	struct listen_fd listen[SOCKETS_ALL_MAX];
	enum child_role role = self->role;
	struct heritage h = {
		.conf = own->conf,
		.shm = m->shm,
		.slot = self->slot,
		.index = self->index,
		.generation = self->generation,
		.chan_fd = chan_fd,
		.listen = listen,
	};
	char name[32];
	int status;

	sig_reset();
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	if (role == CHILD_WORKER) {
		snprintf(name, sizeof(name), "worker %u", self->index);
		h.n_listen = sockets_share(
		    own->sockets, self->index, own->n_workers, listen);
	} else {
		snprintf(name, sizeof(name), "%s", child_role_name(role));
		if (role == CHILD_KEEPER)
			listen[h.n_listen++] = sockets_admin(own->sockets);
	}
	title_set(name);
	log_set_process(name);
	conf_configure_log(own->conf);
	panic_init(m->shm, self->slot);
	metrics_attach(m->shm, self->slot);
	forget_master(m, own);
	close_foreign(&h);
	board_attach(m->shm, h.slot);
	status = run_role(role, &h);
	board_detach();
	generation_free(&own);
	metrics_detach();
	shm_free(&m->shm);
	title_free();
	exit(status);
}

/* --- the master's side --------------------------------------------------- */

struct child *
child_start(struct master *m, struct generation *g, enum child_role role,
    unsigned index, struct err *e)
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
	*c = (struct child){ .slot = c->slot,
		.role = role,
		.index = index,
		.generation = g->number,
		.chan_fd = -1,
		.started_us = clock_mono_us() };
	if (chan_pair(&c->chan_fd, &chan_fd, e) < 0) {
		child_release(m, c);
		return NULL;
	}
	shm_slot_begin(m->shm, c->slot, slot_roles[role], g->number);
	shm_slot(m->shm, c->slot)->index = index;
	pid = fork();
	if (pid == 0) {
		close(c->chan_fd);
		c->chan_fd = -1;
		live(m, c, g, chan_fd);
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
	c->deadline_us = clock_mono_us() + m->serving->conf->drain_timeout_us +
			 DRAIN_GRACE_US;
	kill(c->pid, SIGQUIT);
}

void
child_stop(struct child *c)
{
	c->state = CHILD_DRAINING;
	c->deadline_us = clock_mono_us() + STOP_GRACE_US;
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
child_run_setup(struct master *m, struct generation *g, struct err *e)
{
	struct child *c = child_start(m, g, CHILD_SETUP, 0, e);
	int status;

	if (c == NULL)
		return 1;
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	child_release(m, c);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
