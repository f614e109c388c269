/* Connections: time limits, their number, draining and aborting. */

#include <sys/resource.h>

#include "rig.h"

static int begun;
static int cancelled;

static void
say_hello(struct http_req *req)
{
	http_reply_static(req, 200, "text/plain", STR("hello"));
}

static void
take_time(struct http_req *req)
{
	struct err e = ERR_INIT;

	begun++;
	if (fiber_sleep_ms(150, &e) < 0) {
		cancelled++;
		http_reply_error(req, &e);
		return;
	}
	http_reply_static(req, 200, "text/plain", STR("slow"));
}

static void
send_much(struct http_req *req)
{
	memset(buf_reserve(http_out(req), 16 << 20), 'x', 16 << 20);
	http_out(req)->n = 16 << 20;
	http_reply(req, 200, "text/plain");
}

static const struct http_route routes[] = {
	{ .method = HTTP_GET, .pattern = "/hello", .handler = say_hello },
	{ .method = HTTP_POST, .pattern = "/hello", .handler = say_hello },
	{ .method = HTTP_POST,
	    .pattern = "/wait",
	    .handler = say_hello,
	    .waits = true },
	{ .method = HTTP_GET,
	    .pattern = "/slow",
	    .handler = take_time,
	    .waits = true },
	{ .method = HTTP_GET, .pattern = "/much", .handler = send_much },
	{ .pattern = NULL },
};

static void
test_head_time(void)
{
	struct cli *c = cli_open();
	const char *r;

	rig_sleep(300);
	ok(cli_ends(c, 100) && c->got.n == 0, "closed without a word");
	cli_close(c);
	c = cli_open();
	cli_send(c, "GET /hello HTTP/1.1\r\n");
	for (int i = 0; i < 12; i++) { /* a byte now and then does not help */
		rig_sleep(25);
		cli_send(c, i % 2 == 0 ? "X" : ":\r\n");
	}
	r = cli_reply(c);
	ok(status_of(r) == 408 && has(r, "REQUEST_TIMEOUT"), "a slow head");
	ok(cli_ends(c, 3000), "closed");
	cli_close(c);
}

static void
test_body_time(const char *head)
{
	struct cli *c = cli_open();

	cli_send(c, head);
	for (int i = 0; i < 12; i++) {
		rig_sleep(25);
		cli_send(c, "x");
	}
	is_int(status_of(cli_reply(c)), 408, "a slow body");
	ok(cli_ends(c, 3000), "closed");
	cli_close(c);
}

/* Its status, and the longest that this process let the server wait. */
static int
steady_body(int64_t *pause_us_r)
{
	struct cli *c = cli_open();
	char block[8192];
	int status;

	*pause_us_r = 0;
	memset(block, 'x', sizeof(block));
	cli_send(c, REQ("POST /hello", "Content-Length: 81920\r\n"));
	for (int i = 0; i < 10; i++) {
		int64_t began = clock_mono_us();

		rig_sleep(40);
		cli_send_n(c, block, sizeof(block));
		*pause_us_r = MAX(*pause_us_r, clock_mono_us() - began);
	}
	status = status_of(cli_reply(c));
	cli_close(c);
	return status;
}

/* Again when the machine was so busy that it was not steady. */
static void
test_steady_body(void)
{
	int64_t pause_us;
	int status, tries = 0;

	do {
		status = steady_body(&pause_us);
	} while (status == 408 && pause_us > 80000 && ++tries < 30);
	is_int(status, 200, "a long but steady body");
}

static void
test_write_time(void)
{
	struct cli *c = cli_open();
	size_t n = 0;

	cli_send(c, REQ("GET /much", ""));
	rig_sleep(600);
	is_int(http_server_connections(rig.server), 0,
	    "who does not read is dropped");
	cli_close(c);
	c = cli_open();
	cli_send(c, REQ("GET /much", "") REQ("GET /hello", ""));
	while (n < 16 << 20 && cli_fill(c, 1000)) {
		n += c->got.n;
		if (n < 16 << 20)
			buf_clear(&c->got);
	}
	ok(n > 16 << 20 && cli_expect(c, "hello", 1000),
	    "who reads gets all of it, and the next");
	cli_close(c);
}

static void
test_idle_time(void)
{
	struct cli *c = cli_open();
	int64_t began;

	cli_send(c, REQ("GET /hello", ""));
	is_int(status_of(cli_reply(c)), 200, "answered");
	began = clock_mono_us();
	ok(cli_ends(c, 3000) && c->got.n == 0, "closed without a word");
	ok(clock_mono_us() - began > 150000, "after a while");
	cli_close(c);
}

static void
test_times(void)
{
	rig.conf.header_timeout_us = rig.conf.body_timeout_us = 200000;
	rig.conf.write_timeout_us = rig.conf.keepalive_timeout_us = 200000;
	rig_open(routes, NULL, NULL);
	test_head_time();
	test_body_time(REQ("POST /hello", "Content-Length: 50\r\n"));
	test_body_time(REQ("POST /wait", "Content-Length: 50\r\n"));
	test_body_time(
	    REQ("POST /hello", "Transfer-Encoding: chunked\r\n") "32\r\n");
	test_steady_body();
	test_write_time();
	test_idle_time();
	rig_close();
	rig_conf(&rig.conf);
}

static void
test_number(void)
{
	struct cli *c[4];

	rig.conf.max_connections = 2;
	rig_open(routes, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		c[i] = cli_open();
		cli_send(c[i], REQ("GET /slow", ""));
	}
	rig_sleep(20);
	c[2] = cli_open();
	is_int(status_of(cli_reply(c[2])), 503, "all are busy");
	ok(cli_ends(c[2], 3000), "closed");
	is_int(status_of(cli_reply(c[0])), 200, "the others are served");
	is_int(status_of(cli_reply(c[1])), 200, "both");
	c[3] = cli_open();
	cli_send(c[3], REQ("GET /hello", ""));
	is_int(status_of(cli_reply(c[3])), 200, "an idle one makes room");
	ok(cli_ends(c[0], 100) || cli_ends(c[1], 100), "and is closed");
	for (int i = 0; i < 4; i++)
		cli_close(c[i]);
	rig_close();
	rig_conf(&rig.conf);
}

static void
test_number_per_address(void)
{
	struct cli *c[4];

	rig.conf.max_connections_per_address = 2;
	rig_open(routes, NULL, NULL);
	for (int i = 0; i < 2; i++)
		c[i] = cli_open();
	rig_sleep(20);
	c[2] = cli_open();
	is_int(status_of(cli_reply(c[2])), 429, "an address has its share");
	ok(cli_ends(c[2], 3000), "closed");
	cli_send(c[0], REQ("GET /hello", "Connection: close\r\n"));
	is_int(status_of(cli_reply(c[0])), 200, "the others are served");
	ok(cli_ends(c[0], 3000), "one leaves");
	rig_sleep(5);
	c[3] = cli_open();
	cli_send(c[3], REQ("GET /hello", ""));
	is_int(status_of(cli_reply(c[3])), 200, "and makes room");
	for (int i = 0; i < 4; i++)
		cli_close(c[i]);
	rig_close();

	rig.conf.trusted_proxies.n = 1;
	rig.conf.trusted_proxies.item = (const char *[]){ "127.0.0.1" };
	rig_open(routes, NULL, NULL);
	for (int i = 0; i < 4; i++) {
		c[i] = cli_open();
		cli_send(c[i], REQ("GET /hello", ""));
		is_int(status_of(cli_reply(c[i])), 200, "a proxy has many");
	}
	for (int i = 0; i < 4; i++)
		cli_close(c[i]);
	rig_close();
	rig_conf(&rig.conf);
}

static void
test_descriptors(void)
{
	struct rlimit was, few;
	struct cli *c;

	rig_open(routes, NULL, NULL);
	c = cli_open();
	CHECK(getrlimit(RLIMIT_NOFILE, &was) == 0);
	few = was;
	few.rlim_cur = (rlim_t)c->fd + 1;
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	cli_send(c, REQ("GET /hello", ""));
	ok(!cli_fill(c, 50), "no descriptor, no answer");
	CHECK(setrlimit(RLIMIT_NOFILE, &was) == 0);
	is_int(status_of(cli_reply(c)), 200, "until there is one");
	cli_close(c);
	rig_close();
}

static void
note_drained(void *arg)
{
	*(bool *)arg = true;
}

static void
test_drain(void)
{
	struct cli *busy, *idle, *quick, *fresh, *late;
	bool drained = false;

	rig_open(routes, NULL, NULL);
	busy = cli_open();
	idle = cli_open();
	quick = cli_open();
	fresh = cli_open();
	late = cli_open();
	cli_send(busy, REQ("GET /slow", ""));
	cli_send(idle, REQ("GET /hello", ""));
	cli_send(quick, REQ("GET /hello", ""));
	cli_send(late, REQ("POST /hello", "Content-Length: 3\r\n") "a");
	cli_reply(idle);
	cli_reply(quick);
	http_server_drain(rig.server, note_drained, &drained);
	rig_sleep(30);
	cli_send(quick, REQ("GET /hello", ""));
	cli_send(fresh, REQ("GET /hello", ""));
	cli_send(late, "bc");
	ok(has(cli_reply(quick), "Connection: close\r\n"),
	    "one more is answered, the last");
	ok(has(cli_reply(fresh), "Connection: close\r\n"),
	    "who just came is served");
	ok(has(cli_reply(late), "Connection: close\r\n"),
	    "a body under way is awaited");
	ok(has(cli_reply(busy), "Connection: close\r\n"),
	    "what was under way is answered");
	ok(cli_ends(idle, 1000) && idle->got.n == 0, "the idle one is closed");
	ok(cli_ends(quick, 1000) && cli_ends(busy, 1000), "so are the others");
	cli_close(busy);
	cli_close(idle);
	cli_close(quick);
	cli_close(fresh);
	cli_close(late);
	for (int i = 0; i < 500 && !drained; i++)
		rig_sleep(1);
	ok(drained, "done");
	rig_close();
}

static void
test_drain_limit(void)
{
	struct cli *c;
	bool drained = false;
	int64_t began;

	rig.conf.drain_timeout_us = 50000;
	rig_open(routes, NULL, NULL);
	c = cli_open();
	begun = cancelled = 0;
	cli_send(c, REQ("GET /slow", ""));
	while (begun == 0)
		rig_sleep(1);
	began = clock_mono_us();
	http_server_drain(rig.server, note_drained, &drained);
	while (!drained && clock_mono_us() - began < 1000000)
		rig_sleep(1);
	ok(drained && clock_mono_us() - began < 140000,
	    "draining takes no longer than it may");
	rig_sleep(1);
	is_int(cancelled, 1, "the handler was told");
	cli_close(c);
	rig_close();
	drained = false;
	rig_open(routes, NULL, NULL);
	http_server_drain(rig.server, note_drained, &drained);
	rig_sleep(5);
	ok(drained, "without connections it is over at once");
	rig_close();
	rig_conf(&rig.conf);
}

static void
test_abort(void)
{
	struct cli *c[3];

	rig_open(routes, NULL, NULL);
	begun = cancelled = 0;
	for (int i = 0; i < 3; i++)
		c[i] = cli_open();
	cli_send(c[0], REQ("GET /slow", ""));
	cli_send(c[1], "GET /he");
	cli_send(c[2], REQ("POST /hello", "Content-Length: 3\r\n") "a");
	while (begun == 0)
		rig_sleep(1);
	rig_sleep(10);
	http_server_abort(rig.server);
	ok(cli_ends(c[0], 100) && cli_ends(c[1], 100) && cli_ends(c[2], 100),
	    "all are closed");
	rig_sleep(5);
	is_int(cancelled, 1, "the handler was told");
	for (int i = 0; i < 3; i++)
		cli_close(c[i]);
	rig_close();
}

static void
run(UNUSED void *arg)
{
	test_times();
	test_number();
	test_number_per_address();
	test_descriptors();
	test_drain();
	test_drain_limit();
	test_abort();
	loop_stop(rig.loop);
}

int
main(void)
{
	log_configure(LOG_ALERT, LOG_TEXT);
	return rig_run(run);
}
