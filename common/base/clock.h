#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Time in microseconds.  Tests may freeze the wall clock. */

#include "base/base.h"

/* CLOCK_MONOTONIC: for durations and deadlines. */
int64_t clock_mono_us(void);
/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_us(void);
/* Make clock_wall_us() answer this until called with 0. */
void clock_freeze(int64_t wall_us);

#endif
