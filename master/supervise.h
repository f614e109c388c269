#ifndef SUPERVISE_H
#define SUPERVISE_H

/* Keeping the posts filled: what ends is replaced, with a growing delay when
 * it keeps ending; what hangs is aborted; what asks for a successor gets
 * one. */

#include <stdbool.h>
#include <stdint.h>

struct master;

/* Collect the children that have ended. */
void supervise_reap(struct master *m);
/* Read what children say; start, replace and kill what is due. */
void supervise_turn(struct master *m);
/* Monotonic time at which a turn is due though nothing happens. */
int64_t supervise_due_us(const struct master *m);
/* Give the connections of workers that are not started again to the others,
 * once no reload is under way that may have taken the sockets over.  False when
 * there are no others. */
bool supervise_leave_posts(struct master *m);

#endif
