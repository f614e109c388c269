#ifndef SUPERVISE_H
#define SUPERVISE_H

/* Keeping the posts filled: what ends is replaced, with a growing delay when
 * it keeps ending; what hangs is aborted; what asks for a successor gets
 * one. */

#include <stdint.h>

struct master;

/* Collect the children that have ended. */
void supervise_reap(struct master *m);
/* Read what children say; start, replace and kill what is due. */
void supervise_turn(struct master *m);
/* Monotonic time at which a turn is due though nothing happens. */
int64_t supervise_due_us(const struct master *m);

#endif
