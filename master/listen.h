#ifndef LISTEN_H
#define LISTEN_H

/* The listening sockets: one a worker, all on one address by SO_REUSEPORT, so
 * that the kernel spreads connections and a dead worker's queue waits for its
 * successor. */

#include "base/err.h"

struct conf;

/* Fill fds[n]; on failure none is left open. */
int listen_open(const struct conf *c, int *fds, unsigned n, struct err *e);
/* Take no more connections, in any process: clients are refused at once, where
 * otherwise they would wait in a queue that nobody empties any more. */
void listen_shut(const int *fds, unsigned n);

#endif
