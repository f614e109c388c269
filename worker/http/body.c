/* The body of a request: from what was read along with the head and ahead,
 * then from the socket, into one buffer with a bound. A body that came whole
 * with its head is not copied. */

#include "http/http_impl.h"

#define GROW_BYTES 65536

bool
body_is_expected(const struct http_req *req)
{
	return req->h1.chunked || req->h1.content_length > 0;
}

void
body_fail(struct http_req *req, int status, const char *reason)
{
	req->body_end = BODY_FAILED;
	req->body_status = status;
	req->body_reason = reason;
}

const char *
body_too_large(struct http_req *req)
{
	return arena_printf(http_arena(req),
	    "the body is too large; at most %zu bytes are taken here",
	    req->body_max);
}

static void
complete(struct http_req *req)
{
	req->body_end = BODY_COMPLETE;
	req->body = buf_str(&req->body_buf);
}

/* Bytes that were not used stay in *in. */
static void
decode(struct http_req *req, struct str *in)
{
	enum h1_chunked_event event;
	struct str data;

	while ((event = h1_chunked_next(&req->chunked, in, &data)) ==
	       H1_CHUNK_DATA) {
		req->body_total += data.n;
		if (req->body_total > req->body_max) {
			body_fail(req, 413, body_too_large(req));
			return;
		}
		buf_addstr(&req->body_buf, data);
	}
	if (event == H1_CHUNK_BAD)
		body_fail(req, 400, "malformed chunked body");
	else if (event == H1_CHUNK_END)
		complete(req);
}

static void
take(struct http_req *req, struct str *in)
{
	size_t n;

	if (req->h1.chunked) {
		decode(req, in);
		return;
	}
	n = (size_t)MIN(req->body_left, in->n);
	buf_add(&req->body_buf, in->p, n);
	*in = str_make(in->p + n, in->n - n);
	req->body_left -= n;
	if (req->body_left == 0)
		complete(req);
}

void
body_take_ahead(struct http_req *req)
{
	struct conn *c = req->conn;
	struct str in = buf_str(&c->next);

	if (req->body_end != BODY_MORE || in.n == 0)
		return;
	take(req, &in);
	buf_drop(&c->next, c->next.n - in.n);
}

void
body_begin(struct http_req *req)
{
	struct conn *c = req->conn;
	struct str in = { c->in.p + c->in_at, c->in.n - c->in_at };

	if (!req->h1.chunked) {
		req->body_left = (uint64_t)req->h1.content_length;
		if (in.n >= req->body_left) {
			req->body = str_make(in.p, (size_t)req->body_left);
			c->in_at += (size_t)req->body_left;
			req->body_end = BODY_COMPLETE;
			return;
		}
	}
	take(req, &in);
	c->in_at = c->in.n - in.n;
	body_take_ahead(req);
}

static int
read_chunked(struct http_req *req)
{
	struct conn *c = req->conn;
	ssize_t n = conn_recv(c, c->srv->scratch, CONN_BUF_KEEP);
	size_t before = req->body_buf.n;
	struct str in;

	if (n <= 0)
		return (int)n;
	in = str_make(c->srv->scratch, (size_t)n);
	take(req, &in);
	conn_progress(c, req->body_buf.n - before);
	buf_addstr(&c->next, in);
	return 0;
}

int
body_read(struct http_req *req)
{
	ssize_t n;
	size_t room;

	if (req->h1.chunked)
		return read_chunked(req);
	room = (size_t)MIN(req->body_left, GROW_BYTES);
	n = conn_recv(req->conn, buf_reserve(&req->body_buf, room), room);
	if (n <= 0)
		return (int)n;
	conn_progress(req->conn, (size_t)n);
	req->body_buf.n += (size_t)n;
	req->body_left -= (size_t)n;
	if (req->body_left == 0)
		complete(req);
	return 0;
}
