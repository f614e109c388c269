/* A connection: its states, what each of them does when bytes come or time
 * runs out, and its end. */

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "http/http_impl.h"

#define REQUESTS_A_TURN 32 /* of one connection, so that others get theirs */

static const char *const state_name[] = {
#define CONN(name) #name,
#include "http/conn_states.def"
#undef CONN
};

static void on_readable(evutil_socket_t fd, short what, void *arg);

#define TO(name) (1u << CONN_##name)

/* Where each state may lead. */
static const unsigned leads_to[] = {
	[CONN_OPEN] = TO(HELLO) | TO(HEAD) | TO(RUN) | TO(CLOSED),
	[CONN_HELLO] = TO(OPEN) | TO(LINGER) | TO(CLOSED),
	[CONN_HEAD] = TO(RUN) | TO(CLOSED),
	[CONN_BODY] = TO(RUN) | TO(CLOSED),
	[CONN_RUN] = TO(BODY) | TO(STREAM) | TO(WRITE) | TO(IDLE) | TO(LINGER) |
		     TO(CLOSED),
	[CONN_WRITE] = TO(IDLE) | TO(LINGER) | TO(CLOSED),
	[CONN_IDLE] = TO(HEAD) | TO(RUN) | TO(IDLE) | TO(CLOSED),
	[CONN_STREAM] = TO(STREAM) | TO(RUN) | TO(WRITE) | TO(IDLE) |
			TO(LINGER) | TO(CLOSED),
	[CONN_LINGER] = TO(CLOSED),
	[CONN_CLOSED] = 0,
};

static void
set_deadline(struct conn *c)
{
	struct http_server *s = c->srv;

	c->moved = 0;
	c->due_us = INT64_MAX;
	if (s->timeout_us[c->state] != 0) {
		c->due_us = loop_now_us(s->loop) + s->timeout_us[c->state];
		server_due(s, c->due_us);
	}
	list_del(&c->link);
	list_add_tail(&s->in_state[c->state], &c->link);
}

void
conn_move(struct conn *c, enum conn_state to)
{
	if ((leads_to[c->state] & 1u << to) == 0) {
		log_msg(LOG_ALERT, "http", "connection went from %s to %s",
		    state_name[c->state], state_name[to]);
		BUG("a state does not lead to another");
	}
	c->state = to;
	set_deadline(c);
}

void
conn_progress(struct conn *c, size_t n)
{
	c->moved += n;
	if (c->moved >= CONN_PROGRESS_BYTES)
		set_deadline(c);
}

struct conn *
conn_new(const struct listener *l, int fd, const struct sockaddr_storage *peer)
{
	struct http_server *s = l->srv;
	struct conn *c = xcalloc(1, sizeof(*c));

	c->srv = s;
	c->fd = fd;
	c->awaits_proxy = l->proxy;
	c->awaits_tls = l->tls;
	list_init(&c->link);
	list_init(&c->again);
	c->peer_trusted = peers_name(s->trusted, peer, c->peer);
	c->has_peer_key = peers_key(str_of(c->peer), c->peer_key);
	if (!accept_count(c)) {
		free(c);
		return NULL;
	}
	CHECK(event_assign(&c->read_ev, loop_base(s->loop), fd,
		  EV_READ | EV_PERSIST, on_readable, c) == 0);
	conn_watch_reads(c, true);
	c->state = CONN_OPEN;
	set_deadline(c);
	s->conns_n++;
	observe_accept(s);
	return c;
}

static void
release(struct conn *c)
{
	struct http_server *s = c->srv;

	accept_uncount(c);
	list_del(&c->link);
	list_del(&c->again);
	if (c->write_ev != NULL)
		event_free(c->write_ev);
	conn_put_buf(c, &c->in);
	conn_put_buf(c, &c->next);
	conn_put_buf(c, &c->out);
	free(c);
	s->conns_n--;
	s->full = false;
	observe_connections(s);
}

void
conn_dispose(struct conn *c)
{
	CHECK(c->state == CONN_CLOSED && c->req == NULL && c->sse == NULL);
	server_reap(c->srv);
}

/* The connections that ended in this turn and have no handler left. */
void
conn_reap(struct http_server *s)
{
	struct list *node, *tmp;

	list_each (node, tmp, &s->in_state[CONN_CLOSED]) {
		struct conn *c = list_item(node, struct conn, link);

		if (c->req == NULL)
			release(c);
	}
}

void
conn_hang_up(struct conn *c)
{
	struct sse *sse = c->sse;

	if (c->state == CONN_CLOSED)
		return;
	conn_watch_reads(c, false);
	if (c->write_ev != NULL)
		event_del(c->write_ev);
	tls_end(&c->tls);
	close(c->fd);
	c->fd = -1;
	conn_move(c, CONN_CLOSED);
	c->sse = NULL;
	if (sse != NULL)
		sse_lost(sse);
	if (c->req != NULL)
		exchange_abandon(c->req);
	else
		conn_dispose(c);
}

/* As conn_hang_up, and throw away what the kernel still has to send. */
static void
reset(struct conn *c)
{
	struct linger now = { 1, 0 };

	if (c->fd >= 0)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	conn_hang_up(c);
}

/* Closing while bytes of the client are unread would make the kernel send a
 * reset, which may overtake the answer: let the client read it first. */
void
conn_close_gently(struct conn *c)
{
	tls_end(&c->tls);
	if (!c->unread || shutdown(c->fd, SHUT_WR) < 0) {
		conn_hang_up(c);
		return;
	}
	conn_put_buf(c, &c->in);
	conn_put_buf(c, &c->next);
	c->in_at = 0;
	conn_watch_reads(c, true);
	conn_move(c, CONN_LINGER);
}

/* What was read ahead becomes the input. */
static void
join_input(struct conn *c)
{
	if (c->in_at == c->in.n) {
		conn_put_buf(c, &c->in);
		c->in_at = 0;
		c->in = c->next;
		c->next = BUF_INIT;
	} else if (c->next.n != 0) {
		buf_drop(&c->in, c->in_at);
		c->in_at = 0;
		buf_addstr(&c->in, buf_str(&c->next));
		conn_put_buf(c, &c->next);
	}
}

/* Go on at the end of the turn, and read no more until then. */
static void
serve_later(struct conn *c)
{
	conn_watch_reads(c, false);
	list_del(&c->again);
	list_add_tail(&c->srv->again, &c->again);
	server_again(c->srv);
}

void
conn_answered(struct conn *c)
{
	if (c->close_after) {
		if (c->in_at < c->in.n || c->next.n != 0)
			c->unread = true;
		conn_close_gently(c);
		return;
	}
	join_input(c);
	conn_move(c, CONN_IDLE);
	if (c->in_at < c->in.n) {
		if (!c->processing)
			serve_later(c);
		return;
	}
	conn_watch_reads(c, true);
	conn_put_buf(c, &c->in);
	conn_put_buf(c, &c->next);
}

/* A stream may go on for days: keep nothing of its request. */
static void
settle_stream(struct conn *c)
{
	if (c->in_at < c->in.n)
		return;
	conn_put_buf(c, &c->in);
	c->in_at = 0;
}

void
conn_settle(struct conn *c)
{
	if (c->state == CONN_CLOSED)
		conn_dispose(c);
	else if (c->sse != NULL)
		settle_stream(c);
	else if (conn_pending(c) != 0)
		conn_move(c, CONN_WRITE);
	else
		conn_answered(c);
}

static bool
is_between(const struct conn *c)
{
	return c->state == CONN_OPEN || c->state == CONN_HEAD ||
	       c->state == CONN_IDLE;
}

/* Parse from in_at.  false when more input is needed. */
static bool
parse_head(struct conn *c)
{
	struct http_req *req = c->req;
	int rc;

	if (req == NULL)
		req = c->req = exchange_new(c);
	rc = h1_feed(&req->h1, c->in.p + c->in_at, c->in.n - c->in_at);
	req->base = c->in.p + c->in_at;
	if (rc == 0) {
		if (c->state != CONN_HEAD)
			conn_move(c, CONN_HEAD);
		buf_drop(&c->in, c->in_at);
		c->in_at = 0;
		conn_watch_reads(c, true);
		return false;
	}
	if (rc < 0) {
		exchange_refuse(req, req->h1.status, req->h1.reason);
		return true;
	}
	c->in_at += req->h1.head_n;
	exchange_begin(req);
	return true;
}

/* Parse and serve what is in the buffer, at most a batch. */
static void
process(struct conn *c)
{
	int left = REQUESTS_A_TURN;

	c->processing = true;
	while (is_between(c) && c->in_at < c->in.n && left-- > 0)
		if (!parse_head(c))
			break;
	c->processing = false;
	if (left < 0 && is_between(c) && c->in_at < c->in.n)
		serve_later(c);
}

void
conn_process_again(struct conn *c)
{
	if (c->state == CONN_CLOSED)
		return;
	conn_watch_reads(c, true);
	process(c);
}

static void
read_head(struct conn *c)
{
	ssize_t n;

	if (c->in.cap == 0)
		conn_take_buf(c, &c->in);
	buf_reserve(&c->in, CONN_BUF_BYTES / 4);
	n = conn_recv(c, c->in.p + c->in.n, c->in.cap - c->in.n);
	if (n < 0) {
		conn_hang_up(c);
		return;
	}
	c->in.n += (size_t)n;
	if (n > 0)
		process(c);
	else if (c->in.n == 0)
		conn_put_buf(c, &c->in);
}

/* While a request is under way: the next one, up to a bound; or the news that
 * the client has gone. */
static void
read_ahead(struct conn *c)
{
	size_t room;
	ssize_t n;

	if (c->next.n >= CONN_AHEAD_BYTES) {
		conn_watch_reads(c, false);
		return;
	}
	room = CONN_AHEAD_BYTES - c->next.n;
	if (c->next.cap == 0)
		conn_take_buf(c, &c->next);
	buf_reserve(&c->next, CONN_BUF_BYTES / 4);
	n = conn_recv(
	    c, c->next.p + c->next.n, MIN(room, c->next.cap - c->next.n));
	if (n < 0)
		conn_hang_up(c);
	else
		c->next.n += (size_t)n;
}

static void
read_body(struct conn *c)
{
	if (body_read(c->req) < 0)
		conn_hang_up(c);
	else
		exchange_body(c->req);
}

static void
read_away(struct conn *c)
{
	if (conn_recv(c, c->srv->scratch, CONN_BUF_KEEP) < 0)
		conn_hang_up(c);
}

static void
on_readable(UNUSED evutil_socket_t fd, UNUSED short what, void *arg)
{
	struct conn *c = arg;

	switch (c->state) {
	case CONN_OPEN:
	case CONN_HELLO:
		if (!hello_read(c))
			break;
		read_head(c);
		break;
	case CONN_HEAD:
	case CONN_IDLE:
		read_head(c);
		break;
	case CONN_BODY:
		read_body(c);
		break;
	case CONN_RUN:
	case CONN_WRITE:
	case CONN_STREAM:
		read_ahead(c);
		break;
	case CONN_LINGER:
		read_away(c);
		break;
	case CONN_CLOSED:
	case CONN_STATE_COUNT:
		BUG("a closed connection is readable");
	}
	conn_look_again(c);
}

/* A request may be on its way in the very moment the time is up. */
static void
expire_idle(struct conn *c)
{
	char byte;

	if (recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
		conn_move(c, CONN_IDLE);
	else
		conn_hang_up(c);
}

static void
expire_stream(struct conn *c)
{
	struct http_server *s = c->srv;

	if (c->stalled_us != 0 &&
	    loop_now_us(s->loop) - c->stalled_us >= s->conf->write_timeout_us) {
		reset(c);
		return;
	}
	conn_move(c, CONN_STREAM);
	if (c->stalled_us == 0)
		sse_beat(c->sse);
}

void
conn_expire(struct conn *c)
{
	switch (c->state) {
	case CONN_HEAD:
		exchange_refuse(c->req, 408, "the head did not arrive in time");
		break;
	case CONN_BODY:
		body_fail(c->req, 408, "the body did not arrive in time");
		exchange_body(c->req);
		break;
	case CONN_IDLE:
		expire_idle(c);
		break;
	case CONN_STREAM:
		expire_stream(c);
		break;
	case CONN_WRITE:
		reset(c);
		break;
	case CONN_HELLO:
		hello_expire(c);
		break;
	case CONN_OPEN:
	case CONN_LINGER:
		conn_hang_up(c);
		break;
	case CONN_RUN:
	case CONN_CLOSED:
	case CONN_STATE_COUNT:
		BUG("a state without a deadline has expired");
	}
}
