#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

/* HTTP/1.1 server: requests, replies, routes.  Knows no application; the
 * table of routes and the guard come from worker.c. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "loop/fiber.h"

struct conf;
struct http_req;
struct http_server;
struct listen_fd;
struct who; /* auth/who.h: whoever the guard found */

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_METHOD_OTHER,
};

typedef void http_handler(struct http_req *req);

/* Who may call a route; the guard enforces it before the handler runs. */
enum http_access {
	HTTP_PUBLIC,   /* anybody; no identity is looked up */
	HTTP_OPTIONAL, /* identity if shown; a bad one is 401 */
	HTTP_USER,     /* a person or an agent acting for one */
	HTTP_ADMIN,    /* the same with role admin */
	/* Pages: errors are shown as such, identity is a session's. */
	HTTP_PAGE_OPEN,	 /* anybody */
	HTTP_PAGE,	 /* who is signed in; others are sent to do so */
	HTTP_PAGE_ADMIN, /* the same with role admin */
};

/* What counts the requests to a route; the application's limit says how. */
enum http_limit {
	HTTP_LIMIT_PROBE, /* nothing */
	HTTP_LIMIT_API,
	HTTP_LIMIT_MCP,
	HTTP_LIMIT_AUTH,
};

#define HTTP_BODY_STREAMED SIZE_MAX

struct http_route {
	enum http_method method;
	const char *pattern; /* "/api/activities/{id}" */
	http_handler *handler;
	enum http_access access;
	uint32_t scopes; /* all needed; auth/scope.h bits */
	bool waits;	 /* false: inline on the loop, never suspends */
	/* Bytes; 0: the configuration's limit; HTTP_BODY_STREAMED: the handler,
	 * which waits, takes the body itself. */
	size_t body_max;
	enum http_limit limit;
};

/* Called before the handler of a route that is not HTTP_PUBLIC.  Returns 0 to
 * go on; or -1 with e, and may have added headers (WWW-Authenticate) to the
 * reply.  May wait when the route does; for a route that does not wait it runs
 * inline and answers from what it has (returns 1: needs to wait, run again in
 * a fiber). */
typedef int http_guard(
    struct http_req *req, const struct http_route *route, struct err *e);

/* message is fit for whoever asked. */
typedef void http_error_page(
    struct http_req *req, enum err_code code, int status, const char *message);

struct http_app {
	const struct http_route *routes; /* ends with pattern NULL */
	http_guard *guard;
	void *state; /* http_app_state(); the server does not look at it */
	/* May be NULL.  As the guard, before it and before anything that
	 * costs; of all requests but those of HTTP_LIMIT_PROBE.  route is NULL
	 * when there is none.  Never waits. */
	http_guard *limit;
	/* May be NULL.  Shows an error on a route that is a page, or to a
	 * browser that asked for what is not there: replies. */
	http_error_page *error_page;
	/* TLS_SECRET_BYTES that are the same in all processes; NULL: TLS
	 * sessions are not resumed. */
	const unsigned char *tls_secret;
};

/* --- server, for worker.c ------------------------------------------------ */

struct http_server *http_server_new(
    struct loop *l, const struct conf *conf, const struct http_app *app);
void http_server_free(struct http_server **s);
/* Take connections from this listening socket. */
NODISCARD int http_server_listen(
    struct http_server *s, const struct listen_fd *from, struct err *e);
/* Stop taking connections; answer what is under way with Connection: close;
 * end streams; close idle connections after their minimum time. done(arg) when
 * the last connection is gone, or server.drain_timeout over and all closed. */
void http_server_drain(
    struct http_server *s, void (*done)(void *arg), void *arg);
/* Close everything now, which ends a drain though handlers may still run. */
void http_server_abort(struct http_server *s);
/* When the certificate of its TLS ends, as Unix time; 0: it speaks none. */
int64_t http_server_certificate_end_s(const struct http_server *s);
unsigned http_server_connections(const struct http_server *s);
/* Requests answered since it was made. */
uint64_t http_server_requests(const struct http_server *s);

/* --- request ------------------------------------------------------------- */

/* From a handler on the loop, which finds that this request has to wait:
 * work(arg) goes on in its place, in a fiber, and answers.  A handler that is
 * in one already calls it at once. */
void http_go_on(struct http_req *req, void (*work)(void *arg), void *arg);
const char *http_method_name(enum http_method m);
/* Decoded path without query. */
struct str http_path(const struct http_req *req);
/* The raw query, without '?'. */
struct str http_query(const struct http_req *req);
/* Decoded value of a query parameter; 1, 0, or -1 when it stands twice or is
 * badly encoded. */
NODISCARD int http_query_get(
    struct http_req *req, const char *name, struct str *out, struct err *e);
/* After the last http_query_get(): -1 and ERR_INVALID when the query has a
 * parameter that was not asked for; the message names both. */
NODISCARD int http_query_end(struct http_req *req, struct err *e);
/* The part of the path that {name} matched. */
struct str http_param(const struct http_req *req, const char *name);
/* First value of a header, name without case; STR_NULL when absent. */
struct str http_header(const struct http_req *req, const char *name);
/* The same, of a header that may stand once at most; false when it stands more
 * often. */
NODISCARD bool http_header_only(
    const struct http_req *req, const char *name, struct str *value_r);
/* How many times the header stands. */
size_t http_header_count(const struct http_req *req, const char *name);
/* The whole body; empty when there is none. */
struct str http_body(const struct http_req *req);
/* On a route whose body is streamed: how large it may be, before the first
 * piece is taken.  -1 with ERR_TOO_LARGE when more is announced. */
NODISCARD int http_body_limit(struct http_req *req, size_t max, struct err *e);
/* The next piece of such a body, good until the next call.  1; 0 at its end; or
 * -1: ERR_CANCELED when the client has gone, ERR_TOO_LARGE,
 * ERR_REQUEST_TIMEOUT when it stopped sending, ERR_INVALID. */
NODISCARD int http_body_next(
    struct http_req *req, struct str *out, struct err *e);
/* Whether the connection was lost before the answer, other than by this worker
 * that leaves. */
bool http_client_left(const struct http_req *req);
/* Client address as text, behind trusted proxies the one they name. */
struct str http_peer(const struct http_req *req);
/* What stands for that address where it is counted: 16 bytes of IPv6, in which
 * IPv4 is mapped, without the half that a client may choose.  false when there
 * is no address, as on a local socket. */
bool http_peer_key(const struct http_req *req, unsigned char out[16]);
/* Ours, or the client's X-Request-Id when it is well-formed. */
struct str http_request_id(const struct http_req *req);
const struct http_route *http_route_of(const struct http_req *req);
/* What the application keeps for its handlers: the table's state. */
void *http_app_state(const struct http_req *req);
/* Lives as long as the request. */
struct arena *http_arena(struct http_req *req);
const struct who *http_who(const struct http_req *req);
void http_set_who(struct http_req *req, const struct who *who);
/* Add typed words to this request's access log line. Values are copied. */
void http_log_str(struct http_req *req, const char *name, struct str value);

/* --- reply --------------------------------------------------------------- */

/* Header for the reply; value must hold no CR, LF or NUL (CHECK). */
void http_add_header(struct http_req *req, const char *name, const char *value);
void http_add_header_str(
    struct http_req *req, const char *name, struct str value);
/* The reply's body under construction: write into it, then http_reply(). */
struct buf *http_out(struct http_req *req);
/* Send status, headers and what http_out() holds.  content_type NULL: no
 * body.  Exactly one of the reply functions is called per request; a handler
 * that returns without is answered with 500. */
void http_reply(struct http_req *req, int status, const char *content_type);
/* As http_reply with 200 and an entity tag of the bytes; 304 to whoever has
 * them (If-None-Match). */
void http_reply_tagged(struct http_req *req, const char *content_type);
/* As http_reply, for bytes that outlive the process' traffic (prepared
 * answers); not copied. */
void http_reply_static(struct http_req *req, int status,
    const char *content_type, struct str body);
#define HTTP_PARTS_MAX 3
/* As http_reply_static, in up to HTTP_PARTS_MAX parts, of which those that were
 * made for this request live as long as it does. */
void http_reply_parts(struct http_req *req, int status,
    const char *content_type, const struct str *part, size_t n);
/* Prepared bytes that answers end with, plain and packed. */
struct http_tail;
/* bytes and the arena outlive the process' traffic.  `opening` is what such an
 * answer mostly begins with, which is then known beforehand. */
struct http_tail *http_tail_new(
    struct arena *a, struct str opening, struct str bytes);
/* As http_reply, with the tail behind what http_out() holds; the whole as gzip
 * where that is accepted and pays. */
void http_reply_tail(struct http_req *req, int status, const char *content_type,
    const struct http_tail *t);
/* Send 200 and `size` bytes of a file from its beginning, as fast as the client
 * takes them; from the fiber of a handler, which keeps fd.  When the file
 * cannot be read, or the client takes nothing for http.write_timeout, the
 * connection is cut, by which the client knows. */
void http_reply_file(
    struct http_req *req, const char *content_type, int fd, int64_t size);
/* {"error":{"code","message","request_id"}} with the status of e, or a page
 * where pages are; internal messages are logged and replaced by the public
 * text. */
void http_reply_error(struct http_req *req, const struct err *e);

/* --- server-sent events (WHATWG HTML 9.2) -------------------------------- */

struct sse;

/* Answer 200 text/event-stream and keep the connection.  From inside the
 * handler's fiber. */
struct sse *sse_open(struct http_req *req);
/* Queue one event; data may hold line feeds; event and id may be STR_NULL.
 * -1 with ERR_CANCELED when the client is gone, ERR_LIMITED when it reads too
 * slowly (more than the bound is queued). */
NODISCARD int sse_send(struct sse *s, struct str event, struct str id,
    struct str data, struct err *e);
/* Tell clients how long to wait before they come again. */
void sse_retry(struct sse *s, int64_t ms);
/* Keep the stream after the handler has returned: no fiber stays.  on_end is
 * called once, when the client goes or the server drains. */
void sse_detach(
    struct sse *s, void (*on_end)(struct sse *s, void *arg), void *arg);
/* Call fn(arg) on the loop whenever all that waited for a slow client is on its
 * way, so that what sse_send() refused with ERR_LIMITED can be sent again. */
void sse_on_room(struct sse *s, void (*fn)(void *arg), void *arg);
/* End the stream properly. */
void sse_close(struct sse *s);

#endif
