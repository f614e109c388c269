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
	clock_freeze(1700000000000000);
	is_int(clock_wall_us(), 1700000000000000, "frozen");
	ok(clock_mono_us() > start, "the monotonic clock goes on");
	clock_freeze(0);
	ok(clock_wall_us() > 1700000000000000, "thawed");
	return tap_done();
}
