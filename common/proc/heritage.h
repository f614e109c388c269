#ifndef PROC_HERITAGE_H
#define PROC_HERITAGE_H

/* What a process gets from the master when it is forked, and the roles there
 * are.  A role never returns to its caller's world: its result is the exit
 * status. */

#include "proc/listen_fd.h"

struct conf;
struct err;
struct shm;

/* EX_CONFIG of sysexits(3): starting again would end the same way. */
#define EXIT_CONFIG 78

struct heritage {
	const struct conf *conf;
	struct shm *shm;
	unsigned slot;	/* on the board */
	unsigned index; /* which worker, from 0 */
	unsigned generation;
	int chan_fd; /* words go out here; end of file: master gone */
	const struct listen_fd *listen;
	unsigned n_listen; /* the keeper's is the admin socket */
};

/* Serves requests. */
int worker_main(const struct heritage *h);
/* Does what has to be done once a node. */
int keeper_main(const struct heritage *h);
/* Runs to its end before the first worker: schema and keys. */
int setup_main(const struct heritage *h);
/* -t: whether what the configuration names can be used, as far as nothing has
 * to be opened for it.  0, or -1 with ERR_CONFIG. */
int check_main(const struct conf *conf, struct err *e);
/* pierrectl, mcp-stdio and --man. */
int command_main(int argc, char **argv);

#endif
