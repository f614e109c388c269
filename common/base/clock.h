#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Time in microseconds.  Tests may freeze the wall clock. */

#include "base/base.h"

/* CLOCK_MONOTONIC: for durations and deadlines. */
int64_t clock_mono_us(void);
/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_us(void);
/* The same as the kernel's timer last saw it, some milliseconds ago, at a fifth
 * of the cost: for what ends on a second more or less. */
int64_t clock_mono_coarse_us(void);
int64_t clock_wall_coarse_us(void);
/* Make the wall clock answer this until called with 0. */
void clock_freeze(int64_t wall_us);

#endif
