#include "mcp/debt.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "loop/fiber.h"
#include "mcp/mcp_impl.h"
#include "app.h"

/* A death on this node shows on the board; the lease is for other nodes. */
#define LEASE_US INT64_C(30000000)
#define RENEW_MS 10000
#define LOOK_MS	 1000

/* --- who owes ------------------------------------------------------------- */

/* What is done for a debt by a fiber of its own, whatever becomes of it. */
struct errand {
	const struct app *app;
	struct owner owner;
	struct stored_call call;
	int (*run)(struct db *db, struct arena *a, const struct owner *o,
	    const struct stored_call *c, struct err *e);
};

static void
run_errand(void *arg)
{
	struct errand *d = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (d->run(d->app->db, a, &d->owner, &d->call, &e) < 0)
		log_err(LOG_WARN, "mcp", "an answer that is owed", &e);
	arena_free(&a);
	free(d);
}

static void
send_errand(const struct mcp_debt *d,
    int (*run)(struct db *db, struct arena *a, const struct owner *o,
	const struct stored_call *c, struct err *e))
{
	struct errand *errand = xcalloc(1, sizeof(*errand));

	*errand = (struct errand){ d->app, d->owner, d->call, run };
	fiber_spawn(d->app->loop, run_errand, errand);
}

static void
on_renew(void *arg)
{
	struct mcp_debt *d = arg;

	d->call.lease_us = clock_wall_us() + LEASE_US;
	send_errand(d, mcp_calls_renew);
	timer_arm_ms(&d->renew, RENEW_MS);
}

int
debt_take(
    struct mcp_debt *d, struct rpc *r, const struct uuid *stream, struct err *e)
{
	*d = (struct mcp_debt){
		.owner = rpc_owner(r),
		.call = {
			.session = r->session->id,
			.id = *stream,
			.request = arena_strndup(r->arena, r->id.p, r->id.n),
			.worker = r->app->name,
			.lease_us = clock_wall_us() + LEASE_US,
		},
	};
	if (mcp_calls_insert(r->app->db, r->arena, &d->owner, &d->call, e) < 0)
		return -1;
	d->app = r->app;
	timer_init(&d->renew, r->app->loop, on_renew, d);
	timer_arm_ms(&d->renew, RENEW_MS);
	return 0;
}

static void
forget(struct mcp_debt *d)
{
	timer_fini(&d->renew);
	d->app = NULL;
}

void
debt_cancel(struct mcp_debt *d)
{
	if (d->app == NULL)
		return;
	send_errand(d, mcp_calls_delete);
	forget(d);
}

struct payment {
	struct arena *arena;
	const struct owner *owner;
	const struct stored_call *call;
	const char *topic;
	struct str answer;
	int64_t *seq_r;
};

/* Who comes second adds nothing. */
static int
pay_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct payment *p = arg;
	int rc = mcp_calls_delete(tx, p->arena, p->owner, p->call, e);

	if (rc <= 0)
		return rc;
	return event_log_put(tx, p->arena, p->owner, p->topic, EVENT_MESSAGE,
	    p->answer, p->seq_r, e);
}

int
debt_pay(struct mcp_debt *d, const char *topic, struct str answer,
    int64_t *seq_r, struct err *e)
{
	struct arena *a = arena_new();
	struct payment p = { a, &d->owner, &d->call, topic, answer, seq_r };
	int rc = db_write(d->app->db, pay_in_tx, &p, e);

	arena_free(&a);
	if (rc == 0)
		forget(d);
	return rc;
}

/* --- who waits ------------------------------------------------------------ */

struct mcp_creditor {
	const struct app *app;
	struct owner owner;
	struct stored_call call;
	char topic[EVENT_TOPIC_MAX + 1];
	int64_t (*seq)(void *arg);
	void (*nothing)(void *arg);
	void *arg;
	struct timer look;
	bool over; /* to be freed by the fiber that looks */
	bool looking;
};

static struct str
write_answer(struct arena *a, const char *request)
{
	return str_of(arena_printf(a,
	    RPC_OPENING
	    "%s,\"error\":{\"code\":%d,"
	    "\"message\":\"the process that ran this call has died: call "
	    "again\"}}",
	    request, err_rpc_code(ERR_UNAVAILABLE)));
}

static bool
is_dead(const struct mcp_creditor *c, const struct stored_call *call)
{
	return call->lease_us < clock_wall_us() ||
	       board_has_lost(c->app->shm, c->app->node, call->worker);
}

static int
answer_for(struct mcp_creditor *c, struct arena *a,
    const struct stored_call *call, struct err *e)
{
	struct payment p = { a, &c->owner, call, c->topic,
		write_answer(a, call->request), NULL };

	return db_write(c->app->db, pay_in_tx, &p, e);
}

/* 1: nothing will come; 0 it may, or has and is on its way; -1. */
static int
is_hopeless(struct mcp_creditor *c, struct arena *a, struct err *e)
{
	struct stored_call call = c->call;
	struct stored_event *list;
	int64_t seq = c->seq(c->arg);
	size_t n;
	int rc = mcp_calls_get(c->app->db, a, &c->owner, &call, e);

	if (rc < 0)
		return -1;
	if (rc > 0)
		return is_dead(c, &call) ? answer_for(c, a, &call, e) : 0;
	/* The answer and the end of the debt are one. */
	if (event_log_read(
		c->app->db, a, &c->owner, c->topic, seq, 1, &list, &n, e) < 0)
		return -1;
	return n == 0;
}

static void
look_in_fiber(void *arg)
{
	struct mcp_creditor *c = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	int rc = c->over ? 0 : is_hopeless(c, a, &e);

	arena_free(&a);
	c->looking = false;
	if (c->over) {
		free(c);
		return;
	}
	if (rc < 0)
		log_err(LOG_WARN, "mcp", "whether an answer is owed", &e);
	if (rc > 0)
		c->nothing(c->arg);
	else
		timer_arm_ms(&c->look, LOOK_MS);
}

static void
on_look(void *arg)
{
	struct mcp_creditor *c = arg;

	c->looking = true;
	fiber_spawn(c->app->loop, look_in_fiber, c);
}

struct mcp_creditor *
creditor_new(struct rpc *r, const struct uuid *stream, const char *topic,
    int64_t (*seq)(void *arg), void (*nothing)(void *arg), void *arg)
{
	struct mcp_creditor *c = xcalloc(1, sizeof(*c));

	c->app = r->app;
	c->owner = rpc_owner(r);
	c->call.session = r->session->id;
	c->call.id = *stream;
	snprintf(c->topic, sizeof(c->topic), "%s", topic);
	c->seq = seq;
	c->nothing = nothing;
	c->arg = arg;
	timer_init(&c->look, r->app->loop, on_look, c);
	timer_arm_ms(&c->look, LOOK_MS);
	return c;
}

void
creditor_free(struct mcp_creditor **cp)
{
	struct mcp_creditor *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	timer_fini(&c->look);
	c->over = true;
	if (!c->looking)
		free(c);
}
