#ifndef CHILD_H
#define CHILD_H

/* Processes of the master's: start, signals, end. */

#include <sys/types.h>

#include "base/err.h"

struct conf;
struct master;
struct post;

enum child_role { CHILD_WORKER, CHILD_KEEPER, CHILD_SETUP };

/* FREE -> STARTING -> READY -> DRAINING -> FREE; any state may end at once. */
enum child_state { CHILD_FREE, CHILD_STARTING, CHILD_READY, CHILD_DRAINING };

struct child {
	enum child_state state;
	enum child_role role;
	pid_t pid;
	unsigned slot;
	unsigned index;
	unsigned generation;
	int chan_fd;
	int64_t deadline_us; /* monotonic; draining: then it is killed */
};

/* Fork a process of this role; NULL and e when it cannot be.  It works by
 * `conf` and belongs to `generation`. */
struct child *child_start(struct master *m, enum child_role role,
    unsigned index, const struct conf *conf, unsigned generation,
    struct err *e);
/* Ask it to finish what it does and leave / to leave at once. */
void child_drain(struct master *m, struct child *c);
void child_stop(struct child *c);
/* The child that was reaped is no more. */
void child_release(struct master *m, struct child *c);
struct child *child_by_pid(struct master *m, pid_t pid);
unsigned child_count(const struct master *m);
const char *child_role_name(enum child_role r);
const char *child_state_name(enum child_state s);
/* Run setup_main() in a process and wait for it; its exit status. */
int child_run_setup(struct master *m, struct err *e);

#endif
