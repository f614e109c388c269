#ifndef LISTEN_H
#define LISTEN_H

/* The listening sockets: for each address one a worker of the first
 * generation, by SO_REUSEPORT, so that the kernel spreads connections and a
 * dead worker's queue waits for its successor.  As long as an address stays,
 * none is closed and none is added, since either would lose connections: when
 * the number of workers changes, they share out the sockets that are there.
 * Only one whose worker is not going to be replaced is shut, so that the kernel
 * gives the others its connections.  A path has one socket, which all workers
 * share. */

#include "base/err.h"
#include "config/conf.h"
#include "proc/listen_fd.h"

#define SOCKETS_MAX	64 /* of one place */
#define SOCKETS_ALL_MAX (SOCKETS_MAX * CONF_LISTEN_MAX)

struct buf;

struct place {
	char name[CONF_LISTEN_NAME]; /* as in conf_listener, or "systemd" */
	bool tls;
	bool proxy;
	bool admin; /* the keeper's, not the workers' */
	unsigned n;
	int fd[SOCKETS_MAX]; /* -1: shut, its worker is not coming back */
};

#define SOCKETS_PLACES (CONF_LISTEN_MAX + 1)

struct sockets {
	unsigned n;
	struct place place[SOCKETS_PLACES];
};

/* Open n sockets for each place that the configuration names, or those that
 * systemd passed (LISTEN_FDS) instead, when there are any; and admin.sock in
 * the data directory.  A place that is in
 * `old`, which may be NULL, is not opened but taken over: both hold it.  NULL
 * and e, with nothing left open. */
struct sockets *sockets_open(
    const struct conf *c, unsigned n, const struct sockets *old, struct err *e);
/* Write what an heir needs to adopt them, and let it inherit the descriptors:
 * "8,9;10", and the names with what they speak. */
void sockets_pass_on(
    const struct sockets *s, struct buf *fds, struct buf *names);
/* Sockets that an old master passed on, as above; NULL when the text cannot
 * be. */
struct sockets *sockets_adopt(struct str fds, struct str names);
/* Take no more connections, in any process: clients are refused at once, where
 * otherwise they would wait in a queue that nobody empties any more.  Sockets
 * of the service manager stay as they are. */
void sockets_shut(const struct sockets *s);
/* Close and free. */
void sockets_close(struct sockets **s);
/* The same, and shut those that are not in `kept`, which may be NULL, and
 * remove their files. */
void sockets_retire(struct sockets **s, const struct sockets *kept);
/* The keeper's. */
struct listen_fd sockets_admin(const struct sockets *s);
/* Those that worker i of n takes connections from; returns how many. */
unsigned sockets_share(const struct sockets *s, unsigned i, unsigned n,
    struct listen_fd out[SOCKETS_ALL_MAX]);
/* Shut those that none of the workers i of n with serves[i] takes connections
 * from.  Those of the service manager stay. */
void sockets_leave_to(struct sockets *s, const bool *serves, unsigned n);

#endif
