/* Waiting that is made of fiber_park: without limit, for a time, for a
 * mutex. */

#include "base/check.h"
#include "base/clock.h"
#include "loop/loop_impl.h"

/* One fiber in the queue of a mutex; lives on its stack. */
struct waiter {
	struct waiter *next;
	struct fiber *fiber;
};

int
fiber_wait(struct err *e)
{
	return fiber_wait_ms(-1, e);
}

int
fiber_sleep_ms(int64_t ms, struct err *e)
{
	CHECK(fiber_self() != NULL);
	if (fiber_is_cancelled(fiber_self()) ||
	    fiber_park(ms, false) == FIBER_CANCELLED)
		return err_set(e, ERR_CANCELED, "the work was cancelled");
	return 0;
}

static void
enqueue(struct fiber_mutex *m, struct waiter *w)
{
	struct waiter *tail = m->tail;

	if (tail != NULL)
		tail->next = w;
	else
		m->head = w;
	m->tail = w;
}

static void
dequeue(struct fiber_mutex *m, const struct waiter *w)
{
	struct waiter *before = NULL, *at = m->head;

	while (at != NULL && at != w) {
		before = at;
		at = at->next;
	}
	if (at == NULL)
		return;
	if (before != NULL)
		before->next = at->next;
	else
		m->head = at->next;
	if (m->tail == at)
		m->tail = before;
}

int
fiber_lock(struct fiber_mutex *m, int64_t timeout_ms, struct err *e)
{
	struct waiter w = { NULL, fiber_self() };
	enum fiber_park_end end;

	if (w.fiber == NULL)
		return 0;
	if (fiber_is_cancelled(w.fiber))
		return err_set(e, ERR_CANCELED, "the work was cancelled");
	CHECK(m->owner != w.fiber);
	if (m->owner == NULL) {
		m->owner = w.fiber;
		return 0;
	}
	enqueue(m, &w);
	end = fiber_park(timeout_ms, false);
	dequeue(m, &w);
	if (end == FIBER_CANCELLED) {
		if (m->owner == w.fiber)
			fiber_unlock(m);
		return err_set(e, ERR_CANCELED, "the work was cancelled");
	}
	if (m->owner != w.fiber)
		return err_set(e, ERR_TIMEOUT, "the lock was held for %lld ms",
		    (long long)timeout_ms);
	return 0;
}

void
fiber_unlock(struct fiber_mutex *m)
{
	struct waiter *next = m->head;

	if (fiber_self() == NULL)
		return;
	CHECK(m->owner == fiber_self());
	m->owner = NULL;
	if (next == NULL)
		return;
	dequeue(m, next);
	m->owner = next->fiber;
	fiber_unpark(next->fiber);
}

int
fiber_gate_wait(struct fiber_gate *g, int64_t ms, bool deaf, struct err *e)
{
	struct fiber *f = fiber_self();
	enum fiber_park_end end = FIBER_UNPARKED;

	CHECK(f != NULL && g->waiting == NULL);
	if (!deaf && fiber_is_cancelled(f))
		return err_set(e, ERR_CANCELED, "the work was cancelled");
	if (!g->open) {
		g->waiting = f;
		end = fiber_park(ms, deaf);
		g->waiting = NULL;
	}
	if (end == FIBER_CANCELLED)
		return err_set(e, ERR_CANCELED, "the work was cancelled");
	if (!g->open)
		return err_set(
		    e, ERR_TIMEOUT, "nothing came in %lld ms", (long long)ms);
	g->open = false;
	return 0;
}

void
fiber_gate_open(struct fiber_gate *g)
{
	g->open = true;
	if (g->waiting != NULL)
		fiber_unpark(g->waiting);
}
