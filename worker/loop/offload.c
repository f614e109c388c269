/* Threads for work that would hold up the loop.  Jobs live on the stack of the
 * fiber that waits for them, so the queue only links; its length is bounded.
 * Ends come back over an eventfd, watched while there is work, so that an idle
 * pool does not keep a loop alive. */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "loop/loop_impl.h"

#define QUEUE_MAX 512

struct job {
	struct list link;
	void (*fn)(void *arg);
	void *arg;
	struct fiber *fiber;
	bool done; /* the loop's side has seen the end */
};

struct offload {
	unsigned threads_n;
	pthread_t *threads;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct list todo;
	struct list ended;
	bool stopping;
	unsigned busy; /* handed out and not yet back; the loop's */
	int efd;
	struct event *ev;
};

static struct job *
next_job(struct offload *o)
{
	struct job *j;

	while (list_empty(&o->todo) && !o->stopping)
		CHECK(pthread_cond_wait(&o->more, &o->lock) == 0);
	if (list_empty(&o->todo))
		return NULL;
	j = list_item(o->todo.next, struct job, link);
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

static void *
work(void *arg)
{
	struct offload *o = arg;
	struct job *j;

	CHECK(pthread_mutex_lock(&o->lock) == 0);
	while ((j = next_job(o)) != NULL) {
		CHECK(pthread_mutex_unlock(&o->lock) == 0);
		j->fn(j->arg);
		CHECK(pthread_mutex_lock(&o->lock) == 0);
		list_add_tail(&o->ended, &j->link);
		signal_end(o);
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

/* Threads take no signals: those belong to the loop. */
static void
start_threads(struct offload *o)
{
	sigset_t all, before;

	sigfillset(&all);
	CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	for (unsigned i = 0; i < o->threads_n; i++)
		CHECK(pthread_create(&o->threads[i], NULL, work, o) == 0);
	CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

struct offload *
offload_new(struct loop *l, unsigned threads)
{
	struct offload *o = xcalloc(1, sizeof(*o));

	o->threads_n = threads;
	o->threads = xcalloc(MAX(threads, 1), sizeof(*o->threads));
	CHECK(pthread_mutex_init(&o->lock, NULL) == 0);
	CHECK(pthread_cond_init(&o->more, NULL) == 0);
	list_init(&o->todo);
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
	CHECK(pthread_cond_broadcast(&o->more) == 0);
	CHECK(pthread_mutex_unlock(&o->lock) == 0);
	for (unsigned i = 0; i < o->threads_n; i++)
		CHECK(pthread_join(o->threads[i], NULL) == 0);
	event_free(o->ev);
	close(o->efd);
	pthread_cond_destroy(&o->more);
	pthread_mutex_destroy(&o->lock);
	free(o->threads);
	free(o);
}

static void
hand_over(struct offload *o, struct job *j)
{
	if (o->busy++ == 0)
		CHECK(event_add(o->ev, NULL) == 0);
	CHECK(pthread_mutex_lock(&o->lock) == 0);
	list_add_tail(&o->todo, &j->link);
	CHECK(pthread_cond_signal(&o->more) == 0);
	CHECK(pthread_mutex_unlock(&o->lock) == 0);
}

int
fiber_offload(void (*fn)(void *arg), void *arg, struct err *e)
{
	struct job j = { .fn = fn, .arg = arg, .fiber = fiber_self() };
	struct offload *o;

	if (j.fiber == NULL) {
		fn(arg);
		return 0;
	}
	o = fiber_loop()->offload;
	if (o->threads_n == 0) {
		fn(arg);
		return 0;
	}
	if (o->busy >= QUEUE_MAX)
		return err_set(e, ERR_UNAVAILABLE,
		    "%u jobs are waiting for a thread", o->busy);
	list_init(&j.link);
	hand_over(o, &j);
	while (!j.done)
		fiber_park(-1, true);
	return 0;
}
