#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

/* The event loop of one process: libevent underneath, timers and deferred
 * calls on top.  Everything here runs on the loop's own thread unless it says
 * otherwise. */

#include <event2/event.h>

#include "base/err.h"

struct loop;

/* One per process, made after fork().  threads: size of the offload pool. */
struct loop *loop_new(unsigned threads);
/* Nothing may be pending any more; joins the threads. */
void loop_free(struct loop **l);
struct event_base *loop_base(struct loop *l);
/* Until loop_stop(). */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* Run until there is nothing to wait for; for tests and commands. */
void loop_run_pending(struct loop *l);
/* Run until no fiber and no deferred call is left, for at most ms.  false: some
 * fibers are. */
bool loop_settle(struct loop *l, int64_t ms);
/* Monotonic time at the start of this turn, cheap. */
int64_t loop_now_us(const struct loop *l);

/* Call fn(arg) at the end of this turn, never before the caller returned. */
void loop_later(struct loop *l, void (*fn)(void *arg), void *arg);

/* A one-shot timer in storage of the caller's; arming again moves it. */
struct timer {
	struct event *ev;
	void (*fn)(void *arg);
	void *arg;
};

void timer_init(
    struct timer *t, struct loop *l, void (*fn)(void *arg), void *arg);
void timer_arm_ms(struct timer *t, int64_t ms);
void timer_disarm(struct timer *t);
/* Disarm and release. */
void timer_fini(struct timer *t);

#endif
