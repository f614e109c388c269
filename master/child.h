#ifndef CHILD_H
#define CHILD_H

/* Processes of the master's: start, signals, end. */

#include <sys/types.h>

#include "base/err.h"

struct generation;
struct master;

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
	int chan_fd;	     /* -1 once the child has closed its end */
	int64_t started_us;  /* monotonic */
	int64_t deadline_us; /* draining: then it is killed */
	int64_t aborted_us;  /* by the watchdog; 0: not */
	bool wants_successor;
};

/* Fork a process of this role for a generation; NULL and e when it cannot
 * be. */
struct child *child_start(struct master *m, struct generation *g,
    enum child_role role, unsigned index, struct err *e);
/* Ask it to finish what it does and leave / to leave at once. */
void child_drain(struct master *m, struct child *c);
void child_stop(struct child *c);
/* The child that was reaped is no more. */
void child_release(struct master *m, struct child *c);
struct child *child_by_pid(struct master *m, pid_t pid);
unsigned child_count(const struct master *m);
/* Slots that a new process could have. */
unsigned child_count_free(struct master *m);
const char *child_role_name(enum child_role r);
/* Run setup_main() in a process and wait for it; its exit status. */
int child_run_setup(struct master *m, struct generation *g, struct err *e);

#endif
