#include "base/clock.h"
#include "tap.h"

#include <time.h>

int
main(void)
{
	int64_t last = clock_mono_us(), start = last;
	int backwards = 0;

	for (int i = 0; i < 10000; i++) {
		int64_t now = clock_mono_us();

		backwards += now < last;
		last = now;
	}
	is_int(backwards, 0, "the monotonic clock does not go back");
	nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	last = clock_mono_us() - start;
	ok(last >= 20000 && last < 10000000, "and counts microseconds");
	is_near((double)clock_wall_us() / 1e6, (double)time(NULL), 1.5,
	    "the wall clock");
	is_near((double)clock_wall_coarse_us() / 1e6, (double)time(NULL), 1.5,
	    "to the timer's last tick");
	is_near((double)clock_mono_coarse_us() / 1e6,
	    (double)clock_mono_us() / 1e6, 0.1, "and the monotonic clock");
	clock_freeze(1700000000000000);
	is_int(clock_wall_us(), 1700000000000000, "frozen");
	is_int(clock_wall_coarse_us(), 1700000000000000, "the coarse one too");
	ok(clock_mono_us() > start, "the monotonic clock goes on");
	clock_freeze(0);
	ok(clock_wall_us() > 1700000000000000, "thawed");
	return tap_done();
}
