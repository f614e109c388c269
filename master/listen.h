#ifndef LISTEN_H
#define LISTEN_H

/* The listening sockets: one a worker of the first generation, all on one
 * address by SO_REUSEPORT, so that the kernel spreads connections and a dead
 * worker's queue waits for its successor.  As long as the address stays, none
 * is closed and none is added, since either would lose connections: when the
 * number of workers changes, they share out the sockets that are there. */

#include "base/err.h"

#define SOCKETS_MAX 64

struct conf;

struct sockets {
	char address[128]; /* as configured, or "systemd" */
	unsigned n;
	int fd[SOCKETS_MAX];
};

/* Open n sockets on the configured address; those that systemd passed
 * (LISTEN_FDS) instead, when there are any.  NULL and e, with nothing left
 * open. */
struct sockets *sockets_open(const struct conf *c, unsigned n, struct err *e);
/* Sockets that an old master passed on. */
struct sockets *sockets_adopt(const char *address, const int *fds, unsigned n);
/* Take no more connections, in any process: clients are refused at once, where
 * otherwise they would wait in a queue that nobody empties any more.  Sockets
 * of the service manager stay as they are. */
void sockets_shut(const struct sockets *s);
/* Close and free. */
void sockets_close(struct sockets **s);
/* Do they listen where the configuration says? */
bool sockets_fit(const struct sockets *s, const struct conf *c);
/* Those that worker i of n takes connections from; returns how many. */
unsigned sockets_share(
    const struct sockets *s, unsigned i, unsigned n, int out[SOCKETS_MAX]);

#endif
