/* One request from its complete head to its answer: what it asks for, who may,
 * the body, the handler, the books. */

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/xalloc.h"
#include "http/http_impl.h"

#define IDLE_REQS_MAX 64

struct http_req *
exchange_new(struct conn *c)
{
	struct http_server *s = c->srv;
	struct http_req *req;

	if (list_empty(&s->idle_reqs)) {
		req = xcalloc(1, sizeof(*req));
		req->srv = s;
		req->arena = arena_new_secret();
		list_init(&req->link);
	} else {
		req = list_item(s->idle_reqs.next, struct http_req, link);
		list_del(&req->link);
		s->idle_reqs_n--;
		memset(req, 0, offsetof(struct http_req, srv));
	}
	req->conn = c;
	req->method = HTTP_METHOD_OTHER;
	req->label = OBSERVE_INVALID;
	req->began_us = loop_now_us(s->loop);
	h1_init(&req->h1, &s->limits);
	return req;
}

void
exchange_free(struct http_req **reqp)
{
	struct http_req *req = *reqp;

	*reqp = NULL;
	arena_free(&req->arena);
	buf_wipe(&req->body_buf);
	buf_wipe(&req->out);
	buf_wipe(&req->headers);
	free(req);
}

/* Nothing of what was asked and answered stays in memory. */
static void
trim(struct buf *b)
{
	if (b->cap > CONN_BUF_KEEP) {
		buf_wipe(b);
	} else if (b->n > 0) {
		wipe(b->p, b->n);
		buf_clear(b);
	}
}

static void
give_back(struct http_req *req)
{
	struct http_server *s = req->srv;

	if (s->idle_reqs_n == IDLE_REQS_MAX) {
		exchange_free(&req);
		return;
	}
	arena_reset(req->arena);
	trim(&req->body_buf);
	trim(&req->out);
	trim(&req->headers);
	list_add_tail(&s->idle_reqs, &req->link);
	s->idle_reqs_n++;
}

static void
close_books(struct http_req *req)
{
	int64_t duration_us = clock_mono_us() - req->began_us;

	req->srv->requests_n++;
	list_del(&req->link);
	observe_oldest(req->srv);
	observe_in_flight(-1);
	observe_request(req, duration_us);
	if (req->srv->conf->access_log)
		access_log(req, duration_us);
}

/* The handler has returned, or there was none. */
static void
end(struct http_req *req)
{
	struct conn *c = req->conn;

	if (!req->replied && req->gone) {
		req->status = err_http_status(ERR_CANCELED);
	} else if (!req->replied) {
		log_msg(LOG_ERROR, "http", "no answer to %s %.*s",
		    http_method_name(req->method), STR_ARG(req->path));
		reply_refuse(req, 500, err_public_text(ERR_INTERNAL));
	}
	if (req->sse != NULL)
		sse_handler_done(req->sse);
	close_books(req);
	c->req = NULL;
	give_back(req);
	conn_settle(c);
}

static void
begin(struct http_req *req)
{
	conn_move(req->conn, CONN_RUN);
	req->begun = req->active = true;
	list_add_tail(&req->srv->busy_reqs, &req->link);
	observe_in_flight(1);
}

void
exchange_refuse(struct http_req *req, int status, const char *reason)
{
	begin(req);
	req->conn->close_after = req->conn->unread = true;
	reply_refuse(req, status, reason);
	end(req);
}

void
exchange_abandon(struct http_req *req)
{
	struct conn *c = req->conn;

	req->gone = true;
	if (req->fiber != NULL) {
		if (!req->replied || req->sending ||
		    (req->sse != NULL && sse_is_attached(req->sse)))
			fiber_cancel(req->fiber);
	} else if (!req->begun) {
		c->req = NULL;
		give_back(req);
		conn_dispose(c);
	} else if (!req->active) {
		end(req);
	}
}

static void
note_connection(struct http_req *req)
{
	struct conn *c = req->conn;
	const struct conf *conf = req->srv->conf;

	if (req->h1.close || (req->h1.minor == 0 && !req->h1.keep_alive))
		c->close_after = true;
	else if (++c->requests >= conf->keepalive_requests ||
		 conf->keepalive_timeout_us == 0)
		c->close_after = c->unread = true;
}

static bool
has_dot_segment(struct str path)
{
	struct str rest = path, segment;

	if (path.n < 2 || memmem(path.p, path.n, "/.", 2) == NULL)
		return false;
	while (rest.p != NULL) {
		segment = str_cut(rest, '/', &rest);
		if (str_is(segment, ".") || str_is(segment, ".."))
			return true;
	}
	return false;
}

static bool
has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

/* An encoded slash is a slash to some and a letter to others, and so are dot
 * segments a way up or a name: both are refused. */
static int
decode_path(struct http_req *req)
{
	struct str raw = h1_str(req->base, req->h1.path);
	struct buf plain = BUF_INIT;
	bool good = true;

	req->path = raw.n != 0 ? raw : STR("/");
	if (str_find(raw, '%') >= 0) {
		good = memmem(raw.p, raw.n, "%2F", 3) == NULL &&
		       memmem(raw.p, raw.n, "%2f", 3) == NULL &&
		       dec_percent(&plain, raw, false) &&
		       str_is_utf8(buf_str(&plain)) &&
		       !has_control(buf_str(&plain));
		if (good)
			req->path =
			    str_make(arena_memdup(req->arena, plain.p, plain.n),
				plain.n);
		buf_free(&plain);
	}
	return good && !has_dot_segment(req->path) ? 0 : -1;
}

/* No route: 404, 405, or what a path can do. */
static void
answer_without_route(struct http_req *req)
{
	struct err e = ERR_INIT;
	const char *allow = req->match.allow;

	if (allow == NULL && str_is(req->path, "*"))
		allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
	if (allow != NULL)
		http_add_header(req, "Allow", allow);
	if (allow != NULL && req->method == HTTP_OPTIONS) {
		http_reply(req, 204, NULL);
		return;
	}
	if (allow != NULL)
		err_set(
		    &e, ERR_METHOD, "%.*s takes %s", STR_ARG(req->path), allow);
	else
		err_set(&e, ERR_NOT_FOUND, "there is nothing at %.*s",
		    STR_ARG(req->path));
	http_reply_error(req, &e);
}

void
http_go_on(struct http_req *req, void (*work)(void *arg), void *arg)
{
	if (req->fiber != NULL) {
		work(arg);
		return;
	}
	req->work = work;
	req->work_arg = arg;
}

/* 0 the guard agrees, 1 it has to wait and cannot here, -1 refused. */
static int
ask_guard(struct http_req *req, struct err *e)
{
	const struct http_route *route = req->match.route;
	int rc;

	if (req->guarded || route->access == HTTP_PUBLIC)
		return 0;
	rc = req->srv->app->guard(req, route, e);
	req->guarded = rc == 0;
	return rc;
}

static bool
is_over_limit(struct http_req *req)
{
	const struct http_route *route = req->match.route;
	http_guard *limit = req->srv->app->limit;
	struct err e = ERR_INIT;

	if (limit == NULL ||
	    (route != NULL && route->limit == HTTP_LIMIT_PROBE) ||
	    limit(req, route, &e) == 0)
		return false;
	http_reply_error(req, &e);
	return true;
}

static void
begin_body(struct http_req *req)
{
	if (req->body_begun)
		return;
	req->body_begun = true;
	if (body_is_expected(req))
		body_begin(req);
	else
		req->body_end = BODY_COMPLETE;
}

static void
await_body(struct http_req *req)
{
	conn_move(req->conn, CONN_BODY);
	conn_watch_reads(req->conn, true);
	if (req->h1.expect_continue && req->body_buf.n == 0)
		conn_send_str(req->conn, STR("HTTP/1.1 100 Continue\r\n\r\n"));
	req->h1.expect_continue = false;
}

static void
answer(struct http_req *req)
{
	if (req->gone)
		return;
	if (req->streamed || req->body_end == BODY_COMPLETE) {
		req->match.route->handler(req);
	} else {
		req->conn->close_after = req->conn->unread = true;
		reply_refuse(req, req->body_status, req->body_reason);
	}
}

/* The client may have gone while the guard waited. */
static void
wait_for_body(struct http_req *req)
{
	if (req->streamed || req->gone)
		return;
	begin_body(req);
	if (req->body_end != BODY_MORE)
		return;
	await_body(req);
	while (!req->gone && req->body_end == BODY_MORE)
		if (fiber_wait(NULL) < 0)
			return;
}

int
http_body_limit(struct http_req *req, size_t max, struct err *e)
{
	CHECK(req->streamed && !req->body_begun);
	req->body_max = max;
	if (req->h1.content_length > (int64_t)max)
		return err_set(e, ERR_TOO_LARGE,
		    "the body has %lld bytes, at most %zu are taken",
		    (long long)req->h1.content_length, max);
	return 0;
}

static int
fail_body(const struct http_req *req, struct err *e)
{
	enum err_code code = req->body_status == 413   ? ERR_TOO_LARGE
			     : req->body_status == 408 ? ERR_REQUEST_TIMEOUT
						       : ERR_INVALID;

	return err_set(e, code, "%s", req->body_reason);
}

int
http_body_next(struct http_req *req, struct str *out, struct err *e)
{
	CHECK(req->streamed && fiber_self() == req->fiber);
	if (req->body_begun) {
		buf_clear(&req->body_buf);
		req->body = STR_NULL;
		body_take_ahead(req);
	}
	begin_body(req);
	while (
	    !req->gone && req->body_end == BODY_MORE && req->body_buf.n == 0) {
		await_body(req);
		if (fiber_wait(e) < 0)
			break;
	}
	if (req->gone || fiber_is_cancelled(req->fiber))
		return err_set(e, ERR_CANCELED, "the client has gone");
	if (req->body_end == BODY_FAILED)
		return fail_body(req, e);
	*out = req->body_end == BODY_COMPLETE ? req->body
					      : buf_str(&req->body_buf);
	return out->n > 0;
}

bool
http_client_left(const struct http_req *req)
{
	return req->gone && !req->srv->aborted;
}

static void
work_in_fiber(void *arg)
{
	struct http_req *req = arg;

	req->fiber = fiber_self();
	if (req->gone)
		fiber_cancel(req->fiber);
	req->work(req->work_arg);
	req->work = NULL;
	req->fiber = NULL;
	end(req);
}

static void
guard_and_answer(void *arg)
{
	struct http_req *req = arg;
	struct err e = ERR_INIT;
	int rc = ask_guard(req, &e);

	CHECK(rc <= 0);
	if (rc < 0) {
		http_reply_error(req, &e);
	} else {
		wait_for_body(req);
		answer(req);
	}
}

static void
serve_in_fiber(struct http_req *req)
{
	req->work = guard_and_answer;
	req->work_arg = req;
	fiber_spawn(req->srv->loop, work_in_fiber, req);
}

/* Without a fiber, unless the handler asks for one. */
static void
answer_inline(struct http_req *req)
{
	answer(req);
	if (req->work != NULL)
		fiber_spawn(req->srv->loop, work_in_fiber, req);
	else
		end(req);
}

static void
serve_inline(struct http_req *req)
{
	struct err e = ERR_INIT;
	int rc = ask_guard(req, &e);

	if (rc > 0) {
		serve_in_fiber(req);
		return;
	}
	if (rc < 0) {
		http_reply_error(req, &e);
		end(req);
		return;
	}
	begin_body(req);
	if (req->body_end == BODY_MORE)
		await_body(req);
	if (req->body_end == BODY_MORE && !req->gone) {
		req->active = false;
		return;
	}
	answer_inline(req);
}

void
exchange_body(struct http_req *req)
{
	if (req->body_end == BODY_MORE &&
	    !(req->streamed && req->body_buf.n > 0))
		return;
	conn_move(req->conn, CONN_RUN);
	if (req->fiber != NULL) {
		fiber_wake(req->fiber);
		return;
	}
	req->active = true;
	answer_inline(req);
}

/* A body that would have to be unpacked first, which only those do that take it
 * in pieces: a file may well come packed. */
static bool
is_coded(const struct http_req *req)
{
	struct str coding;

	if (!body_is_expected(req))
		return false;
	coding = http_header(req, "Content-Encoding");
	return coding.p != NULL && !str_ieq(str_trim(coding), STR("identity"));
}

/* 0 when there is nothing for a handler to do. */
static int
find_work(struct http_req *req)
{
	const struct http_route *route;

	if (decode_path(req) < 0) {
		reply_refuse(req, 400, "malformed path");
		return 0;
	}
	req->method = router_method(h1_str(req->base, req->h1.method));
	router_find(req->srv->router, req->method, req->path, &req->match);
	route = req->match.route;
	req->label = route != NULL ? OBSERVE_ROUTES + (unsigned)req->match.index
				   : OBSERVE_UNMATCHED;
	if (req->srv->busy_reqs.next == &req->link)
		observe_oldest(req->srv);
	if (cors_check(req) == 0 || is_over_limit(req))
		return 0;
	if (route == NULL) {
		answer_without_route(req);
		return 0;
	}
	req->streamed = route->body_max == HTTP_BODY_STREAMED;
	if (route->body_max != 0)
		req->body_max = route->body_max;
	if (!req->streamed && req->h1.content_length > (int64_t)req->body_max) {
		reply_refuse(req, 413, body_too_large(req));
		return 0;
	}
	if (!req->streamed && is_coded(req)) {
		http_add_header(req, "Accept-Encoding", "identity");
		reply_refuse(
		    req, 415, "the body has a Content-Encoding; send it plain");
		return 0;
	}
	return 1;
}

void
exchange_begin(struct http_req *req)
{
	begin(req);
	req->body_max = (size_t)req->srv->conf->max_body_bytes;
	note_connection(req);
	if (find_work(req) == 0)
		end(req);
	else if (req->match.route->waits)
		serve_in_fiber(req);
	else
		serve_inline(req);
}
