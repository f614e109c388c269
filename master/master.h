#ifndef MASTER_H
#define MASTER_H

/* The master: one loop that waits for signals, children and the control
 * socket, and one function that acts on what it finds. */

#include "base/err.h"
#include "child.h"
#include "generation.h"
#include "shm/shm.h"
#include "upgrade.h"

struct conf;
struct control;

/* Children of all generations that live at once: the one that serves, the one
 * a reload builds, and those that still drain. */
#define MASTER_CHILDREN (4 * (SOCKETS_MAX + 1))

/* STARTING -> RUNNING <-> RELOADING, UPGRADING; any -> STOPPING. */
enum master_state {
	MASTER_STARTING,
	MASTER_RUNNING,
	MASTER_RELOADING,
	MASTER_UPGRADING,
	MASTER_STOPPING,
};

struct master {
	enum master_state state;
	struct generation *serving;
	struct generation *next; /* that a reload builds */
	/* Of the master before us, until we are ready. */
	struct sockets *inherited;
	struct upgrade upgrade;
	struct shm *shm;
	struct control *control;
	struct child *children; /* MASTER_CHILDREN */
	int64_t reload_until_us;
	int64_t next_ping_us; /* of the service manager's watchdog */
	int64_t conf_taken_s; /* when the configuration last was good */
	bool conf_taken;      /* the last one was */
	bool reload_wanted;
	bool upgrade_wanted;
	bool stop_now; /* no drain */
	bool replaced; /* a new master has taken over */
	int ready_fd;  /* whoever waits for our status, or -1 */
	int pid_fd;    /* holds the lock on the pid file */
	int status;    /* that the process will exit with */
	/* Why the last process that could not start could not; or empty. */
	char refusal[SHM_REFUSAL_BYTES];
};

/* Run until told to stop; takes *c.  ready_fd gets one byte, the status, when
 * the first generation is ready or has failed; -1: nobody waits.  Returns the
 * exit status. */
int master_run(struct conf **c, int ready_fd);
/* Ask for what the signals ask for; used by the control socket. */
void master_want_reload(struct master *m);
void master_want_upgrade(struct master *m);
void master_stop(struct master *m, bool now);
void master_reopen_logs(struct master *m);
/* A start or reload took its configuration, or refused it. */
void master_note_configuration(struct master *m, bool taken);
const char *master_state_name(enum master_state s);

#endif
