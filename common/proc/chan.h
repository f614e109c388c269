#ifndef PROC_CHAN_H
#define PROC_CHAN_H

/* The line between the master and a child: the child says READY once; the end
 * of file tells either side that the other has gone. */

#include "base/err.h"

/* Both ends close-on-exec and non-blocking. */
NODISCARD int chan_pair(int *master_r, int *child_r, struct err *e);
void chan_say_ready(int fd);
/* 1 READY was said, 0 nothing new, -1 the other end has gone. */
int chan_read_ready(int fd);

#endif
