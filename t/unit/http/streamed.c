/* Bodies that a handler takes piece by piece. */

#include "rig.h"

#define LIMIT 3000000

static unsigned largest;
static enum err_code last;

static void
count(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct str piece;
	size_t n = 0;
	unsigned sum = 0;
	int rc;

	largest = 0;
	rc = http_body_limit(req, LIMIT, &e);
	while (rc == 0 && (rc = http_body_next(req, &piece, &e)) > 0) {
		n += piece.n;
		largest = MAX(largest, (unsigned)piece.n);
		for (size_t i = 0; i < piece.n; i++)
			sum = sum * 31 + (unsigned char)piece.p[i];
		/* As one that writes to a slow disk. */
		if (n % 7 == 0 && fiber_sleep_ms(1, &e) < 0)
			rc = -1;
		else
			rc = 0;
	}
	last = e.code;
	if (rc < 0) {
		http_reply_error(req, &e);
		return;
	}
	buf_printf(http_out(req), "%zu %u", n, sum);
	http_reply(req, 200, "text/plain");
}

static void
refuse(struct http_req *req)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_UNSUPPORTED, "not this");
	http_reply_error(req, &e);
}

static void
say_hello(struct http_req *req)
{
	buf_adds(http_out(req), "hello");
	http_reply(req, 200, "text/plain");
}

static const struct http_route routes[] = {
	{ .method = HTTP_POST,
	    .pattern = "/count",
	    .handler = count,
	    .waits = true,
	    .body_max = HTTP_BODY_STREAMED },
	{ .method = HTTP_POST,
	    .pattern = "/refuse",
	    .handler = refuse,
	    .waits = true,
	    .body_max = HTTP_BODY_STREAMED },
	{ .method = HTTP_GET, .pattern = "/hello", .handler = say_hello },
	{ .pattern = NULL },
};

static const char *
expected(const char *p, size_t n)
{
	static char text[40];
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + (unsigned char)p[i];
	snprintf(text, sizeof(text), "%zu %u", n, sum);
	return text;
}

static void
test_lengths(void)
{
	static const size_t sizes[] = { 1, 4000, 16384, 16385, 70000, 1000000 };
	char *body = malloc(sizes[ARRAY_LEN(sizes) - 1]);
	struct cli *c = cli_open();
	char head[120];

	for (size_t i = 0; i < sizes[ARRAY_LEN(sizes) - 1]; i++)
		body[i] = (char)(i * 7 + i / 1000);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		snprintf(head, sizeof(head),
		    "POST /count HTTP/1.1\r\n" HOST
		    "Content-Length: %zu\r\n\r\n",
		    sizes[i]);
		cli_send(c, head);
		cli_send_n(c, body, sizes[i]);
		/* Its neighbour on the connection stays apart. */
		cli_send(c, REQ("GET /hello", ""));
		is_str(body_of(cli_reply(c)), expected(body, sizes[i]),
		    "%zu bytes", sizes[i]);
		is_str(body_of(cli_reply(c)), "hello", "and what follows");
		ok(largest <= 65536, "in pieces of at most %u", largest);
	}
	cli_send(c, REQ("POST /count", ""));
	is_str(body_of(cli_reply(c)), "0 0", "no body at all");
	cli_close(c);
	free(body);
}

static void
test_chunks(void)
{
	struct cli *c = cli_open();
	struct buf all = BUF_INIT;

	cli_send(c, "POST /count HTTP/1.1\r\n" HOST
		    "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 300; i++) {
		char chunk[700];
		int n = snprintf(chunk, sizeof(chunk), "%x\r\n", 600);

		memset(chunk + n, 'a' + i % 26, 600);
		memcpy(chunk + n + 600, "\r\n", 2);
		buf_add(&all, chunk + n, 600);
		cli_send_n(c, chunk, (size_t)n + 602);
	}
	cli_send(c, "0\r\n\r\n" REQ("GET /hello", ""));
	is_str(body_of(cli_reply(c)), expected(all.p, all.n), "chunked");
	is_str(body_of(cli_reply(c)), "hello", "and what follows");
	cli_send(c, "POST /count HTTP/1.1\r\n" HOST
		    "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX");
	is_int(status_of(cli_reply(c)), 400, "a malformed chunk");
	ok(cli_ends(c, 2000), "ends the connection");
	buf_free(&all);
	cli_close(c);
}

static void
test_refusals(void)
{
	struct cli *c = cli_open();

	cli_send(c,
	    "POST /count HTTP/1.1\r\n" HOST "Content-Length: 3000001\r\n\r\n");
	is_int(status_of(cli_reply(c)), 413, "too large by its length");
	ok(cli_ends(c, 2000), "and closed");
	cli_close(c);

	c = cli_open();
	cli_send(c, "POST /count HTTP/1.1\r\n" HOST
		    "Transfer-Encoding: chunked\r\n\r\n2dc6c1\r\n");
	for (int i = 0; i < 3000001 / 1000 + 1; i++) {
		char block[1000];

		memset(block, 'x', sizeof(block));
		cli_send_n(c, block, sizeof(block));
	}
	is_int(status_of(cli_reply(c)), 413, "too large by and by");
	cli_close(c);

	c = cli_open();
	cli_send(c, "POST /refuse HTTP/1.1\r\n" HOST
		    "Content-Length: 100000\r\n\r\nabc");
	is_int(status_of(cli_reply(c)), 415, "refused unread");
	ok(cli_ends(c, 2000), "and closed");
	cli_close(c);

	c = cli_open();
	cli_send(c, "POST /refuse HTTP/1.1\r\n" HOST
		    "Content-Length: 3\r\n\r\nabc" REQ("GET /hello", ""));
	is_int(status_of(cli_reply(c)), 415, "refused, but all there");
	is_str(body_of(cli_reply(c)), "hello", "and what follows");
	cli_close(c);
}

static void
test_pace(void)
{
	struct cli *c = cli_open();

	cli_send(c, "POST /count HTTP/1.1\r\n" HOST
		    "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
	ok(cli_expect(c, "100 Continue\r\n\r\n", 2000), "the client may go on");
	buf_clear(&c->got);
	cli_send(c, "ab");
	rig_sleep(20);
	cli_send(c, "cd");
	is_str(body_of(cli_reply(c)), expected("abcd", 4), "told once");

	cli_send(
	    c, "POST /count HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nab");
	rig_sleep(20);
	cli_close(c);
	last = ERR_NONE;
	for (int i = 0; i < 200 && last == ERR_NONE; i++)
		rig_sleep(5);
	is_int(last, ERR_CANCELED, "a client that goes away is noticed");

	c = cli_open();
	cli_send(
	    c, "POST /count HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nab");
	is_int(status_of(cli_reply(c)), 408, "one that stops sending too");
	cli_close(c);
}

static void
test(UNUSED void *arg)
{
	rig.conf.body_timeout_us = 300000;
	rig_open(routes, NULL, NULL);
	test_lengths();
	test_chunks();
	test_refusals();
	test_pace();
	rig_close();
}

int
main(void)
{
	return rig_run(test);
}
