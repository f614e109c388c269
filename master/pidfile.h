#ifndef PIDFILE_H
#define PIDFILE_H

/* The file that says which process is the master, locked while it lives: a
 * stale one is taken over, a live one is an error that names the process. */

#include "base/err.h"

struct conf;

/* Lock the file, creating it; the descriptor that holds the lock, or -1. */
int pidfile_take(const struct conf *c, struct err *e);
/* Write this process' id into it. */
NODISCARD int pidfile_write(int fd, struct err *e);
/* Remove it. */
void pidfile_remove(const struct conf *c);

#endif
