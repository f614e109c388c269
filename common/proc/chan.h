#ifndef PROC_CHAN_H
#define PROC_CHAN_H

/* The line between the master and a child: the child says a word; the end of
 * file tells either side that the other has gone. */

#include "base/err.h"

enum chan_word {
	CHAN_NOTHING,	 /* not at present */
	CHAN_READY,	 /* it can serve */
	CHAN_REPLACE_ME, /* it has served its time */
	CHAN_GONE,	 /* the other end is closed */
};

/* Both ends close-on-exec and non-blocking. */
NODISCARD int chan_pair(int *master_r, int *child_r, struct err *e);
/* Only READY and REPLACE_ME can be said. */
void chan_say(int fd, enum chan_word word);
enum chan_word chan_read(int fd);

#endif
