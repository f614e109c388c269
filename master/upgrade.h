#ifndef UPGRADE_H
#define UPGRADE_H

/* A new program takes over from the running one: it is started by the absolute
 * path that this one was started by, inherits the listening sockets, the
 * control socket, the shared memory and the lock on the pid file, and says
 * READY over a pipe.  Only then does the old master drain and leave; when the
 * new one fails, hangs or is missing, the old one goes on as if nothing had
 * been. */

#include <sys/types.h>

#include "base/err.h"

struct master;
struct sockets;

struct upgrade {
	pid_t pid; /* the new master, 0: none */
	int fd;	   /* its status comes here; -1: none */
	int64_t until_us;
};

/* What an old master passes on; descriptors are -1 when there is none. */
struct legacy {
	int ready_fd;
	int pid_fd;
	int control_fd;
	int shm_fd;
	int wake_fd;
	struct sockets *sockets;
};

/* Note how this process was started, for the one after it.  From main(),
 * before anything changes the arguments. */
void upgrade_note_program(int argc, char **argv);
/* Forget it, for a clean end. */
void upgrade_forget_program(void);

/* Start the new program. */
void upgrade_begin(struct master *m);
/* Has it said what became of it? */
void upgrade_advance(struct master *m);
/* Give it up. */
void upgrade_abandon(struct master *m, const char *why);

/* In the new program: take what was passed.  1, 0 when there was no old
 * master, -1 when what it says cannot be. */
NODISCARD int upgrade_take(struct legacy *l, struct err *e);

#endif
