/* The server as a whole: its making, its deadlines, its leaving. */

#include <stdlib.h>

#include "base/check.h"
#include "base/log.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "http/http_impl.h"

#define LINGER_US	 2000000
#define BEAT_US		 15000000
#define TARGET_BYTES_MAX 8192

/* Close what time is up for.  Within a state deadlines only rise. */
static void
expire(struct list *conns, int64_t now_us)
{
	struct conn *c;

	while (!list_empty(conns)) {
		c = list_item(conns->next, struct conn, link);
		if (c->due_us > now_us)
			break;
		conn_expire(c);
	}
}

static void
arm(struct http_server *s, int64_t due_us)
{
	int64_t wait_us = due_us - loop_now_us(s->loop);

	s->sweep_us = due_us;
	timer_arm_ms(&s->sweep, MAX(wait_us, 0) / 1000 + 1);
}

void
server_due(struct http_server *s, int64_t due_us)
{
	if (due_us < s->sweep_us)
		arm(s, due_us);
}

static void
on_sweep(void *arg)
{
	struct http_server *s = arg;
	int64_t now_us = loop_now_us(s->loop), next_us = INT64_MAX;

	/* Deadlines set meanwhile are seen below. */
	s->sweep_us = 0;
	for (int i = 0; i < CONN_STATE_COUNT; i++)
		if (s->timeout_us[i] != 0)
			expire(&s->in_state[i], now_us);
	for (int i = 0; i < CONN_STATE_COUNT; i++) {
		struct list *first = s->in_state[i].next;

		if (s->timeout_us[i] != 0 && first != &s->in_state[i])
			next_us = MIN(next_us,
			    list_item(first, struct conn, link)->due_us);
	}
	s->sweep_us = INT64_MAX;
	if (next_us != INT64_MAX)
		arm(s, next_us);
}

static void
tell_drained(struct http_server *s)
{
	void (*drained)(void *arg) = s->drained;

	if (drained == NULL)
		return;
	s->drained = NULL;
	timer_disarm(&s->drain_limit);
	drained(s->drained_arg);
}

static void
reap(void *arg)
{
	struct http_server *s = arg;

	s->reap_due = false;
	conn_reap(s);
	if (s->conns_n == 0)
		tell_drained(s);
}

void
server_reap(struct http_server *s)
{
	if (s->reap_due)
		return;
	s->reap_due = true;
	loop_later(s->loop, reap, s);
}

static void
process_again(void *arg)
{
	struct http_server *s = arg;
	struct list todo, *node;

	s->again_due = false;
	list_init(&todo);
	while (!list_empty(&s->again)) {
		node = s->again.next;
		list_del(node);
		list_add_tail(&todo, node);
	}
	while (!list_empty(&todo)) {
		node = todo.next;
		list_del(node);
		conn_process_again(list_item(node, struct conn, again));
	}
}

void
server_again(struct http_server *s)
{
	if (s->again_due)
		return;
	s->again_due = true;
	loop_later(s->loop, process_again, s);
}

static void
set_limits(struct http_server *s)
{
	const struct conf *conf = s->conf;

	s->limits.head_bytes = (size_t)conf->max_header_bytes;
	s->limits.target_bytes =
	    MIN(s->limits.head_bytes / 2, (size_t)TARGET_BYTES_MAX);
	s->limits.headers = H1_HEADERS_MAX;
	s->timeout_us[CONN_OPEN] = conf->header_timeout_us;
	s->timeout_us[CONN_HELLO] = conf->header_timeout_us;
	s->timeout_us[CONN_HEAD] = conf->header_timeout_us;
	s->timeout_us[CONN_BODY] = conf->body_timeout_us;
	s->timeout_us[CONN_WRITE] = conf->write_timeout_us;
	s->timeout_us[CONN_IDLE] = MAX(conf->keepalive_timeout_us, 1);
	s->timeout_us[CONN_STREAM] =
	    MIN(conf->write_timeout_us, (int64_t)BEAT_US);
	s->timeout_us[CONN_LINGER] = LINGER_US;
}

static void
on_drain_limit(void *arg)
{
	struct http_server *s = arg;

	log_msg(LOG_WARN, "http",
	    "server.drain_timeout is over with %u connections open",
	    s->conns_n);
	http_server_abort(s);
}

struct http_server *
http_server_new(
    struct loop *l, const struct conf *conf, const struct http_app *app)
{
	struct http_server *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->conf = conf;
	s->app = app;
	s->router = router_new(app->routes);
	for (const struct http_route *r = app->routes; r->pattern != NULL; r++)
		CHECK(r->access == HTTP_PUBLIC || app->guard != NULL);
	s->per_address = map_new();
	s->trusted = peers_new(&conf->trusted_proxies);
	set_limits(s);
	for (int i = 0; i < CONN_STATE_COUNT; i++)
		list_init(&s->in_state[i]);
	list_init(&s->again);
	list_init(&s->idle_reqs);
	list_init(&s->busy_reqs);
	s->sweep_us = INT64_MAX;
	timer_init(&s->sweep, l, on_sweep, s);
	timer_init(&s->back_off, l, accept_back_off_over, s);
	timer_init(&s->drain_limit, l, on_drain_limit, s);
	s->scratch = xmalloc(CONN_BUF_KEEP);
	observe_labels(app->routes);
	return s;
}

static void
free_pools(struct http_server *s)
{
	while (!list_empty(&s->idle_reqs)) {
		struct http_req *req =
		    list_item(s->idle_reqs.next, struct http_req, link);

		list_del(&req->link);
		exchange_free(&req);
	}
	while (s->idle_bufs_n != 0)
		buf_free(&s->idle_bufs[--s->idle_bufs_n]);
	buf_free(&s->head);
	buf_free(&s->event);
	buf_free(&s->date);
	free(s->scratch);
}

void
http_server_free(struct http_server **sp)
{
	struct http_server *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	CHECK(s->conns_n == 0 && !s->reap_due && !s->again_due);
	accept_fini(s);
	timer_fini(&s->sweep);
	timer_fini(&s->back_off);
	timer_fini(&s->drain_limit);
	free_pools(s);
	tls_free(&s->tls);
	peers_free(&s->trusted);
	map_free(&s->per_address);
	router_free(&s->router);
	free(s);
}

/* Clients in mid-thought get a moment to send one more request, which is
 * answered with Connection: close. */
static void
shorten_idleness(struct http_server *s)
{
	static const enum conn_state quiet[] = { CONN_OPEN, CONN_IDLE };
	int64_t due_us;

	for (size_t i = 0; i < ARRAY_LEN(quiet); i++) {
		struct list *node, *tmp;

		s->timeout_us[quiet[i]] = MAX(s->conf->keepalive_min_us, 1);
		due_us = loop_now_us(s->loop) + s->timeout_us[quiet[i]];
		list_each (node, tmp, &s->in_state[quiet[i]])
			list_item(node, struct conn, link)->due_us = due_us;
		if (!list_empty(&s->in_state[quiet[i]]))
			server_due(s, due_us);
	}
}

void
http_server_drain(struct http_server *s, void (*done)(void *arg), void *arg)
{
	struct list *node, *tmp;

	CHECK(!s->draining);
	s->draining = true;
	s->drained = done;
	s->drained_arg = arg;
	timer_disarm(&s->back_off);
	if (!s->paused)
		accept_watch(s, false);
	shorten_idleness(s);
	list_each (node, tmp, &s->in_state[CONN_STREAM])
		sse_end(list_item(node, struct conn, link)->sse);
	timer_arm_ms(&s->drain_limit, s->conf->drain_timeout_us / 1000);
	if (s->conns_n == 0)
		server_reap(s);
}

void
http_server_abort(struct http_server *s)
{
	s->aborted = true;
	for (int i = 0; i < CONN_CLOSED; i++)
		while (!list_empty(&s->in_state[i]))
			conn_hang_up(
			    list_item(s->in_state[i].next, struct conn, link));
	/* A handler may be deaf to that; nobody waits for it any more. */
	tell_drained(s);
}

int64_t
http_server_certificate_end_s(const struct http_server *s)
{
	return s->tls != NULL ? tls_not_after_s(s->tls) : 0;
}

unsigned
http_server_connections(const struct http_server *s)
{
	return s->conns_n;
}

uint64_t
http_server_requests(const struct http_server *s)
{
	return s->requests_n;
}
