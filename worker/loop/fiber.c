/* Fibers: their stacks, their life and the switch between them and the loop.
 * Only the loop switches to a fiber and a fiber switches only to the loop, so
 * that there is one place in which each of them can be. */

#include "loop/fiber.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "loop/loop_impl.h"

#if defined(__SANITIZE_ADDRESS__)
#define FIBER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_ASAN 1
#endif
#endif
#ifdef FIBER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define FIBER_STACK (4 * FIBER_STACK_BYTES) /* frames are larger there */
#else
#define FIBER_STACK FIBER_STACK_BYTES
#endif

#define IDLE_MAX 64 /* stacks kept for reuse */

enum fiber_state {
	FIBER_NEW,   /* to be started at the end of the turn */
	FIBER_READY, /* to be resumed at the end of the turn */
	FIBER_RUNNING,
	FIBER_PARKED,
	FIBER_DONE,
};

struct fiber {
	struct list link; /* in the pool while idle */
	struct loop *loop;
	void (*fn)(void *arg);
	void *arg;
	enum fiber_state state;
	bool cancelled;
	bool deaf;
	bool timed_out;
	bool waiting; /* in fiber_wait, where fiber_wake counts */
	bool woken;
	char *map; /* guard page, then the stack */
	size_t map_bytes;
	struct context context;
	void *fake_stack; /* for AddressSanitizer */
	struct timer timer;
};

static __thread struct fiber *running;

static size_t
guard_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void
leave_to(struct fiber *f, bool for_good)
{
	struct fiber_pool *pool = &f->loop->fibers;

	running = NULL;
#ifdef FIBER_ASAN
	__sanitizer_start_switch_fiber(for_good ? NULL : &f->fake_stack,
	    pool->bare_stack, pool->bare_stack_bytes);
#else
	(void)for_good;
#endif
	context_switch(&f->context, &pool->bare);
#ifdef FIBER_ASAN
	__sanitizer_finish_switch_fiber(
	    f->fake_stack, &pool->bare_stack, &pool->bare_stack_bytes);
#endif
}

static void
enter(void)
{
	struct fiber *f = running;

#ifdef FIBER_ASAN
	__sanitizer_finish_switch_fiber(NULL, &f->loop->fibers.bare_stack,
	    &f->loop->fibers.bare_stack_bytes);
#endif
	f->fn(f->arg);
	f->state = FIBER_DONE;
	leave_to(f, true);
	BUG("a finished fiber was resumed");
}

static void
release(struct fiber *f)
{
	timer_fini(&f->timer);
	CHECK(munmap(f->map, f->map_bytes) == 0);
	free(f);
}

static void
retire(struct fiber *f)
{
	struct fiber_pool *pool = &f->loop->fibers;

	pool->busy_n--;
#ifdef FIBER_ASAN
	__asan_unpoison_memory_region(f->map + guard_bytes(), FIBER_STACK);
#endif
	if (pool->idle_n >= IDLE_MAX) {
		release(f);
		return;
	}
	/* The newest goes first: its stack is still in the caches. */
	f->link.prev = &pool->idle;
	f->link.next = pool->idle.next;
	pool->idle.next->prev = &f->link;
	pool->idle.next = &f->link;
	pool->idle_n++;
}

static void
resume(struct fiber *f)
{
#ifdef FIBER_ASAN
	void *fake = NULL;

	__sanitizer_start_switch_fiber(
	    &fake, f->map + guard_bytes(), FIBER_STACK);
#endif
	CHECK(running == NULL);
	f->state = FIBER_RUNNING;
	running = f;
	context_switch(&f->loop->fibers.bare, &f->context);
#ifdef FIBER_ASAN
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
	if (f->state == FIBER_DONE)
		retire(f);
}

static void
resume_later(void *arg)
{
	resume(arg);
}

static void
on_timer(void *arg)
{
	struct fiber *f = arg;

	if (f->state != FIBER_PARKED)
		return;
	f->timed_out = true;
	fiber_unpark(f);
}

static struct fiber *
make(struct loop *l)
{
	struct fiber *f = xcalloc(1, sizeof(*f));
	size_t guard = guard_bytes();

	f->loop = l;
	f->map_bytes = guard + FIBER_STACK;
	f->map = mmap(NULL, f->map_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	CHECK(f->map != MAP_FAILED);
	CHECK(mprotect(f->map, guard, PROT_NONE) == 0);
	timer_init(&f->timer, l, on_timer, f);
	return f;
}

static struct fiber *
take(struct loop *l)
{
	struct fiber_pool *pool = &l->fibers;
	struct fiber *f;

	pool->busy_n++;
	if (list_empty(&pool->idle))
		return make(l);
	f = list_item(pool->idle.next, struct fiber, link);
	list_del(&f->link);
	pool->idle_n--;
	return f;
}

struct fiber *
fiber_spawn(struct loop *l, void (*fn)(void *arg), void *arg)
{
	struct fiber *f = take(l);

	f->fn = fn;
	f->arg = arg;
	f->state = FIBER_NEW;
	f->cancelled = f->deaf = f->timed_out = false;
	f->waiting = f->woken = false;
	f->fake_stack = NULL;
	context_make(&f->context, f->map + guard_bytes(), FIBER_STACK, enter);
	if (running != NULL)
		loop_later(l, resume_later, f);
	else
		resume(f);
	return f;
}

struct fiber *
fiber_self(void)
{
	return running;
}

struct loop *
fiber_loop(void)
{
	CHECK(running != NULL);
	return running->loop;
}

enum fiber_park_end
fiber_park(int64_t ms, bool deaf)
{
	struct fiber *f = running;

	CHECK(f != NULL);
	f->deaf = deaf;
	f->timed_out = false;
	if (ms >= 0)
		timer_arm_ms(&f->timer, ms);
	f->state = FIBER_PARKED;
	leave_to(f, false);
	if (ms >= 0)
		timer_disarm(&f->timer);
	f->deaf = false;
	if (f->cancelled && !deaf)
		return FIBER_CANCELLED;
	return f->timed_out ? FIBER_TIMED_OUT : FIBER_UNPARKED;
}

void
fiber_unpark(struct fiber *f)
{
	if (f->state != FIBER_PARKED)
		return;
	f->state = FIBER_READY;
	loop_later(f->loop, resume_later, f);
}

void
fiber_cancel(struct fiber *f)
{
	f->cancelled = true;
	if (!f->deaf)
		fiber_unpark(f);
}

bool
fiber_is_cancelled(const struct fiber *f)
{
	return f->cancelled;
}

int
fiber_wait_ms(int64_t ms, struct err *e)
{
	struct fiber *f = running;
	enum fiber_park_end end;

	CHECK(f != NULL);
	if (f->cancelled)
		return err_set(e, ERR_CANCELED, "the work was cancelled");
	if (!f->woken) {
		f->waiting = true;
		end = fiber_park(ms, false);
		f->waiting = false;
		if (end == FIBER_CANCELLED)
			return err_set(
			    e, ERR_CANCELED, "the work was cancelled");
		if (!f->woken)
			return err_set(e, ERR_TIMEOUT,
			    "nothing came in %lld ms", (long long)ms);
	}
	f->woken = false;
	return 0;
}

void
fiber_wake(struct fiber *f)
{
	f->woken = true;
	if (f->waiting)
		fiber_unpark(f);
}

void
fiber_pool_init(struct fiber_pool *p)
{
	list_init(&p->idle);
}

void
fiber_pool_fini(struct fiber_pool *p)
{
	CHECK(p->busy_n == 0);
	while (!list_empty(&p->idle)) {
		struct fiber *f = list_item(p->idle.next, struct fiber, link);

		list_del(&f->link);
		release(f);
	}
}
