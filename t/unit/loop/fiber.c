/* Fibers: waiting, waking, cancelling, sleeping, the mutex, the threads. */

#include "loop/fiber.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "tap.h"

static struct loop *l;
static char trace[256];

static void
note(const char *s)
{
	strncat(trace, s, sizeof(trace) - strlen(trace) - 1);
}

struct waiting {
	struct fiber *self;
	int rc;
	int rc2;
	struct err e;
	bool ended;
};

static void
wait_once(void *arg)
{
	struct waiting *w = arg;

	w->self = fiber_self();
	note("w");
	w->rc = fiber_wait(&w->e);
	note("W");
	w->ended = true;
}

static void
test_wake(void)
{
	struct waiting w = { 0 };
	struct fiber *f;

	trace[0] = '\0';
	ok(fiber_self() == NULL, "no fiber on the bare loop");
	f = fiber_spawn(l, wait_once, &w);
	ok(f == w.self, "ran until its first wait, knowing itself");
	is_str(trace, "w", "and no further");
	fiber_wake(f);
	fiber_wake(f);
	ok(!w.ended, "waking does not switch at once");
	loop_run_pending(l);
	ok(w.ended && w.rc == 0, "woken");
}

static void
wait_twice(void *arg)
{
	struct waiting *w = arg;

	fiber_wake(fiber_self());
	fiber_wake(fiber_self());
	w->rc = fiber_wait_ms(0, NULL);
	w->rc2 = fiber_wait_ms(10, &w->e);
	w->ended = true;
}

static void
test_wake_before(void)
{
	struct waiting w = { 0 };

	fiber_spawn(l, wait_twice, &w);
	loop_run_pending(l);
	ok(w.ended, "ended");
	is_int(w.rc, 0, "a wake before the wait counts");
	is_int(w.rc2, -1, "once");
	is_int(w.e.code, ERR_TIMEOUT, "then the time runs out");
}

static void
unwind(void *arg)
{
	struct waiting *w = arg;

	w->rc = fiber_wait(&w->e);
	w->rc2 = fiber_sleep_ms(1000, NULL) + fiber_wait_ms(5, NULL);
	w->ended = true;
}

static void
test_cancel(void)
{
	struct waiting w = { 0 };
	struct fiber *f = fiber_spawn(l, unwind, &w);
	int64_t began = clock_mono_us();

	fiber_cancel(f);
	ok(fiber_is_cancelled(f), "marked");
	loop_run_pending(l);
	ok(w.ended && w.rc == -1 && w.e.code == ERR_CANCELED, "unwound");
	is_int(w.rc2, -2, "every later wait fails too");
	ok(clock_mono_us() - began < 500000, "and at once");
}

static void
sleep_some(void *arg)
{
	int *ms = arg;
	char text[8];

	if (fiber_sleep_ms(*ms, NULL) == 0) {
		snprintf(text, sizeof(text), "%d ", *ms);
		note(text);
	}
}

static void
spawn_inside(void *arg)
{
	note("<");
	fiber_spawn(fiber_loop(), sleep_some, arg);
	note("> ");
}

static void
test_sleep(void)
{
	int ms[] = { 60, 20, 40, 1 };

	trace[0] = '\0';
	for (int i = 0; i < 3; i++)
		fiber_spawn(l, sleep_some, &ms[i]);
	fiber_spawn(l, spawn_inside, &ms[3]);
	loop_run_pending(l);
	is_str(trace, "<> 1 20 40 60 ", "sleepers end in order");
}

static struct fiber_mutex mutex = FIBER_MUTEX_INIT;

struct locker {
	const char *name;
	int64_t timeout_ms;
	int hold_ms;
	int rc;
	struct err e;
	struct fiber *self;
};

static void
lock_and_hold(void *arg)
{
	struct locker *k = arg;

	k->self = fiber_self();
	k->rc = fiber_lock(&mutex, k->timeout_ms, &k->e);
	if (k->rc < 0)
		return;
	note(k->name);
	if (fiber_sleep_ms(k->hold_ms, NULL) == 0)
		note(k->name);
	fiber_unlock(&mutex);
}

static void
test_mutex(void)
{
	struct locker k[] = {
		{ "a", 1000, 60, 0, ERR_INIT, NULL },
		{ "b", 1000, 1, 0, ERR_INIT, NULL },
		{ "c", 10, 1, 0, ERR_INIT, NULL },
		{ "d", -1, 1, 0, ERR_INIT, NULL },
		{ "e", 1000, 1, 0, ERR_INIT, NULL },
	};

	trace[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(k); i++)
		fiber_spawn(l, lock_and_hold, &k[i]);
	fiber_cancel(k[3].self);
	loop_run_pending(l);
	is_str(trace, "aabbee", "one at a time, first come first served");
	is_int(k[2].e.code, ERR_TIMEOUT, "one gave up");
	is_int(k[3].e.code, ERR_CANCELED, "one was cancelled");
	ok(mutex.owner == NULL && mutex.head == NULL && mutex.tail == NULL,
	    "the mutex is free");
	is_int(fiber_lock(&mutex, 0, NULL), 0, "outside fibers it is nothing");
	fiber_unlock(&mutex);
}

struct work {
	pthread_t thread;
	int rc;
	bool in_fiber;
	bool masked;
	int ended;
	int64_t from_us, to_us;
	struct err e;
};

static void
work(void *arg)
{
	struct work *w = arg;
	sigset_t set;

	w->thread = pthread_self();
	w->in_fiber = fiber_self() != NULL;
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	w->masked = sigismember(&set, SIGTERM);
	w->from_us = clock_mono_us();
	usleep(30000);
	w->to_us = clock_mono_us();
	w->ended++;
}

static void
offload_work(void *arg)
{
	struct work *w = arg;

	w->rc = fiber_offload(work, w, &w->e);
	w->ended++;
}

static void
test_offload(void)
{
	struct work w[3];
	struct fiber *f;

	memset(w, 0, sizeof(w));
	fiber_spawn(l, offload_work, &w[0]);
	f = fiber_spawn(l, offload_work, &w[1]);
	fiber_cancel(f);
	fiber_wake(f);
	is_int(w[1].ended, 0, "does not end before its work");
	loop_run_pending(l);
	ok(w[0].ended == 2 && w[0].rc == 0, "done");
	ok(w[1].ended == 2 && w[1].rc == 0, "done although cancelled");
	ok(!pthread_equal(w[0].thread, pthread_self()), "on another thread");
	ok(!w[0].in_fiber && w[0].masked, "without fiber and signals");
	ok(w[0].from_us < w[1].to_us && w[1].from_us < w[0].to_us,
	    "two at the same time");
	is_int(fiber_offload(work, &w[2], NULL), 0, "outside a fiber");
	ok(pthread_equal(w[2].thread, pthread_self()), "on this thread");
}

#define CROWD 700

static void
tick(void *arg)
{
	++*(int *)arg;
	usleep(100);
}

struct crowd {
	int ran[CROWD];
	int next;
	int refused;
	int served;
};

static void
join_crowd(void *arg)
{
	struct crowd *c = arg;
	struct err e = ERR_INIT;
	int me = c->next++;

	if (fiber_offload(tick, &c->ran[me], &e) == 0)
		c->served++;
	else if (e.code == ERR_UNAVAILABLE)
		c->refused++;
}

static void
test_crowd(void)
{
	struct crowd *c = xcalloc(1, sizeof(*c));
	int ran = 0;

	for (int i = 0; i < CROWD; i++)
		fiber_spawn(l, join_crowd, c);
	loop_run_pending(l);
	for (int i = 0; i < CROWD; i++)
		ran += c->ran[i];
	is_int(c->served + c->refused, CROWD, "everyone has an answer");
	ok(c->refused > 0, "the queue is bounded");
	is_int(ran, c->served, "what was refused did not run");
	free(c);
}

static int
dig(int depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	if (depth == 0)
		return 0;
	return dig(depth - 1) + (frame[0] != 0 ? 1 : 1);
}

static void
dig_deep(void *arg)
{
	*(int *)arg = dig(200);
}

static void
test_stack(void)
{
	int depth = 0;

	fiber_spawn(l, dig_deep, &depth);
	is_int(depth, 200, "the stack is deep enough for 100 KB of frames");
}

int
main(void)
{
	l = loop_new(2);
	test_wake();
	test_wake_before();
	test_cancel();
	test_sleep();
	test_mutex();
	test_offload();
	test_crowd();
	test_stack();
	loop_free(&l);
	return tap_done();
}
