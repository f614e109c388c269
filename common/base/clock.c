/* Clocks in microseconds. */

#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t frozen_us;

static int64_t
read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t
read_wall_us(clockid_t id)
{
	int64_t frozen = atomic_load_explicit(&frozen_us, memory_order_relaxed);

	return frozen != 0 ? frozen : read_us(id);
}

int64_t
clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t
clock_wall_us(void)
{
	return read_wall_us(CLOCK_REALTIME);
}

int64_t
clock_mono_coarse_us(void)
{
	return read_us(CLOCK_MONOTONIC_COARSE);
}

int64_t
clock_wall_coarse_us(void)
{
	return read_wall_us(CLOCK_REALTIME_COARSE);
}

void
clock_freeze(int64_t wall_us)
{
	atomic_store(&frozen_us, wall_us);
}
