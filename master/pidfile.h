#ifndef PIDFILE_H
#define PIDFILE_H

/* The file that says which process is the master, locked while it lives: a
 * stale one is taken over, a live one is an error that names the process. */

#include "base/err.h"

struct conf;

/* The descriptor that holds the lock, or -1. */
int pidfile_take(const struct conf *c, struct err *e);
/* Remove the file and give up the lock. */
void pidfile_drop(const struct conf *c, int fd);

#endif
