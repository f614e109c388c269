/* The server as its clients see it. */

#include "rig.h"

static int calls;
static bool cancelled;
static int guard_calls;

static void
say_hello(struct http_req *req)
{
	calls++;
	buf_adds(http_out(req), "hello");
	http_reply(req, 200, "text/plain");
}

static void
echo(struct http_req *req)
{
	buf_addstr(http_out(req), http_body(req));
	http_reply(req, 200, "text/plain");
}

static void
say_size(struct http_req *req)
{
	buf_printf(http_out(req), "%zu", http_body(req).n);
	http_reply(req, 200, "text/plain");
}

static void
wait_a_little(struct http_req *req)
{
	struct err e = ERR_INIT;

	if (fiber_sleep_ms(20, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	buf_adds(http_out(req), "slow");
	http_reply(req, 200, "text/plain");
}

static void
wait_long(struct http_req *req)
{
	struct err e = ERR_INIT;

	calls++;
	if (fiber_sleep_ms(20000, &e) < 0) {
		cancelled = e.code == ERR_CANCELED;
		http_reply_error(req, &e);
		return;
	}
	http_reply(req, 200, NULL);
}

static void
show_item(struct http_req *req)
{
	struct str q = STR_NULL;
	struct err e = ERR_INIT;

	if (http_query_get(req, "q", &q, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	buf_printf(http_out(req), "%.*s|%.*s|%.*s|%.*s",
	    STR_ARG(http_param(req, "id")), STR_ARG(q), STR_ARG(http_path(req)),
	    STR_ARG(http_peer(req)));
	http_log_str(req, "item", http_param(req, "id"));
	http_reply(req, 200, "text/plain");
}

static void
fail_inside(struct http_req *req)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_IO, "secret path");
	http_reply_error(req, &e);
}

static void
forget(UNUSED struct http_req *req)
{
}

static void
send_much(struct http_req *req)
{
	memset(buf_reserve(http_out(req), 16 << 20), 'x', 16 << 20);
	http_out(req)->n = 16 << 20;
	http_reply(req, 200, "text/plain");
}

static void
own_headers(struct http_req *req)
{
	http_add_header(req, "Cache-Control", "max-age=60");
	http_add_header(req, "X-Own", "yes");
	http_reply_static(req, 203, "text/plain", STR("static"));
}

/* Authorization: yes, no, or slow (which has to wait). */
static int
judge(
    struct http_req *req, UNUSED const struct http_route *route, struct err *e)
{
	struct str shown = http_header(req, "authorization");

	guard_calls++;
	if (str_is(shown, "slow")) {
		if (fiber_self() == NULL)
			return 1;
		if (fiber_sleep_ms(10, e) < 0)
			return -1;
	} else if (!str_is(shown, "yes")) {
		http_add_header(req, "WWW-Authenticate", "Bearer");
		return err_set(e, ERR_UNAUTHENTICATED, "who are you?");
	}
	http_set_who(req, (const struct who *)&calls);
	return 0;
}

static void
whoami(struct http_req *req)
{
	buf_adds(http_out(req), http_who(req) != NULL ? "known" : "unknown");
	buf_addstr(http_out(req), http_body(req));
	http_reply(req, 200, "text/plain");
}

static const struct http_route routes[] = {
	{ .method = HTTP_GET, .pattern = "/hello", .handler = say_hello },
	{ .method = HTTP_POST, .pattern = "/echo", .handler = echo },
	{ .method = HTTP_POST,
	    .pattern = "/size",
	    .handler = say_size,
	    .waits = true },
	{ .method = HTTP_POST,
	    .pattern = "/small",
	    .handler = say_size,
	    .body_max = 10 },
	{ .method = HTTP_GET,
	    .pattern = "/slow",
	    .handler = wait_a_little,
	    .waits = true },
	{ .method = HTTP_GET,
	    .pattern = "/long",
	    .handler = wait_long,
	    .waits = true },
	{ .method = HTTP_GET, .pattern = "/items/{id}", .handler = show_item },
	{ .method = HTTP_GET, .pattern = "/fail", .handler = fail_inside },
	{ .method = HTTP_GET, .pattern = "/forget", .handler = forget },
	{ .method = HTTP_GET, .pattern = "/much", .handler = send_much },
	{ .method = HTTP_GET, .pattern = "/own", .handler = own_headers },
	{ .method = HTTP_POST,
	    .pattern = "/who",
	    .handler = whoami,
	    .access = HTTP_USER },
	{ .method = HTTP_POST,
	    .pattern = "/waitwho",
	    .handler = whoami,
	    .access = HTTP_USER,
	    .waits = true },
	{ .pattern = NULL },
};

/* One request on a connection of its own. */
static const char *
ask(const char *raw)
{
	static char text[65536];
	struct cli *c = cli_open();

	cli_send(c, raw);
	snprintf(text, sizeof(text), "%s", cli_reply(c));
	cli_close(c);
	return text;
}

static void
test_plain(void)
{
	const char *r = ask(REQ("GET /hello", ""));

	is_int(status_of(r), 200, "an answer");
	ok(has(r, "HTTP/1.1 200 OK\r\n") && has(r, "\r\nDate: "), "its head");
	ok(has(r, "\r\nContent-Type: text/plain\r\n"), "type");
	ok(has(r, "\r\nContent-Length: 5\r\n"), "length");
	ok(has(r, "\r\nX-Content-Type-Options: nosniff\r\n"), "nosniff");
	ok(has(r, "\r\nCache-Control: no-store\r\n"), "no-store");
	ok(has(r, "\r\nX-Request-Id: 0"), "our id");
	ok(!has(r, "Connection:"), "the connection stays");
	is_str(body_of(r), "hello", "body");
	r = ask(REQ("GET /own", "X-Request-Id: abc-1\r\n"));
	ok(has(r, "\r\nX-Request-Id: abc-1\r\n"), "the client's id");
	ok(has(r, "Cache-Control: max-age=60") && !has(r, "no-store"),
	    "the handler's caching");
	ok(has(r, "\r\nX-Own: yes\r\n") && has(r, "static"), "its headers");
	r = ask(REQ("GET /own", "X-Request-Id: a b\r\n"));
	ok(!has(r, "a b"), "no id of strange bytes");
}

static void
test_methods(void)
{
	struct cli *c = cli_open();
	const char *r;

	cli_send(c, REQ("HEAD /hello", "") REQ("GET /hello", ""));
	r = cli_reply_head(c);
	ok(status_of(r) == 200 && has(r, "Content-Length: 5"), "HEAD");
	is_str(body_of(cli_reply(c)), "hello", "had no body");
	cli_close(c);
	r = ask(REQ("OPTIONS /hello", ""));
	is_int(status_of(r), 204, "OPTIONS");
	ok(has(r, "\r\nAllow: GET, HEAD, OPTIONS\r\n"), "what it allows");
	ok(!has(r, "Content-Length"), "no length in 204");
	is_int(status_of(ask(REQ("OPTIONS *", ""))), 204, "OPTIONS *");
	r = ask(REQ("PUT /hello", ""));
	is_int(status_of(r), 405, "another method");
	ok(has(r, "\r\nAllow: GET, HEAD, OPTIONS\r\n"), "with Allow");
	is_int(status_of(ask(REQ("BREW /hello", ""))), 405, "unheard of");
	r = ask(REQ("GET /nothing", "X-Request-Id: id7\r\n"));
	is_int(status_of(r), 404, "another path");
	is_str(body_of(r),
	    "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":"
	    "\"there is nothing at /nothing\",\"request_id\":\"id7\"}}",
	    "the form of errors");
}

static void
test_paths(void)
{
	static const char *const bad[] = { "/items/%2f", "/items/a%2Fb",
		"/items/%00", "/items/%zz", "/items/%", "/items/%ff",
		"/items/../hello", "/./hello", "/items/%2e%2e", "/items/%0a" };
	char line[64];

	is_str(body_of(ask(REQ("GET /items/a%20b?x=1&q=c+d%21", ""))),
	    "a b|c d!|/items/a b|127.0.0.1", "decoded");
	is_str(body_of(ask(REQ("GET /items/..a?q", ""))),
	    "..a||/items/..a|127.0.0.1", "dots in a name");
	is_int(status_of(ask(REQ("GET /items/a?q=1&q=2", ""))), 400, "twice");
	is_int(status_of(ask(REQ("GET /items/a?q=%g", ""))), 400, "bad query");
	is_int(status_of(ask(REQ("GET http://localhost/hello", ""))), 200,
	    "absolute form");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(line, sizeof(line), "GET %s HTTP/1.1\r\n" HOST "\r\n",
		    bad[i]);
		is_int(status_of(ask(line)), 400, "%s", bad[i]);
	}
}

static void
test_bodies(void)
{
	struct cli *c = cli_open();
	struct buf big = BUF_INIT;

	cli_send(c, REQ("POST /echo", "Content-Length: 3\r\n") "abc");
	is_str(body_of(cli_reply(c)), "abc", "in one piece");
	cli_send(c, REQ("POST /echo", "Content-Length: 3\r\n") "a");
	rig_sleep(5);
	cli_send(c, "b");
	rig_sleep(5);
	cli_send(c, "c" REQ("GET /hello", ""));
	is_str(body_of(cli_reply(c)), "abc", "in three");
	is_str(body_of(cli_reply(c)), "hello", "and what followed");
	cli_send(
	    c, REQ("POST /echo",
		   "Transfer-Encoding: chunked\r\n") "3\r\nabc\r\n2;x\r\nd");
	rig_sleep(5);
	cli_send(c, "e\r\n0\r\nT: u\r\n\r\n" REQ("GET /hello", ""));
	is_str(body_of(cli_reply(c)), "abcde", "chunked");
	is_str(body_of(cli_reply(c)), "hello", "and what followed");
	cli_send(c, REQ("POST /size", "Content-Length: 0\r\n"));
	is_str(body_of(cli_reply(c)), "0", "empty");
	cli_send(c, REQ("POST /size", ""));
	is_str(body_of(cli_reply(c)), "0", "none");
	memset(buf_reserve(&big, 900000), 'x', 900000);
	big.n = 900000;
	cli_send(c, REQ("POST /size", "Content-Length: 900000\r\n"));
	cli_send_n(c, big.p, big.n);
	is_str(body_of(cli_reply(c)), "900000", "large");
	cli_send(
	    c, REQ("POST /size", "Transfer-Encoding: chunked\r\n") "DBBA0\r\n");
	cli_send_n(c, big.p, big.n);
	cli_send(c, "\r\n0\r\n\r\n");
	is_str(body_of(cli_reply(c)), "900000", "large and chunked");
	cli_close(c);
	buf_free(&big);
}

static void
test_continue(void)
{
	struct cli *c = cli_open();

	cli_send(c, REQ("POST /echo", "Content-Length: 3\r\n"
				      "Expect: 100-continue\r\n"));
	is_str(cli_reply_head(c), "HTTP/1.1 100 Continue\r\n\r\n", "go on");
	cli_send(c, "abc");
	is_str(body_of(cli_reply(c)), "abc", "and it went");
	cli_send(c, REQ("POST /size", "Content-Length: 3\r\n"
				      "Expect: 100-continue\r\n") "abc");
	is_str(body_of(cli_reply(c)), "3", "not said when it is there");
	cli_send(c, REQ("POST /small", "Content-Length: 11\r\n"
				       "Expect: 100-continue\r\n"));
	is_int(status_of(cli_reply(c)), 413, "said no instead");
	ok(cli_ends(c, 3000), "and closed");
	cli_close(c);
}

static void
test_limits(void)
{
	struct cli *c = cli_open();
	struct buf b = BUF_INIT;
	const char *r;

	is_int(status_of(ask(
		   REQ("POST /small", "Content-Length: 10\r\n") "0123456789")),
	    200, "the route's limit");
	r = ask(REQ("POST /small", "Content-Length: 11\r\n"));
	ok(status_of(r) == 413 && has(r, "Connection: close"), "one more");
	r = ask(REQ("POST /small",
	    "Transfer-Encoding: chunked\r\n") "A\r\n0123456789\r\n1\r\nx\r\n");
	ok(status_of(r) == 413 && has(r, "TOO_LARGE"), "chunked");
	r = ask(REQ("POST /size", "Transfer-Encoding: chunked\r\n") "x\r\n");
	is_int(status_of(r), 400, "malformed chunks");
	memset(buf_reserve(&b, 2 << 20), 'x', 2 << 20);
	b.n = 2 << 20;
	cli_send(c, REQ("POST /size", "Content-Length: 2097152\r\n"));
	cli_send_n(c, b.p, b.n);
	is_int(status_of(cli_reply(c)), 413,
	    "the answer survives the body that nobody reads");
	cli_close(c);
	buf_clear(&b);
	buf_adds(&b, "GET /hello HTTP/1.1\r\n" HOST "X: ");
	memset(buf_reserve(&b, 9000), 'x', 9000);
	b.n += 9000;
	is_int(status_of(ask(buf_cstr(&b))), 431, "header too large");
	buf_clear(&b);
	buf_adds(&b, "GET /");
	memset(buf_reserve(&b, 5000), 'x', 5000);
	b.n += 5000;
	is_int(status_of(ask(buf_cstr(&b))), 414, "target too long");
	buf_free(&b);
}

static void
test_refusals(void)
{
	struct cli *c = cli_open();
	const char *r;

	cli_send(c, "GET /hello HTTP/1.1\nHost: localhost\n\n");
	r = cli_reply(c);
	ok(status_of(r) == 400 && has(r, "Connection: close"), "bare LF");
	ok(cli_ends(c, 3000), "closed");
	cli_close(c);
	is_int(status_of(ask(REQ("GET /hello", "Transfer-Encoding: gzip\r\n"))),
	    501, "coding");
	is_int(status_of(ask("GET / HTTP/3.0\r\n\r\n")), 505, "version");
	is_int(status_of(ask(REQ("POST /echo", "Expect: x\r\n"))), 417,
	    "expectation");
	r = ask(REQ("GET /fail", ""));
	ok(status_of(r) == 500 && !has(r, "secret"), "our secrets stay here");
	r = ask(REQ("GET /forget", ""));
	ok(status_of(r) == 500 && has(r, "INTERNAL"), "no answer is 500");
}

static void
test_keep_alive(void)
{
	struct cli *c = cli_open();

	cli_send(c, REQ("GET /hello", "Connection: close\r\n"));
	ok(has(cli_reply(c), "Connection: close"), "close, please");
	ok(cli_ends(c, 3000), "closed");
	cli_close(c);
	c = cli_open();
	cli_send(c, "GET /hello HTTP/1.0\r\n\r\n");
	is_int(status_of(cli_reply(c)), 200, "HTTP/1.0");
	ok(cli_ends(c, 3000), "closed");
	cli_close(c);
	c = cli_open();
	cli_send(c, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	ok(has(cli_reply(c), "Connection: keep-alive"), "1.0 stays");
	cli_send(c, "GET /hello HTTP/1.0\r\n\r\n");
	is_int(status_of(cli_reply(c)), 200, "and asks again");
	cli_close(c);
	rig.conf.keepalive_requests = 2;
	c = cli_open();
	cli_send(c, REQ("GET /hello", ""));
	ok(!has(cli_reply(c), "Connection:"), "the first of two");
	cli_send(c, REQ("GET /hello", ""));
	ok(has(cli_reply(c), "Connection: close"), "the second");
	ok(cli_ends(c, 3000), "closed");
	cli_close(c);
	rig.conf.keepalive_requests = 100000;
}

static void
test_half_close(void)
{
	struct cli *c = cli_open();

	cli_send(c, REQ("GET /hello", ""));
	shutdown(c->fd, SHUT_WR);
	is_int(status_of(cli_reply(c)), 200, "half-closed and answered");
	ok(cli_ends(c, 3000), "closed");
	cli_close(c);
}

static void
test_pipelining(void)
{
	struct cli *c = cli_open();
	struct buf b = BUF_INIT;
	int good = 0;

	cli_send(c, REQ("GET /slow", "") REQ("GET /hello", "")
			REQ("POST /echo", "Content-Length: 2\r\n") "ab" REQ(
			    "GET /slow", "") REQ("GET /items/1", ""));
	is_str(body_of(cli_reply(c)), "slow", "in order: 1");
	is_str(body_of(cli_reply(c)), "hello", "2");
	is_str(body_of(cli_reply(c)), "ab", "3");
	is_str(body_of(cli_reply(c)), "slow", "4");
	ok(has(cli_reply(c), "/items/1"), "5");
	for (int i = 0; i < 3000; i++)
		buf_printf(&b, "GET /items/%d HTTP/1.1\r\n" HOST "\r\n", i);
	cli_send_n(c, b.p, b.n);
	for (int i = 0; i < 3000; i++) {
		char want[64];

		snprintf(want, sizeof(want), "%d||/items/%d|", i, i);
		good += has(cli_reply(c), want);
	}
	is_int(good, 3000, "three thousand");
	buf_clear(&b);
	for (int i = 0; i < 600; i++)
		buf_adds(&b, REQ("GET /hello", "X-Some-Header: to fill\r\n"));
	cli_send(c, REQ("GET /slow", ""));
	cli_send_n(c, b.p, b.n);
	is_str(body_of(cli_reply(c)), "slow", "a slow one first");
	good = 0;
	for (int i = 0; i < 600; i++)
		good += status_of(cli_reply(c)) == 200;
	is_int(good, 600, "more than is read ahead");
	buf_free(&b);
	cli_close(c);
}

static void
test_gone(void)
{
	struct cli *c = cli_open();

	calls = 0;
	cancelled = false;
	cli_send(c, REQ("GET /long", ""));
	for (int i = 0; i < 500 && calls == 0; i++)
		rig_sleep(1);
	cli_close(c);
	for (int i = 0; i < 500 && !cancelled; i++)
		rig_sleep(1);
	ok(cancelled, "the fiber learns that its client is gone");
	c = cli_open();
	cli_send(c, REQ("POST /size", "Content-Length: 10\r\n") "abc");
	rig_sleep(5);
	cli_close(c);
	c = cli_open();
	cli_send(c, REQ("POST /echo", "Content-Length: 10\r\n") "abc");
	rig_sleep(5);
	cli_close(c);
	c = cli_open();
	cli_send(c, "GET /he");
	rig_sleep(5);
	cli_close(c);
	rig_sleep(20);
	is_int(http_server_connections(rig.server), 0, "all are gone");
}

static void
test_guard(void)
{
	const char *r;

	guard_calls = 0;
	r = ask(REQ("POST /who", "Content-Length: 100\r\n"
				 "Expect: 100-continue\r\n"));
	ok(status_of(r) == 401 && has(r, "WWW-Authenticate: Bearer"),
	    "refused before the body");
	r = ask(REQ("POST /waitwho", "Content-Length: 100\r\n"));
	ok(status_of(r) == 401 && has(r, "who are you?"), "in a fiber too");
	is_int(guard_calls, 2, "asked once each");
	r = ask(REQ("POST /who", "Authorization: yes\r\n"
				 "Content-Length: 1\r\n") "!");
	is_str(body_of(r), "known!", "let in");
	r = ask(REQ("POST /waitwho", "Authorization: yes\r\n"
				     "Content-Length: 1\r\n") "!");
	is_str(body_of(r), "known!", "in a fiber too");
	r = ask(REQ("POST /who",
	    "Authorization: slow\r\n"
	    "Transfer-Encoding: chunked\r\n") "1\r\n!\r\n0\r\n\r\n");
	is_str(body_of(r), "known!", "inline, and had to wait");
}

static void
test_browsers(void)
{
	static const struct {
		const char *host;
		const char *origin;
		int status;
	} cases[] = {
		{ "localhost:8081", NULL, 200 },
		{ "LOCALHOST", NULL, 200 },
		{ "a.localhost", NULL, 200 },
		{ "127.0.0.1", NULL, 200 },
		{ "10.1.2.3:80", NULL, 200 },
		{ "[::1]:80", NULL, 200 },
		{ "[2001:db8::1]", NULL, 200 },
		{ "pierre.example.com", NULL, 200 },
		{ "other.example.net:444", NULL, 200 },
		{ "a.b.example.org", NULL, 200 },
		{ "example.org", NULL, 403 },
		{ "evil.example.com", NULL, 403 },
		{ "localhost.evil.com", NULL, 403 },
		{ "1.2.3.4.5", NULL, 403 },
		{ "localhost:80", "http://localhost:80", 200 },
		{ "localhost", "http://127.0.0.1:6274", 200 },
		{ "pierre.example.com", "https://pierre.example.com", 200 },
		{ "pierre.example.com", "https://app.example.com", 200 },
		{ "pierre.example.com", "http://app.example.com", 403 },
		{ "pierre.example.com", "https://evil.example.com", 403 },
		{ "localhost", "http://evil.example.com", 403 },
		{ "localhost", "http://localhost.evil.com", 403 },
		{ "localhost", "null", 403 },
		{ "localhost", "", 403 },
		{ "localhost", "file://", 403 },
		{ "localhost", "http://localhost@evil.com", 403 },
	};
	static const char *origins[] = { "https://app.example.com" };
	static const char *hosts[] = { "other.example.net", "*.example.org" };
	char raw[512];
	const char *r;

	rig.conf.allowed_origins = (struct conf_list){ 1, origins };
	rig.conf.allowed_hosts = (struct conf_list){ 2, hosts };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *o = cases[i].origin;

		snprintf(raw, sizeof(raw),
		    "GET /hello HTTP/1.1\r\nHost: %s\r\n%s%s%s\r\n",
		    cases[i].host, o != NULL ? "Origin: " : "",
		    o != NULL ? o : "", o != NULL ? "\r\n" : "");
		r = ask(raw);
		is_int(status_of(r), cases[i].status, "Host %s Origin %s",
		    cases[i].host, o != NULL ? o : "-");
	}
	r = ask(REQ("GET /hello", "Origin: http://localhost\r\n"));
	ok(has(r, "Access-Control-Allow-Origin: http://localhost\r\n") &&
		has(r, "\r\nVary: Origin\r\n"),
	    "said so");
	r = ask(REQ("OPTIONS /echo",
	    "Origin: http://localhost\r\n"
	    "Access-Control-Request-Method: POST\r\n"
	    "Access-Control-Request-Headers: content-type, x-a\r\n"));
	ok(status_of(r) == 204 &&
		has(r, "Access-Control-Allow-Headers: content-type, x-a\r\n") &&
		has(r, "Access-Control-Allow-Methods: POST, OPTIONS\r\n"),
	    "preflight");
	r = ask(
	    REQ("OPTIONS /echo", "Origin: http://evil.com\r\n"
				 "Access-Control-Request-Method: POST\r\n"));
	ok(status_of(r) == 403 && !has(r, "Access-Control"), "and not");
}

static void
test_peer(void)
{
	static const char *proxies[] = { "127.0.0.0/8", "10.0.0.0/8",
		"2001:db8::/32" };
	static const struct {
		const char *forwarded;
		const char *peer;
	} cases[] = {
		{ "1.2.3.4", "1.2.3.4" },
		{ "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4" },
		{ "10.0.0.2, 10.0.0.1", "10.0.0.2" },
		{ "1.2.3.4, nonsense, 10.0.0.1", "10.0.0.1" },
		{ "2001:db9::1 ,2001:db8::5", "2001:db9::1" },
		{ "nonsense", "127.0.0.1" },
		{ "", "127.0.0.1" },
		{ "6.6.6.6\r\nX-Forwarded-For: 1.2.3.4", "1.2.3.4" },
		{ "1.2.3.4\r\nX-Forwarded-For: 10.0.0.1", "1.2.3.4" },
		{ "6.6.6.6\r\nX-Forwarded-For: nonsense", "127.0.0.1" },
	};
	char raw[256];

	rig.conf.trusted_proxies = (struct conf_list){ 3, proxies };
	rig_open(routes, judge, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(raw, sizeof(raw),
		    "GET /items/1 HTTP/1.1\r\n" HOST
		    "X-Forwarded-For: %s\r\n\r\n",
		    cases[i].forwarded);
		is_str(strrchr(ask(raw), '|') + 1, cases[i].peer, "from %s",
		    cases[i].forwarded);
	}
	rig_close();
	rig_conf(&rig.conf);
}

static int limit_calls;
static int limit_left;

static int
count_down(struct http_req *req, const struct http_route *route, struct err *e)
{
	limit_calls++;
	CHECK(route == http_route_of(req));
	if (limit_left-- > 0)
		return 0;
	http_add_header(req, "Retry-After", "7");
	return err_set(e, ERR_LIMITED, "slowly");
}

static void
test_limit(void)
{
	static const struct http_route limited[] = {
		{ .method = HTTP_GET,
		    .pattern = "/probe",
		    .handler = say_hello },
		{ .method = HTTP_GET,
		    .pattern = "/hello",
		    .handler = say_hello,
		    .limit = HTTP_LIMIT_API },
		{ .method = HTTP_POST,
		    .pattern = "/who",
		    .handler = whoami,
		    .access = HTTP_USER,
		    .waits = true,
		    .limit = HTTP_LIMIT_API },
		{ .pattern = NULL },
	};
	const char *r;

	rig_open(limited, judge, NULL);
	rig.app.limit = count_down;
	limit_calls = 0;
	is_int(status_of(ask(REQ("GET /probe", ""))), 200, "a probe");
	is_int(limit_calls, 0, "is not asked about");
	limit_left = 2;
	guard_calls = 0;
	is_int(status_of(ask(REQ("GET /hello", ""))), 200, "let through");
	is_int(status_of(ask(REQ("GET /nothing", ""))), 404, "no route");
	r = ask(REQ("GET /hello", ""));
	ok(status_of(r) == 429 && has(r, "Retry-After: 7\r\n") &&
		has(r, "\"LIMITED\"") && has(r, "slowly"),
	    "refused");
	is_int(status_of(ask(REQ("GET /nothing", ""))), 429, "no route");
	is_int(status_of(ask(REQ("POST /who", "Content-Length: 3\r\n"
					      "Expect: 100-continue\r\n"))),
	    429, "refused before the body");
	is_int(guard_calls, 0, "and before the guard");
	is_int(limit_calls, 5, "once each");
	rig_close();
}

static void
run(UNUSED void *arg)
{
	rig_open(routes, judge, NULL);
	test_plain();
	test_methods();
	test_paths();
	test_bodies();
	test_continue();
	test_limits();
	test_refusals();
	test_keep_alive();
	test_half_close();
	test_pipelining();
	test_gone();
	test_guard();
	test_browsers();
	rig_close();
	test_peer();
	test_limit();
	loop_stop(rig.loop);
}

int
main(void)
{
	log_configure(LOG_ALERT, LOG_TEXT);
	return rig_run(run);
}
