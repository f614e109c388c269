/* Server-sent events: framing, ends of both sides, slow readers, draining. */

#include "rig.h"

static struct sse *kept;
static int ends;
static int slow_rc;
static bool handler_left;
static bool was_cancelled;

static void
stream_some(struct http_req *req)
{
	struct sse *s = sse_open(req);
	struct err e = ERR_INIT;

	sse_retry(s, 50);
	CHECK(sse_send(s, STR("note"), STR("7"), STR("a\nb\r\nc"), &e) == 0);
	CHECK(fiber_sleep_ms(10, &e) == 0);
	CHECK(sse_send(s, STR_NULL, STR_NULL, STR(""), &e) == 0);
	sse_close(s);
}

static void
leave_open(struct http_req *req)
{
	struct sse *s = sse_open(req);

	CHECK(sse_send(s, STR_NULL, STR_NULL, STR("x"), NULL) == 0);
}

static void
on_end(struct sse *s, void *arg)
{
	struct err e = ERR_INIT;

	CHECK(s == kept && arg == &ends);
	ends++;
	if (sse_send(s, STR_NULL, STR_NULL, STR("bye"), &e) < 0)
		CHECK(e.code == ERR_CANCELED);
	kept = NULL;
}

static void
keep(struct http_req *req)
{
	kept = sse_open(req);
	sse_detach(kept, on_end, &ends);
}

static void
stream_on(struct http_req *req)
{
	struct sse *s = sse_open(req);
	struct err e = ERR_INIT;

	handler_left = was_cancelled = false;
	while (sse_send(s, STR_NULL, STR_NULL, STR("tick"), &e) == 0 &&
	       fiber_sleep_ms(5, &e) == 0)
		;
	was_cancelled = e.code == ERR_CANCELED;
	sse_close(s);
	handler_left = true;
}

static void
stream_much(struct http_req *req)
{
	static char much[65536];
	struct sse *s = sse_open(req);
	struct err e = ERR_INIT;

	memset(much, 'x', sizeof(much));
	slow_rc = 0;
	for (int i = 0; i < 1000 && slow_rc == 0; i++)
		if (sse_send(s, STR_NULL, STR_NULL,
			str_make(much, sizeof(much)), &e) < 0)
			slow_rc = (int)e.code;
	sse_close(s);
}

static void
say_hello(struct http_req *req)
{
	http_reply_static(req, 200, "text/plain", STR("hello"));
}

#define STREAM(path, fn)                                                       \
	{                                                                      \
		.method = HTTP_GET, .pattern = path, .handler = fn,            \
		.waits = true                                                  \
	}

static const struct http_route routes[] = {
	STREAM("/some", stream_some),
	STREAM("/open", leave_open),
	STREAM("/keep", keep),
	STREAM("/on", stream_on),
	STREAM("/much", stream_much),
	STREAM("/hello", say_hello),
	{ .pattern = NULL },
};

static void
test_framing(void)
{
	struct cli *c = cli_open();
	const char *r;

	cli_send(c, REQ("GET /some", "") REQ("GET /hello", ""));
	r = cli_reply_head(c);
	ok(has(r, "200 OK") && has(r, "Content-Type: text/event-stream\r\n") &&
		has(r, "Transfer-Encoding: chunked\r\n") &&
		has(r, "X-Accel-Buffering: no\r\n") &&
		!has(r, "Content-Length"),
	    "head of a stream");
	ok(cli_expect(c, "\r\n0\r\n\r\n", 3000), "it ends properly");
	r = buf_cstr(&c->got);
	ok(has(r, "b\r\nretry: 50\n\n\r\n"), "retry");
	ok(has(r, "event: note\nid: 7\ndata: a\ndata: b\ndata: c\n\n\r\n"),
	    "an event of several lines");
	ok(has(r, "\r\n8\r\ndata: \n\n\r\n0\r\n"), "an empty one");
	ok(cli_expect(c, "hello", 3000), "the connection goes on");
	cli_close(c);
	c = cli_open();
	cli_send(c, "GET /some HTTP/1.0\r\n\r\n");
	ok(cli_ends(c, 3000), "HTTP/1.0 ends by closing");
	r = buf_cstr(&c->got);
	ok(!has(r, "chunked") && has(r, "\r\n\r\nretry: 50\n\n"), "unframed");
	cli_close(c);
	c = cli_open();
	cli_send(c, REQ("HEAD /some", ""));
	r = cli_reply_head(c);
	ok(has(r, "text/event-stream"), "HEAD");
	cli_send(c, REQ("GET /hello", ""));
	is_int(status_of(cli_reply(c)), 200, "has no stream");
	cli_close(c);
	c = cli_open();
	cli_send(c, REQ("GET /open", ""));
	ok(cli_expect(c, "\r\n0\r\n\r\n", 3000),
	    "what the handler leaves open is closed");
	cli_close(c);
}

static void
test_detached(void)
{
	struct cli *c = cli_open();

	ends = 0;
	cli_send(c, REQ("GET /keep", ""));
	cli_reply_head(c);
	rig_sleep(5);
	ok(kept != NULL && ends == 0, "kept without a fiber");
	is_int(sse_send(kept, STR_NULL, STR_NULL, STR("one"), NULL), 0, "one");
	ok(cli_expect(c, "data: one\n\n", 3000), "came");
	cli_send(c, REQ("GET /hello", ""));
	rig_sleep(5);
	sse_close(kept);
	ok(cli_expect(c, "\r\n0\r\n\r\n", 3000), "closed by its owner");
	ok(cli_expect(c, "hello", 3000), "what was asked meanwhile");
	is_int(ends, 0, "who knows it already is not told");
	cli_send(c, REQ("GET /keep", ""));
	rig_sleep(5);
	cli_close(c);
	for (int i = 0; i < 500 && ends == 0; i++)
		rig_sleep(1);
	is_int(ends, 1, "told once when the client goes");
	rig_sleep(20);
	is_int(http_server_connections(rig.server), 0, "nothing is left");
}

static void
test_attached(void)
{
	struct cli *c = cli_open();

	cli_send(c, REQ("GET /on", ""));
	ok(cli_expect(c, "tick", 3000), "it ticks");
	cli_close(c);
	for (int i = 0; i < 500 && !handler_left; i++)
		rig_sleep(1);
	ok(handler_left && was_cancelled, "the handler learns of the end");
	c = cli_open();
	cli_send(c, REQ("GET /much", ""));
	rig_sleep(50);
	is_int(slow_rc, ERR_LIMITED, "a slow reader is bounded");
	cli_close(c);
}

static void
test_beat(void)
{
	struct cli *c;

	rig.conf.write_timeout_us = 100000;
	rig_open(routes, NULL, NULL);
	c = cli_open();
	cli_send(c, REQ("GET /keep", ""));
	ok(cli_expect(c, "3\r\n:\n\n\r\n", 1000), "signs of life");
	ends = 0;
	cli_close(c);
	rig_sleep(20);
	is_int(ends, 1, "told");
	rig_close();
	rig_conf(&rig.conf);
}

static void
note_drained(void *arg)
{
	*(bool *)arg = true;
}

static void
test_drain(void)
{
	struct cli *c, *d;
	bool drained = false;

	rig_open(routes, NULL, NULL);
	c = cli_open();
	d = cli_open();
	ends = 0;
	cli_send(c, REQ("GET /keep", ""));
	cli_reply_head(c);
	cli_send(d, REQ("GET /on", ""));
	ok(cli_expect(d, "tick", 3000), "two streams");
	http_server_drain(rig.server, note_drained, &drained);
	ok(cli_expect(c, "data: bye\n\n\r\n", 3000), "a last word");
	ok(cli_expect(c, "retry: 1000\n\n\r\n0\r\n\r\n", 3000),
	    "when to come again, and a proper end");
	is_int(ends, 1, "told once");
	rig_sleep(150);
	ok(!drained && !handler_left, "a handler may finish");
	cli_close(c);
	cli_close(d);
	for (int i = 0; i < 500 && !drained; i++)
		rig_sleep(1);
	ok(drained && handler_left, "then it is over");
	rig_close();
}

static void
run(UNUSED void *arg)
{
	rig_open(routes, NULL, NULL);
	test_framing();
	test_detached();
	test_attached();
	rig_close();
	test_beat();
	test_drain();
	loop_stop(rig.loop);
}

int
main(void)
{
	log_configure(LOG_ALERT, LOG_TEXT);
	return rig_run(run);
}
