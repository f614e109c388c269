#ifndef LOOP_FIBER_H
#define LOOP_FIBER_H

/* Fibers: straight-line code on the loop.  What waits suspends the fiber and
 * lets the loop run.  Stacks are pooled and guarded.  A fiber that is
 * cancelled learns it at its next (or present) wait: the wait returns -1 with
 * ERR_CANCELED, and so does every later one, until the fiber returns. */

#include "base/err.h"
#include "loop/loop.h"

#define FIBER_STACK_BYTES (256 * 1024)

struct fiber;

/* Run fn(arg) in a new fiber, now, until its first wait.  From inside a fiber
 * the new one starts at the end of the turn. */
struct fiber *fiber_spawn(struct loop *l, void (*fn)(void *arg), void *arg);
/* The running fiber, or NULL on the bare loop or another thread. */
struct fiber *fiber_self(void);
/* The loop of the running fiber. */
struct loop *fiber_loop(void);
/* Ask f to unwind.  Valid until f's function has returned. */
void fiber_cancel(struct fiber *f);
bool fiber_is_cancelled(const struct fiber *f);

/* Wait for fiber_wake().  0 woken, -1 cancelled.  One wake before the wait
 * counts; wakes do not add up. */
NODISCARD int fiber_wait(struct err *e);
/* As fiber_wait; -1 with ERR_TIMEOUT after ms. */
NODISCARD int fiber_wait_ms(int64_t ms, struct err *e);
/* From any fiber or callback of the same loop. */
void fiber_wake(struct fiber *f);
NODISCARD int fiber_sleep_ms(int64_t ms, struct err *e);

/* Where one fiber at a time waits for what something else of the loop does; a
 * wake meant for another wait does not pass it.  Opened before the wait, it
 * lets the wait through.  Zeroed it is closed. */
struct fiber_gate {
	struct fiber *waiting;
	bool open;
};

/* 0 opened, and closed again; -1 with ERR_TIMEOUT after ms (negative: never),
 * or with ERR_CANCELED unless deaf: a deaf wait is not cut short. */
NODISCARD int fiber_gate_wait(
    struct fiber_gate *g, int64_t ms, bool deaf, struct err *e);
void fiber_gate_open(struct fiber_gate *g);

/* Run fn(arg) on a thread of the pool and wait for its end.  Cannot be
 * interrupted: a cancelled fiber still waits, then 0 is returned all the same.
 * -1 with ERR_UNAVAILABLE when the queue is full (fn was not called).  Outside
 * a fiber fn runs at once, on the caller's thread: commands and tests need no
 * loop. */
NODISCARD int fiber_offload(void (*fn)(void *arg), void *arg, struct err *e);

/* The same, one after another on a thread of low priority: for what computes
 * for many milliseconds, so that neither the loop nor the pool waits for it. */
NODISCARD int fiber_offload_low(
    void (*fn)(void *arg), void *arg, struct err *e);

/* A mutex between fibers of one loop, first come first served; outside fibers
 * it does nothing. */
struct fiber_mutex {
	struct fiber *owner;
	void *head;
	void *tail;
};

#define FIBER_MUTEX_INIT ((struct fiber_mutex){ NULL, NULL, NULL })

NODISCARD int fiber_lock(
    struct fiber_mutex *m, int64_t timeout_ms, struct err *e);
void fiber_unlock(struct fiber_mutex *m);

#endif
