#ifndef MASTER_H
#define MASTER_H

/* The master: one loop that waits for signals, children and the control
 * socket, and one function that acts on what it finds. */

#include "base/err.h"
#include "child.h"

struct conf;
struct control;
struct shm;

enum master_state {
	MASTER_STARTING,
	MASTER_RUNNING,
	MASTER_RELOADING,
	MASTER_STOPPING
};

/* A place that is to be filled: worker 0 to n-1, and the keeper.  `next` is its
 * process in the generation that a reload is building. */
struct post {
	enum child_role role;
	unsigned index;
	struct child *current;
	struct child *next;
	unsigned failures;   /* since it last was ready */
	int64_t spawn_at_us; /* monotonic; when current is NULL */
	bool given_up; /* its process said that a new one would fail too */
};

struct master {
	struct conf *conf;
	struct conf *next_conf; /* while reloading */
	struct shm *shm;
	struct control *control;
	enum master_state state;
	unsigned generation;
	unsigned n_workers;
	int *listen_fds; /* one a worker, kept open for good */
	unsigned n_posts;
	struct post *posts;
	unsigned n_children; /* size of the table */
	struct child *children;
	int64_t reload_until_us;
	bool reload_wanted;
	bool stop_now; /* no drain */
	int ready_fd;  /* the waiting caller, or -1 */
	int pid_fd;    /* holds the lock on the pid file */
	int status;    /* that the process will exit with */
};

/* Run until told to stop; takes *c.  ready_fd gets one byte, the status, when
 * the first generation is ready or has failed; -1: nobody waits.  Returns the
 * exit status. */
int master_run(struct conf **c, int ready_fd);
/* Ask for what the signals ask for; used by the control socket. */
void master_want_reload(struct master *m);
void master_stop(struct master *m, bool now);
void master_reopen_logs(struct master *m);
const char *master_state_name(enum master_state s);

#endif
