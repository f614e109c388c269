/* The turn of the loop: wait for events, run their callbacks, then what was
 * put off to the end of the turn. */

#include "loop/loop.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "loop/loop_impl.h"

struct loop *
loop_new(unsigned threads)
{
	struct loop *l = xcalloc(1, sizeof(*l));

	l->base = event_base_new();
	CHECK(l->base != NULL);
	fiber_pool_init(&l->fibers);
	l->offload = offload_new(l, threads);
	return l;
}

void
loop_free(struct loop **lp)
{
	struct loop *l = *lp;

	*lp = NULL;
	if (l == NULL)
		return;
	offload_free(&l->offload);
	fiber_pool_fini(&l->fibers);
	later_fini(&l->later);
	event_base_free(l->base);
	free(l);
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

/* One turn; false when there was nothing to wait for. */
static bool
turn(struct loop *l, int flags)
{
	int rc;

	if (l->later.n != 0)
		flags |= EVLOOP_NONBLOCK;
	l->now_us = 0;
	rc = event_base_loop(l->base, EVLOOP_ONCE | flags);
	CHECK(rc >= 0);
	later_run(&l->later);
	return rc == 0 || l->later.n != 0;
}

static void
run(struct loop *l, int flags)
{
	CHECK(!l->running);
	l->running = true;
	l->stopping = false;
	while (!l->stopping && turn(l, flags))
		;
	l->running = false;
}

void
loop_run(struct loop *l)
{
	run(l, EVLOOP_NO_EXIT_ON_EMPTY);
}

void
loop_run_pending(struct loop *l)
{
	run(l, 0);
}

static void
give_up(void *arg)
{
	loop_stop(arg);
}

bool
loop_settle(struct loop *l, int64_t ms)
{
	struct timer limit;

	CHECK(!l->running);
	timer_init(&limit, l, give_up, l);
	timer_arm_ms(&limit, ms);
	l->running = true;
	l->stopping = false;
	while ((l->fibers.busy_n > 0 || l->later.n > 0) && !l->stopping)
		turn(l, EVLOOP_NO_EXIT_ON_EMPTY);
	l->running = false;
	timer_fini(&limit);
	return l->fibers.busy_n == 0;
}

void
loop_stop(struct loop *l)
{
	l->stopping = true;
}

int64_t
loop_now_us(const struct loop *l)
{
	struct loop *cache = (struct loop *)(uintptr_t)l;

	if (!l->running)
		return clock_mono_us();
	if (l->now_us == 0)
		cache->now_us = clock_mono_us();
	return l->now_us;
}
