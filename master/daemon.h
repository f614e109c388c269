#ifndef DAEMON_H
#define DAEMON_H

/* Becoming a daemon: the caller's process waits until the server is ready and
 * exits with what became of it. */

struct conf;
struct options;

/* Runs the master here (-f) or in a child of its own session.  Takes *c.
 * Returns the exit status. */
int daemon_run(struct conf **c, const struct options *o);

#endif
