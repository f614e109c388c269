/* Bytes in and out of a connection's socket, and its borrowed buffers. */

#include <errno.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "http/http_impl.h"

void
conn_take_buf(struct conn *c, struct buf *b)
{
	struct http_server *s = c->srv;

	if (s->idle_bufs_n != 0)
		*b = s->idle_bufs[--s->idle_bufs_n];
	else
		buf_reserve(b, CONN_BUF_BYTES);
}

void
conn_put_buf(struct conn *c, struct buf *b)
{
	struct http_server *s = c->srv;

	if (b->cap < CONN_BUF_BYTES || b->cap > CONN_BUF_KEEP ||
	    s->idle_bufs_n == ARRAY_LEN(s->idle_bufs)) {
		buf_wipe(b);
		return;
	}
	wipe(b->p, b->cap);
	b->n = 0;
	s->idle_bufs[s->idle_bufs_n++] = *b;
	*b = BUF_INIT;
}

void
conn_watch_reads(struct conn *c, bool on)
{
	if (c->reading == on)
		return;
	c->reading = on;
	CHECK(
	    (on ? event_add(&c->read_ev, NULL) : event_del(&c->read_ev)) == 0);
	conn_look_again(c);
}

void
conn_look_again(struct conn *c)
{
	if (c->tls != NULL && c->reading && tls_has_input(c->tls))
		event_active(&c->read_ev, EV_READ, 1);
}

ssize_t
conn_recv(struct conn *c, void *p, size_t n)
{
	ssize_t got;

	if (c->tls != NULL)
		return tls_recv(c->tls, p, n);
	got = recv(c->fd, p, n, 0);
	if (got > 0)
		return got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -1;
}

size_t
conn_pending(const struct conn *c)
{
	return c->out.n - c->out_at;
}

/* Bytes written, 0 when the socket takes none, -1 when the client is gone. */
static ssize_t
write_some(struct conn *c, struct iovec *iov, int n)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)n };
	ssize_t done;

	if (c->tls != NULL)
		return tls_send(c->srv->tls, c->tls, iov, n);
	done = n == 1 ? send(c->fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL)
		      : sendmsg(c->fd, &msg, MSG_NOSIGNAL);
	if (done >= 0)
		return done;
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

static void
flushed(struct conn *c)
{
	conn_put_buf(c, &c->out);
	c->out_at = 0;
	c->stalled_us = 0;
	CHECK(event_del(c->write_ev) == 0);
	if (c->state == CONN_WRITE)
		conn_answered(c);
	else if (c->sse != NULL)
		sse_room(c->sse);
	else if (c->req != NULL && c->req->sending)
		fiber_wake(c->req->fiber);
}

static void
on_writable(UNUSED evutil_socket_t fd, UNUSED short what, void *arg)
{
	struct conn *c = arg;
	struct iovec iov = { c->out.p + c->out_at, conn_pending(c) };
	ssize_t n;

	if (c->state == CONN_HELLO) {
		hello_writable(c);
		return;
	}
	n = write_some(c, &iov, 1);
	if (n < 0) {
		conn_hang_up(c);
		return;
	}
	c->out_at += (size_t)n;
	if (conn_pending(c) == 0) {
		flushed(c);
	} else if (n > 0) {
		c->stalled_us = loop_now_us(c->srv->loop);
		if (c->state == CONN_WRITE)
			conn_progress(c, (size_t)n);
	}
}

void
conn_watch_writes(struct conn *c)
{
	if (c->write_ev == NULL)
		c->write_ev = event_new(loop_base(c->srv->loop), c->fd,
		    EV_WRITE | EV_PERSIST, on_writable, c);
	CHECK(c->write_ev != NULL && event_add(c->write_ev, NULL) == 0);
}

static void
keep(struct conn *c, const struct iovec *iov, int n, size_t done)
{
	if (c->out_at > c->out.n / 2) {
		buf_drop(&c->out, c->out_at);
		c->out_at = 0;
	}
	for (int i = 0; i < n; i++) {
		size_t skip = MIN(done, iov[i].iov_len);

		buf_add(&c->out, (char *)iov[i].iov_base + skip,
		    iov[i].iov_len - skip);
		done -= skip;
	}
	if (conn_pending(c) == 0 || c->stalled_us != 0)
		return;
	c->stalled_us = loop_now_us(c->srv->loop);
	conn_watch_writes(c);
}

void
conn_send(struct conn *c, struct iovec *iov, int n)
{
	ssize_t done = 0;
	size_t total = 0;

	if (c->state == CONN_CLOSED)
		return;
	if (conn_pending(c) == 0)
		done = write_some(c, iov, n);
	if (done < 0) {
		conn_hang_up(c);
		return;
	}
	for (int i = 0; i < n; i++)
		total += iov[i].iov_len;
	if ((size_t)done < total)
		keep(c, iov, n, (size_t)done);
}

void
conn_send_str(struct conn *c, struct str s)
{
	struct iovec iov = { (void *)(uintptr_t)s.p, s.n };

	conn_send(c, &iov, 1);
}
