/* One-shot timers over libevent's heap. */

#include "base/check.h"
#include "loop/loop.h"

static void
fire(UNUSED evutil_socket_t fd, UNUSED short what, void *arg)
{
	struct timer *t = arg;

	t->fn(t->arg);
}

void
timer_init(struct timer *t, struct loop *l, void (*fn)(void *arg), void *arg)
{
	t->fn = fn;
	t->arg = arg;
	t->ev = evtimer_new(loop_base(l), fire, t);
	CHECK(t->ev != NULL);
}

void
timer_arm_ms(struct timer *t, int64_t ms)
{
	struct timeval tv = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };

	CHECK(ms >= 0);
	CHECK(evtimer_add(t->ev, &tv) == 0);
}

void
timer_disarm(struct timer *t)
{
	CHECK(evtimer_del(t->ev) == 0);
}

void
timer_fini(struct timer *t)
{
	if (t->ev != NULL)
		event_free(t->ev);
	t->ev = NULL;
}
