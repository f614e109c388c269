/* Answers: status line, headers and body leave in one system call. */

#include "base/check.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/xalloc.h"
#include "http/http_impl.h"

#define JOINED_BYTES 4096
#define NOSNIFF	     "X-Content-Type-Options: nosniff\r\n"
#define REQUEST_ID   "X-Request-Id: "

static struct str
status_line(int status)
{
	switch (status) {
#define LINE(code, text)                                                       \
	case code:                                                             \
		return STR("HTTP/1.1 " #code " " text "\r\n")
		LINE(200, "OK");
		LINE(201, "Created");
		LINE(202, "Accepted");
		LINE(204, "No Content");
		LINE(206, "Partial Content");
		LINE(301, "Moved Permanently");
		LINE(302, "Found");
		LINE(303, "See Other");
		LINE(304, "Not Modified");
		LINE(307, "Temporary Redirect");
		LINE(308, "Permanent Redirect");
		LINE(400, "Bad Request");
		LINE(401, "Unauthorized");
		LINE(403, "Forbidden");
		LINE(404, "Not Found");
		LINE(405, "Method Not Allowed");
		LINE(406, "Not Acceptable");
		LINE(408, "Request Timeout");
		LINE(409, "Conflict");
		LINE(410, "Gone");
		LINE(412, "Precondition Failed");
		LINE(413, "Content Too Large");
		LINE(414, "URI Too Long");
		LINE(415, "Unsupported Media Type");
		LINE(416, "Range Not Satisfiable");
		LINE(417, "Expectation Failed");
		LINE(422, "Unprocessable Content");
		LINE(429, "Too Many Requests");
		LINE(431, "Request Header Fields Too Large");
		LINE(500, "Internal Server Error");
		LINE(501, "Not "
			  "Implemented");
		LINE(502, "Bad Gateway");
		LINE(503, "Service Unavailable");
		LINE(504, "Gateway Timeout");
		LINE(505, "HTTP Version Not Supported");
#undef LINE
	}
	return STR_NULL;
}

static void
add_status_line(struct buf *h, int status)
{
	struct str line = status_line(status);

	CHECK(status >= 200 && status <= 599);
	if (line.p != NULL)
		buf_addstr(h, line);
	else
		buf_printf(h, "HTTP/1.1 %d Status\r\n", status);
}

static void
add_date(struct http_server *s)
{
	int64_t now_us = loop_now_us(s->loop), wall_us;

	if (now_us >= s->date_until_us) {
		wall_us = clock_wall_us();
		s->date_until_us =
		    now_us + DATE_US_PER_SECOND - wall_us % DATE_US_PER_SECOND;
		buf_clear(&s->date);
		buf_adds(&s->date, "Date: ");
		date_format_http(
		    &s->date, wall_us - wall_us % DATE_US_PER_SECOND);
		buf_adds(&s->date, "\r\n");
	}
	buf_addstr(&s->head, buf_str(&s->date));
}

/* What of the body was not read would be taken for the next request. */
static void
decide_closing(struct http_req *req)
{
	struct conn *c = req->conn;

	if (body_is_expected(req) && !req->body_begun && !req->gone) {
		req->body_begun = true;
		body_begin(req);
	}
	if (body_is_expected(req) && req->body_end != BODY_COMPLETE)
		c->close_after = c->unread = true;
	if (req->srv->draining && !c->close_after)
		c->close_after = c->unread = true;
}

void
reply_head(struct http_req *req, int status, const char *content_type,
    const char *framing)
{
	struct http_server *s = req->srv;
	struct buf *h = &s->head;

	decide_closing(req);
	buf_clear(h);
	add_status_line(h, status);
	add_date(s);
	if (content_type != NULL) {
		buf_addstr(h, STR("Content-Type: "));
		buf_adds(h, content_type);
		buf_addstr(h, STR("\r\n"));
	}
	buf_adds(h, framing);
	if (req->has_cache_control)
		buf_adds(h, NOSNIFF REQUEST_ID);
	else
		buf_adds(h, NOSNIFF "Cache-Control: no-store\r\n" REQUEST_ID);
	buf_addstr(h, http_request_id(req));
	buf_addstr(h, STR("\r\n"));
	buf_addstr(h, buf_str(&req->headers));
	if (req->conn->close_after)
		buf_addstr(h, STR("Connection: close\r\n"));
	else if (req->h1.minor == 0)
		buf_addstr(h, STR("Connection: keep-alive\r\n"));
	buf_addstr(h, STR("\r\n"));
}

static const char *
length_header(char out[48], uint64_t n)
{
	static const char name[] = "Content-Length: ";
	char digits[20];
	size_t at = sizeof(digits), used = sizeof(name) - 1;

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n != 0);
	memcpy(out, name, used);
	memcpy(out + used, digits + at, sizeof(digits) - at);
	used += sizeof(digits) - at;
	memcpy(out + used, "\r\n", sizeof("\r\n"));
	return out;
}

static size_t
total_of(const struct str *part, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += part[i].n;
	return total;
}

/* The parts that are short go behind the head: to copy them costs less than to
 * have the kernel gather them. */
void
reply_send(struct http_req *req, const struct str *part, size_t n)
{
	struct buf *h = &req->srv->head;
	struct iovec iov[1 + HTTP_PARTS_MAX];
	size_t i = 0, private_n = h->n + (n > 0 ? part[0].n : 0);
	int used = 1;

	while (i < n && part[i].n <= JOINED_BYTES)
		buf_addstr(h, part[i++]);
	iov[0] = (struct iovec){ h->p, h->n };
	for (; i < n; i++)
		iov[used++] =
		    (struct iovec){ (void *)(uintptr_t)part[i].p, part[i].n };
	conn_send(req->conn, iov, used);
	/* A code or a token may have been in it; further parts are prepared. */
	wipe(h->p, MIN(private_n, h->n));
	buf_clear(h);
}

void
http_reply_parts(struct http_req *req, int status, const char *content_type,
    const struct str *part, size_t n)
{
	char length[48] = "";
	bool bare = status == 204 || status == 304;

	CHECK(!req->replied && n <= HTTP_PARTS_MAX);
	req->replied = true;
	req->status = status;
	if (content_type == NULL || bare)
		n = 0;
	reply_head(req, status, content_type,
	    bare ? "" : length_header(length, total_of(part, n)));
	if (req->method == HTTP_HEAD)
		n = 0;
	req->body_sent = total_of(part, n);
	reply_send(req, part, n);
}

void
http_add_header_str(struct http_req *req, const char *name, struct str value)
{
	struct str n = str_of(name);

	CHECK(h1_is_token(n));
	for (size_t i = 0; i < value.n; i++)
		CHECK(value.p[i] != '\r' && value.p[i] != '\n' &&
		      value.p[i] != '\0');
	if (str_ieq(n, STR("cache-control")))
		req->has_cache_control = true;
	buf_addstr(&req->headers, n);
	buf_addstr(&req->headers, STR(": "));
	buf_addstr(&req->headers, value);
	buf_addstr(&req->headers, STR("\r\n"));
}

void
http_add_header(struct http_req *req, const char *name, const char *value)
{
	http_add_header_str(req, name, str_of(value));
}

struct buf *
http_out(struct http_req *req)
{
	return &req->out;
}

void
http_reply(struct http_req *req, int status, const char *content_type)
{
	struct str body = buf_str(&req->out);

	http_reply_parts(req, status, content_type, &body, 1);
}

void
http_reply_static(
    struct http_req *req, int status, const char *content_type, struct str body)
{
	http_reply_parts(req, status, content_type, &body, 1);
}

/* A page's route; or no route, and a browser that would show what comes. */
static bool
wants_page(const struct http_req *req)
{
	const struct http_route *route = http_route_of(req);
	struct str accept;

	if (req->srv->app->error_page == NULL)
		return false;
	if (route != NULL)
		return route->access >= HTTP_PAGE_OPEN;
	accept = http_header(req, "Accept");
	return str_starts(accept, STR("text/html"));
}

static void
reply_json_error(
    struct http_req *req, int status, const char *code, const char *message)
{
	struct jsonw w;

	buf_clear(&req->out);
	jsonw_init(&w, &req->out);
	jsonw_object(&w);
	jsonw_kv_object(&w, "error");
	jsonw_kv_cstr(&w, "code", code);
	jsonw_kv_cstr(&w, "message", message);
	jsonw_kv_str(&w, "request_id", http_request_id(req));
	jsonw_end_object(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, status, "application/json");
}

static void
show_error(struct http_req *req, enum err_code code, int status,
    const char *name, const char *message)
{
	if (wants_page(req)) {
		buf_clear(&req->out);
		req->srv->app->error_page(req, code, status, message);
	} else {
		reply_json_error(req, status, name, message);
	}
}

/* A 401 says how to do better (RFC 9110, 11.6.1); the guard does so at length.
 */
static void
challenge(struct http_req *req)
{
	static const char name[] = "WWW-Authenticate: ";

	if (req->headers.n == 0 || memmem(req->headers.p, req->headers.n, name,
				       sizeof(name) - 1) == NULL)
		http_add_header(
		    req, "WWW-Authenticate", "Bearer realm=\"pierre\"");
}

void
http_reply_error(struct http_req *req, const struct err *e)
{
	enum err_code code = e->code != ERR_NONE ? e->code : ERR_INTERNAL;
	enum log_level level = LOG_ERROR;
	bool public = code == e->code && err_is_public(e);

	if (req->gone) {
		req->replied = true;
		req->status = err_http_status(ERR_CANCELED);
		return;
	}
	if (code == ERR_CANCELED)
		code = ERR_UNAVAILABLE;
	if (code == ERR_UNAVAILABLE || err_may_pass(e))
		level = LOG_WARN;
	if (code == ERR_UNAUTHENTICATED)
		challenge(req);
	if (!public)
		log_err(level, "http",
		    http_route_of(req) != NULL ? http_route_of(req)->pattern
					       : "request",
		    e);
	show_error(req, code, err_http_status(code), err_name(code),
	    public && code == e->code ? e->msg : err_public_text(code));
}

/* Refusals by the protocol, some of which no err_code stands for. */
static enum err_code
refusal_err(int status)
{
	switch (status) {
	case 400:
		return ERR_INVALID;
	case 403:
		return ERR_DENIED;
	case 408:
		return ERR_REQUEST_TIMEOUT;
	case 413:
		return ERR_TOO_LARGE;
	case 415:
		return ERR_UNSUPPORTED;
	}
	return ERR_INTERNAL;
}

static const char *
refusal_code(int status)
{
	switch (status) {
	case 412:
		return "PRECONDITION";
	case 414:
		return "TARGET_TOO_LONG";
	case 416:
		return "RANGE";
	case 417:
		return "EXPECTATION";
	case 431:
		return "HEADER_TOO_LARGE";
	case 501:
		return "TRANSFER_CODING";
	case 505:
		return "VERSION";
	}
	return err_name(refusal_err(status));
}

void
reply_refuse(struct http_req *req, int status, const char *message)
{
	show_error(
	    req, refusal_err(status), status, refusal_code(status), message);
}
