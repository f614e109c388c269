/* The connections of one process.  Who comes when none is free waits his turn;
 * what comes free goes to the first in the queue, and when there may be more
 * connections, he opens one. */

#include "store/pg.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "shm/metrics.h"

/* After a failed attempt, so that a dead server is not run down by us. */
#define RETRY_US     INT64_C(250000)
#define SWEEP_MAX_MS 10000

/* One fiber in the queue; lives on its stack. */
struct waiter {
	struct list link;
	struct fiber_gate gate;
	struct pg_conn *conn; /* handed over */
	const struct err *failure;
};

static void
show_use(const struct pg_pool *p)
{
	metric_gauge(M_db_connections_active, p->in_use);
	metric_gauge(M_db_connections_open, p->open);
}

static struct waiter *
first_waiter(struct pg_pool *p)
{
	struct waiter *w;

	if (list_empty(&p->waiters))
		return NULL;
	w = list_item(p->waiters.next, struct waiter, link);
	list_del(&w->link);
	return w;
}

static bool
may_open(const struct pg_pool *p)
{
	return p->open < p->max && !p->opening &&
	       clock_mono_us() >= p->retry_us;
}

/* Let the first in the queue open a connection, if he may. */
static void
invite(struct pg_pool *p)
{
	struct waiter *w;

	if (!may_open(p) || (w = first_waiter(p)) == NULL)
		return;
	fiber_gate_open(&w->gate);
}

/* Nobody will give one back, and none can be opened: nobody waits for that. */
static void
dismiss(struct pg_pool *p)
{
	struct waiter *w;

	if (p->open > 0 || clock_mono_us() >= p->retry_us)
		return;
	while ((w = first_waiter(p)) != NULL) {
		w->failure = &p->failure;
		fiber_gate_open(&w->gate);
	}
}

static void
note_failure(struct pg_pool *p, const struct err *e)
{
	p->failure = *e;
	p->retry_us = clock_mono_us() + RETRY_US;
	if (!p->down && p->loop != NULL)
		log_err(LOG_WARN, "store", "the database is not reached", e);
	p->down = true;
	dismiss(p);
}

static struct pg_conn *
open_one(struct pg_pool *p, struct err *e)
{
	struct err mine = ERR_INIT;
	struct pg_conn *c;

	p->opening = true;
	p->open++;
	c = pg_conn_open(p, &mine);
	p->opening = false;
	if (c == NULL) {
		p->open--;
		note_failure(p, &mine);
		if (e != NULL)
			*e = mine;
	} else if (p->down) {
		p->down = false;
		if (p->loop != NULL)
			log_msg(LOG_NOTICE, "store",
			    "the database is reached again");
	}
	show_use(p);
	invite(p);
	return c;
}

static struct pg_conn *
take_idle(struct pg_pool *p)
{
	while (!list_empty(&p->idle)) {
		struct pg_conn *c =
		    list_item(p->idle.next, struct pg_conn, link);

		list_del(&c->link);
		if (pg_conn_is_alive(c))
			return c;
		pg_conn_close(c);
	}
	return NULL;
}

static int
in_vain(const struct pg_pool *p, struct err *e)
{
	metric_add(M_db_acquire_timeouts_total, 0, 0, 1);
	return err_set(e, ERR_UNAVAILABLE,
	    "no connection to PostgreSQL came free in %lld ms: all %u are in "
	    "use",
	    (long long)(p->acquire_timeout_us / 1000), p->max);
}

/* Queue, at the head when one has waited before.  1 handed a connection, 0 may
 * open one, -1. */
static int
wait_turn(struct pg_pool *p, bool again, int64_t deadline_us,
    struct pg_conn **c_r, struct err *e)
{
	struct waiter w = { .conn = NULL };
	struct err why = ERR_INIT;
	int64_t left_us = deadline_us - clock_mono_us();
	int rc;

	if (left_us <= 0)
		return in_vain(p, e);
	list_add_tail(again ? p->waiters.next : &p->waiters, &w.link);
	invite(p);
	rc = fiber_gate_wait(&w.gate, (left_us + 999) / 1000, false, &why);
	list_del(&w.link);
	if (w.conn != NULL && rc == 0) {
		*c_r = w.conn;
		return 1;
	}
	if (w.conn != NULL) {
		pg_pool_give(w.conn); /* cancelled at that very moment */
	} else if (rc < 0 && w.gate.open) {
		invite(p);
	}
	if (rc < 0 && why.code == ERR_TIMEOUT)
		return in_vain(p, e);
	if (rc < 0 || w.failure != NULL) {
		if (e != NULL)
			*e = rc < 0 ? why : *w.failure;
		return -1;
	}
	return 0;
}

/* Not first in the queue, and none is free. */
static struct pg_conn *
take_later(struct pg_pool *p, struct err *e)
{
	int64_t deadline_us = clock_mono_us() + p->acquire_timeout_us;
	struct pg_conn *c = NULL;
	bool again = false;
	int rc;

	if (fiber_self() == NULL) {
		in_vain(p, e);
		return NULL;
	}
	while ((rc = wait_turn(p, again, deadline_us, &c, e)) == 0) {
		again = true;
		c = take_idle(p);
		if (c == NULL && may_open(p)) {
			c = open_one(p, e);
			if (c == NULL && p->open == 0)
				return NULL;
		}
		if (c != NULL)
			break;
	}
	return rc < 0 ? NULL : c;
}

struct pg_conn *
pg_pool_take(struct pg_pool *p, struct err *e)
{
	struct pg_conn *c = NULL;

	if (list_empty(&p->waiters))
		c = take_idle(p);
	if (c == NULL && p->open == 0 && clock_mono_us() < p->retry_us) {
		if (e != NULL)
			*e = p->failure;
		return NULL;
	}
	if (c == NULL && list_empty(&p->waiters) && may_open(p)) {
		c = open_one(p, e);
		if (c == NULL && p->open == 0)
			return NULL;
	}
	if (c == NULL)
		c = take_later(p, e);
	if (c == NULL)
		return NULL;
	/* Handed over, it was in use all the time. */
	if (!c->in_use)
		p->in_use++;
	c->in_use = true;
	c->gate.open = false;
	show_use(p);
	return c;
}

void
pg_pool_give(struct pg_conn *c)
{
	struct pg_pool *p = c->pool;
	struct waiter *w;

	CHECK(c->in_use);
	c->begin = NULL;
	c->patient = false;
	if (!c->broken && (w = first_waiter(p)) != NULL) {
		w->conn = c;
		fiber_gate_open(&w->gate);
		return;
	}
	c->in_use = false;
	p->in_use--;
	if (c->broken) {
		metric_add(M_db_connections_lost_total, 0, 0, 1);
		pg_conn_close(c);
	} else {
		c->idle_since_us = clock_mono_us();
		/* The newest goes first, so that what is not needed ages. */
		c->link.next = p->idle.next;
		c->link.prev = &p->idle;
		p->idle.next->prev = &c->link;
		p->idle.next = &c->link;
	}
	show_use(p);
	invite(p);
	dismiss(p);
}

static void
sweep(void *arg)
{
	struct pg_pool *p = arg;
	int64_t limit_us = clock_mono_us() - p->idle_timeout_us;

	while (p->open > p->min && !list_empty(&p->idle)) {
		struct pg_conn *c =
		    list_item(p->idle.prev, struct pg_conn, link);

		if (c->idle_since_us > limit_us)
			break;
		pg_conn_close(c);
	}
	timer_arm_ms(
	    &p->sweep, MAX(10, MIN(p->idle_timeout_us / 4000, SWEEP_MAX_MS)));
}

void
pg_pool_init(struct pg_pool *p)
{
	list_init(&p->idle);
	list_init(&p->waiters);
	if (p->loop != NULL) {
		timer_init(&p->sweep, p->loop, sweep, p);
		sweep(p);
	}
	metric_gauge(M_db_connections_max, p->max);
}

void
pg_pool_fini(struct pg_pool *p)
{
	CHECK(p->in_use == 0 && list_empty(&p->waiters));
	while (!list_empty(&p->idle))
		pg_conn_close(list_item(p->idle.next, struct pg_conn, link));
	if (p->loop != NULL)
		timer_fini(&p->sweep);
	metric_gauge(M_db_connections_max, 0);
	show_use(p);
}

int
pg_pool_warm(struct pg_pool *p, struct err *e)
{
	while (p->open < MAX(1, p->min)) {
		struct pg_conn *c = open_one(p, e);

		if (c == NULL)
			return -1;
		c->in_use = true;
		p->in_use++;
		pg_pool_give(c);
	}
	return 0;
}
