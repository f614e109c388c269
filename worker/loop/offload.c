/* Threads for work that would hold up the loop: a pool, and beside it one of
 * low priority for what computes long.  Jobs live on the stack of the
 * fiber that waits for them, so the queue only links; its length is bounded.
 * Ends come back over an eventfd, watched while there is work, so that an idle
 * pool does not keep a loop alive. */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "loop/loop_impl.h"

#define QUEUE_MAX 512
/* A tenth of the processor for what it competes with the loop for. */
#define LOW_NICE     10
#define NICE_MAX     19
#define LOW_SLICE_NS UINT64_C(100000000)

struct job {
	struct list link;
	void (*fn)(void *arg);
	void *arg;
	struct fiber *fiber;
	bool done; /* the loop's side has seen the end */
};

struct lane {
	struct offload *of;
	pthread_cond_t more;
	struct list todo;
	bool low;
};

struct offload {
	unsigned threads_n; /* of the pool */
	pthread_t *threads; /* and, last, the one of low priority */
	pthread_mutex_t lock;
	struct lane pool, low;
	struct list ended;
	bool stopping;
	unsigned busy; /* handed out and not yet back; the loop's */
	int efd;
	struct event *ev;
};

static struct job *
next_job(struct lane *l)
{
	struct job *j;

	while (list_empty(&l->todo) && !l->of->stopping)
		CHECK(pthread_cond_wait(&l->more, &l->of->lock) == 0);
	if (list_empty(&l->todo))
		return NULL;
	j = list_item(l->todo.next, struct job, link);
	list_del(&j->link);
	return j;
}

static void
signal_end(const struct offload *o)
{
	uint64_t one = 1;

	while (write(o->efd, &one, sizeof(one)) < 0)
		CHECK(errno == EINTR);
}

/* sched_setattr(2), first version. */
struct attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns; /* from Linux 6.12 on: the slice */
	uint64_t deadline_ns;
	uint64_t period_ns;
};

/* This thread alone.  Who wakes up with a shorter slice runs at once in its
 * place, and not when its own slice ends.  Where that may not be done it
 * computes as the others do. */
static void
step_back(void)
{
	struct attributes a = {
		.size = sizeof(a),
		.policy = SCHED_BATCH,
		.nice = MIN(getpriority(PRIO_PROCESS, 0) + LOW_NICE, NICE_MAX),
		.runtime_ns = LOW_SLICE_NS,
	};

	(void)syscall(SYS_sched_setattr, 0, &a, 0);
}

static void *
work(void *arg)
{
	struct lane *l = arg;
	struct offload *o = l->of;
	struct job *j;

	if (l->low)
		step_back();
	CHECK(pthread_mutex_lock(&o->lock) == 0);
	while ((j = next_job(l)) != NULL) {
		CHECK(pthread_mutex_unlock(&o->lock) == 0);
		j->fn(j->arg);
		CHECK(pthread_mutex_lock(&o->lock) == 0);
		list_add_tail(&o->ended, &j->link);
		CHECK(pthread_mutex_unlock(&o->lock) == 0);
		/* Not under the lock: the loop may run at once in place of this
		 * thread, and would wait for it. */
		signal_end(o);
		CHECK(pthread_mutex_lock(&o->lock) == 0);
	}
	CHECK(pthread_mutex_unlock(&o->lock) == 0);
	return NULL;
}

static void
on_ended(evutil_socket_t fd, UNUSED short what, void *arg)
{
	struct offload *o = arg;
	uint64_t count;
	struct job *j;

	if (read(fd, &count, sizeof(count)) < 0) {
		CHECK(errno == EAGAIN || errno == EINTR);
		return;
	}
	CHECK(pthread_mutex_lock(&o->lock) == 0);
	while (!list_empty(&o->ended)) {
		j = list_item(o->ended.next, struct job, link);
		list_del(&j->link);
		j->done = true;
		o->busy--;
		fiber_unpark(j->fiber);
	}
	CHECK(pthread_mutex_unlock(&o->lock) == 0);
	if (o->busy == 0)
		CHECK(event_del(o->ev) == 0);
}

static unsigned
thread_count(const struct offload *o)
{
	return o->threads_n > 0 ? o->threads_n + 1 : 0;
}

static void
open_lane(struct offload *o, struct lane *l, bool low)
{
	l->of = o;
	l->low = low;
	CHECK(pthread_cond_init(&l->more, NULL) == 0);
	list_init(&l->todo);
}

/* Threads take no signals: those belong to the loop. */
static void
start_threads(struct offload *o)
{
	sigset_t all, before;

	sigfillset(&all);
	CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	for (unsigned i = 0; i < thread_count(o); i++)
		CHECK(pthread_create(&o->threads[i], NULL, work,
			  i < o->threads_n ? &o->pool : &o->low) == 0);
	CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

struct offload *
offload_new(struct loop *l, unsigned threads)
{
	struct offload *o = xcalloc(1, sizeof(*o));

	o->threads_n = threads;
	o->threads = xcalloc(threads + 1, sizeof(*o->threads));
	CHECK(pthread_mutex_init(&o->lock, NULL) == 0);
	open_lane(o, &o->pool, false);
	open_lane(o, &o->low, true);
	list_init(&o->ended);
	o->efd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	CHECK(o->efd >= 0);
	o->ev =
	    event_new(loop_base(l), o->efd, EV_READ | EV_PERSIST, on_ended, o);
	CHECK(o->ev != NULL);
	start_threads(o);
	return o;
}

void
offload_free(struct offload **op)
{
	struct offload *o = *op;

	*op = NULL;
	if (o == NULL)
		return;
	CHECK(o->busy == 0);
	CHECK(pthread_mutex_lock(&o->lock) == 0);
	o->stopping = true;
	CHECK(pthread_cond_broadcast(&o->pool.more) == 0);
	CHECK(pthread_cond_broadcast(&o->low.more) == 0);
	CHECK(pthread_mutex_unlock(&o->lock) == 0);
	for (unsigned i = 0; i < thread_count(o); i++)
		CHECK(pthread_join(o->threads[i], NULL) == 0);
	event_free(o->ev);
	close(o->efd);
	pthread_cond_destroy(&o->pool.more);
	pthread_cond_destroy(&o->low.more);
	pthread_mutex_destroy(&o->lock);
	free(o->threads);
	free(o);
}

static void
hand_over(struct offload *o, struct lane *l, struct job *j)
{
	if (o->busy++ == 0)
		CHECK(event_add(o->ev, NULL) == 0);
	CHECK(pthread_mutex_lock(&o->lock) == 0);
	list_add_tail(&l->todo, &j->link);
	CHECK(pthread_cond_signal(&l->more) == 0);
	CHECK(pthread_mutex_unlock(&o->lock) == 0);
}

static int
run(bool low, void (*fn)(void *arg), void *arg, struct err *e)
{
	struct job j = { .fn = fn, .arg = arg, .fiber = fiber_self() };
	struct offload *o = j.fiber != NULL ? fiber_loop()->offload : NULL;

	if (o == NULL || o->threads_n == 0) {
		fn(arg);
		return 0;
	}
	if (o->busy >= QUEUE_MAX)
		return err_set(e, ERR_UNAVAILABLE,
		    "%u jobs are waiting for a thread", o->busy);
	list_init(&j.link);
	hand_over(o, low ? &o->low : &o->pool, &j);
	while (!j.done)
		fiber_park(-1, true);
	return 0;
}

int
fiber_offload(void (*fn)(void *arg), void *arg, struct err *e)
{
	return run(false, fn, arg, e);
}

int
fiber_offload_low(void (*fn)(void *arg), void *arg, struct err *e)
{
	return run(true, fn, arg, e);
}
