/* Turns, deferred calls and timers. */

#include "loop/loop.h"

#include "base/clock.h"
#include "tap.h"

static struct loop *l;
static char trace[64];

static void
note(void *arg)
{
	strncat(trace, arg, sizeof(trace) - strlen(trace) - 1);
}

static void
note_and_defer(void *arg)
{
	static char c[] = "c";

	note(arg);
	loop_later(l, note, c);
}

static void
test_later(void)
{
	static char a[] = "a", b[] = "b";

	trace[0] = '\0';
	loop_later(l, note_and_defer, a);
	loop_later(l, note, b);
	is_str(trace, "", "nothing runs before the turn ends");
	loop_run_pending(l);
	is_str(trace, "abc", "in order, and then what they deferred");
}

static void
stop(void *arg)
{
	note(arg);
	loop_stop(l);
}

static void
test_timers(void)
{
	static char one[] = "1", two[] = "2", three[] = "3";
	struct timer a, b, c;
	int64_t began = clock_mono_us();

	trace[0] = '\0';
	timer_init(&a, l, note, one);
	timer_init(&b, l, stop, two);
	timer_init(&c, l, note, three);
	timer_arm_ms(&b, 60);
	timer_arm_ms(&a, 500);
	timer_arm_ms(&a, 20); /* moves it */
	timer_arm_ms(&c, 10);
	timer_disarm(&c);
	loop_run(l);
	is_str(trace, "12", "fired in order, the disarmed one did not");
	ok(clock_mono_us() - began >= 50000, "not early");
	ok(clock_mono_us() - began < 400000, "not late");
	timer_fini(&a);
	timer_fini(&b);
	timer_fini(&c);
}

static int64_t seen[2];

static void
look(UNUSED void *arg)
{
	int64_t until = clock_mono_us() + 2000;

	seen[0] = loop_now_us(l);
	while (clock_mono_us() < until)
		;
	seen[1] = loop_now_us(l);
}

static void
test_now(void)
{
	int64_t now = clock_mono_us();

	loop_later(l, look, NULL);
	loop_run_pending(l);
	is_int(seen[0], seen[1], "time stands still during a turn");
	ok(seen[0] >= now && loop_now_us(l) > seen[0], "and goes on after");
}

int
main(void)
{
	l = loop_new(0);
	test_later();
	test_timers();
	test_now();
	loop_free(&l);
	ok(l == NULL, "the loop is gone");
	return tap_done();
}
