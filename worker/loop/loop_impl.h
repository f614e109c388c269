#ifndef LOOP_LOOP_IMPL_H
#define LOOP_LOOP_IMPL_H

/* What the files of this room share. */

#include "base/list.h"
#include "loop/context.h"
#include "loop/fiber.h"
#include "loop/loop.h"

struct later {
	void (*fn)(void *arg);
	void *arg;
};

/* Calls for the end of the turn, and the batch that is being run. */
struct later_queue {
	struct later *item;
	size_t n;
	size_t cap;
	struct later *batch;
	size_t batch_cap;
};

/* Fibers without work, each with its stack, and the loop's own context. */
struct fiber_pool {
	struct list idle;
	unsigned idle_n;
	unsigned busy_n;
	struct context bare;
	const void *bare_stack; /* for AddressSanitizer */
	size_t bare_stack_bytes;
};

struct offload;

struct loop {
	struct event_base *base;
	struct later_queue later;
	struct fiber_pool fibers;
	struct offload *offload;
	int64_t now_us; /* 0: not looked up in this turn */
	bool running;
	bool stopping;
};

/* later.c */
void later_run(struct later_queue *q);
void later_fini(struct later_queue *q);

/* fiber.c */
void fiber_pool_init(struct fiber_pool *p);
void fiber_pool_fini(struct fiber_pool *p);

enum fiber_park_end { FIBER_UNPARKED, FIBER_TIMED_OUT, FIBER_CANCELLED };

/* Suspend the running fiber until fiber_unpark(), until ms have passed (never
 * when negative), or, unless deaf, until it is cancelled. */
enum fiber_park_end fiber_park(int64_t ms, bool deaf);
void fiber_unpark(struct fiber *f);

/* offload.c */
struct offload *offload_new(struct loop *l, unsigned threads);
void offload_free(struct offload **o);

#endif
