/* Server-sent events (WHATWG HTML 9.2) over the chunked coding, so that a
 * client can tell the end of a stream from its loss. */

#include <stdlib.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "http/http_impl.h"

#define QUEUE_MAX      (256 * 1024) /* bytes that a slow client may have waiting */
#define DRAIN_RETRY_MS 1000

struct sse {
	struct conn *conn; /* NULL: the client is gone */
	struct http_server *srv;
	bool chunked;
	bool mute;   /* the answer to HEAD */
	bool active; /* the handler has not returned */
	bool detached;
	bool closed;
	bool ending; /* end_later is due or running */
	void (*on_end)(struct sse *s, void *arg);
	void *arg;
	void (*on_room)(void *arg); /* may be NULL */
	void *room_arg;
};

struct sse *
sse_open(struct http_req *req)
{
	struct sse *s = xcalloc(1, sizeof(*s));
	struct conn *c = req->conn;

	CHECK(!req->replied);
	s->srv = req->srv;
	s->active = true;
	s->chunked = req->h1.minor == 1;
	s->mute = req->method == HTTP_HEAD;
	req->sse = s;
	if (!s->chunked)
		c->close_after = true;
	http_add_header(req, "X-Accel-Buffering", "no");
	reply_head(req, 200, "text/event-stream",
	    s->chunked ? "Transfer-Encoding: chunked\r\n" : "");
	req->replied = true;
	req->status = 200;
	if (!req->gone) {
		s->conn = c;
		c->sse = s;
		conn_move(c, CONN_STREAM);
		reply_send(req, NULL, 0);
	}
	return s;
}

bool
sse_is_attached(const struct sse *s)
{
	return !s->detached && !s->closed;
}

static void
send_chunk(struct sse *s)
{
	struct buf *event = &s->srv->event;
	char size[24];
	struct iovec iov[3] = {
		{ size, 0 },
		{ event->p, event->n },
		{ (void *)(uintptr_t) "\r\n", 2 },
	};

	if (s->mute)
		return;
	if (!s->chunked) {
		conn_send(s->conn, iov + 1, 1);
		return;
	}
	iov[0].iov_len =
	    (size_t)snprintf(size, sizeof(size), "%zx\r\n", event->n);
	conn_send(s->conn, iov, 3);
}

static void
add_line(struct buf *b, const char *field, struct str value)
{
	buf_adds(b, field);
	buf_addstr(b, value);
	buf_addc(b, '\n');
}

static bool
is_one_line(struct str s)
{
	return str_find(s, '\n') < 0 && str_find(s, '\r') < 0 &&
	       str_find(s, '\0') < 0;
}

/* A line feed, a carriage return, or both end a line. */
static void
add_data(struct buf *b, struct str data)
{
	size_t n;

	do {
		for (n = 0;
		     n < data.n && data.p[n] != '\n' && data.p[n] != '\r'; n++)
			;
		add_line(b, "data: ", str_make(data.p, n));
		if (n + 1 < data.n && data.p[n] == '\r' &&
		    data.p[n + 1] == '\n')
			n++;
		if (n == data.n)
			break;
		data = str_make(data.p + n + 1, data.n - n - 1);
	} while (true);
}

int
sse_send(struct sse *s, struct str event, struct str id, struct str data,
    struct err *e)
{
	struct buf *b = &s->srv->event;

	CHECK(!s->closed && is_one_line(event) && is_one_line(id));
	if (s->conn == NULL)
		return err_set(e, ERR_CANCELED, "the client went away");
	if (conn_pending(s->conn) + data.n > QUEUE_MAX &&
	    conn_pending(s->conn) != 0)
		return err_set(e, ERR_LIMITED,
		    "the client reads too slowly: %zu bytes wait for it",
		    conn_pending(s->conn));
	buf_clear(b);
	if (event.n != 0)
		add_line(b, "event: ", event);
	if (id.p != NULL)
		add_line(b, "id: ", id);
	add_data(b, data);
	buf_addc(b, '\n');
	send_chunk(s);
	if (s->conn == NULL)
		return err_set(e, ERR_CANCELED, "the client went away");
	return 0;
}

void
sse_retry(struct sse *s, int64_t ms)
{
	if (s->conn == NULL)
		return;
	buf_clear(&s->srv->event);
	buf_printf(&s->srv->event, "retry: %lld\n\n", (long long)ms);
	send_chunk(s);
}

void
sse_on_room(struct sse *s, void (*fn)(void *arg), void *arg)
{
	s->on_room = fn;
	s->room_arg = arg;
}

void
sse_room(struct sse *s)
{
	if (s->on_room != NULL && !s->ending)
		s->on_room(s->room_arg);
}

void
sse_beat(struct sse *s)
{
	buf_clear(&s->srv->event);
	buf_adds(&s->srv->event, ":\n\n");
	send_chunk(s);
}

void
sse_close(struct sse *s)
{
	struct conn *c = s->conn;

	CHECK(!s->closed);
	s->closed = true;
	s->conn = NULL;
	if (c != NULL) {
		if (s->chunked && !s->mute)
			conn_send_str(c, STR("0\r\n\r\n"));
		c->sse = NULL;
		/* A request under way settles its connection itself. */
		if (c->req != NULL && c->state == CONN_STREAM)
			conn_move(c, CONN_RUN);
		else if (c->req == NULL && c->state != CONN_CLOSED)
			conn_settle(c);
	}
	if (!s->active && !s->ending)
		free(s);
}

static void
end_now(void *arg)
{
	struct sse *s = arg;

	if (!s->closed && s->on_end != NULL)
		s->on_end(s, s->arg);
	if (!s->closed) {
		sse_retry(s, DRAIN_RETRY_MS);
		sse_close(s);
	}
	s->ending = false;
	if (!s->active)
		free(s);
}

/* Later, so that nobody finds the stream gone under his hands. */
static void
end_later(struct sse *s)
{
	if (s->ending || s->closed)
		return;
	s->ending = true;
	loop_later(s->srv->loop, end_now, s);
}

void
sse_lost(struct sse *s)
{
	s->conn = NULL;
	if (s->detached)
		end_later(s);
}

void
sse_end(struct sse *s)
{
	if (s->detached)
		end_later(s);
}

void
sse_detach(struct sse *s, void (*on_end)(struct sse *s, void *arg), void *arg)
{
	CHECK(!s->closed && !s->detached);
	s->detached = true;
	s->on_end = on_end;
	s->arg = arg;
	if (s->conn == NULL || s->mute || s->srv->draining)
		end_later(s);
}

void
sse_handler_done(struct sse *s)
{
	if (!s->closed && !s->detached)
		sse_close(s);
	s->active = false;
	if (s->closed && !s->ending)
		free(s);
}
