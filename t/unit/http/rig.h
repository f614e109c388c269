#ifndef T_UNIT_HTTP_RIG_H
#define T_UNIT_HTTP_RIG_H

/* A server and its clients in one process: the tests are fibers on the
 * server's loop. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "config/conf.h"
#include "base/log.h"
#include "http/http.h"
#include "proc/listen_fd.h"
#include "tap.h"

struct rig {
	struct loop *loop;
	struct conf conf;
	struct http_app app;
	struct http_server *server;
	int listen_fd;
	struct sockaddr_in addr;
	bool drained;
};

struct cli {
	int fd;
	bool closed;
	struct buf got;
	struct buf reply; /* the last one that was read */
};

static struct rig rig;

static inline void
rig_conf(struct conf *c)
{
	memset(c, 0, sizeof(*c));
	c->max_connections = 100;
	c->header_timeout_us = c->body_timeout_us = 5000000;
	c->write_timeout_us = c->keepalive_timeout_us = 5000000;
	c->keepalive_min_us = 100000;
	c->keepalive_requests = 100000;
	c->max_header_bytes = 8192;
	c->max_body_bytes = 1 << 20;
	c->drain_timeout_us = 5000000;
	c->host = "pierre.example.com";
}

/* A server with the configuration that is in rig.conf. */
static inline void
rig_open(const struct http_route *routes, http_guard *guard, void *state)
{
	socklen_t n = sizeof(rig.addr);

	rig.addr = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	rig.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(rig.listen_fd, (void *)&rig.addr, n) == 0);
	CHECK(listen(rig.listen_fd, 128) == 0);
	CHECK(getsockname(rig.listen_fd, (void *)&rig.addr, &n) == 0);
	rig.app = (struct http_app){
		.routes = routes, .guard = guard, .state = state
	};
	rig.server = http_server_new(rig.loop, &rig.conf, &rig.app);
	CHECK(http_server_listen(rig.server,
		  &(struct listen_fd){ .fd = rig.listen_fd }, NULL) == 0);
}

static inline void
rig_sleep(int64_t ms)
{
	CHECK(fiber_sleep_ms(ms, NULL) == 0);
}

static inline void
rig_close(void)
{
	http_server_abort(rig.server);
	for (int i = 0; i < 200 && http_server_connections(rig.server); i++)
		rig_sleep(5);
	rig_sleep(5);
	is_int(http_server_connections(rig.server), 0, "no connection is left");
	http_server_free(&rig.server);
	close(rig.listen_fd);
}

/* Run the test as a fiber on a fresh loop. */
static inline int
rig_run(void (*test)(void *arg))
{
	rig.loop = loop_new(1);
	rig_conf(&rig.conf);
	fiber_spawn(rig.loop, test, NULL);
	loop_run_pending(rig.loop);
	loop_free(&rig.loop);
	return tap_done();
}

static inline struct cli *
cli_open(void)
{
	struct cli *c = calloc(1, sizeof(*c));

	CHECK(c != NULL);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(connect(c->fd, (void *)&rig.addr, sizeof(rig.addr)) == 0);
	return c;
}

static inline void
cli_close(struct cli *c)
{
	close(c->fd);
	buf_free(&c->got);
	buf_free(&c->reply);
	free(c);
}

static inline void
cli_send_n(struct cli *c, const char *p, size_t n)
{
	ssize_t done;

	while (n != 0) {
		done = send(c->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (done < 0 && errno != EAGAIN)
			return;
		if (done < 0) {
			rig_sleep(1);
			continue;
		}
		p += done;
		n -= (size_t)done;
	}
}

static inline void
cli_send(struct cli *c, const char *text)
{
	cli_send_n(c, text, strlen(text));
}

/* Take what has come; false when nothing did within ms. */
static inline bool
cli_fill(struct cli *c, int64_t ms)
{
	int64_t until = clock_mono_us() + ms * 1000;
	ssize_t n;

	while (!c->closed) {
		n = recv(
		    c->fd, buf_reserve(&c->got, 65536), 65536, MSG_DONTWAIT);
		if (n > 0) {
			c->got.n += (size_t)n;
			return true;
		}
		if (n == 0 || errno != EAGAIN)
			c->closed = true;
		else if (clock_mono_us() > until)
			return false;
		else
			rig_sleep(1);
	}
	return false;
}

/* Wait for the text to have come; false when it does not. */
static inline bool
cli_expect(struct cli *c, const char *text, int64_t ms)
{
	while (memmem(buf_cstr(&c->got), c->got.n, text, strlen(text)) == NULL)
		if (!cli_fill(c, ms))
			return false;
	return true;
}

/* True when the server closes within ms. */
static inline bool
cli_ends(struct cli *c, int64_t ms)
{
	while (cli_fill(c, ms))
		;
	return c->closed;
}

static inline size_t
reply_length(struct cli *c)
{
	const char *head = buf_cstr(&c->got);
	const char *end = strstr(head, "\r\n\r\n");
	const char *length;

	if (end == NULL)
		return 0;
	length = strstr(head, "Content-Length: ");
	return (size_t)(end + 4 - head) +
	       (length != NULL && length < end
		       ? (size_t)strtoul(length + 16, NULL, 10)
		       : 0);
}

/* One answer, head and body; "" when none comes. */
static inline const char *
cli_reply(struct cli *c)
{
	size_t n;

	buf_clear(&c->reply);
	while ((n = reply_length(c)) == 0 || c->got.n < n)
		if (!cli_fill(c, 3000))
			return buf_cstr(&c->reply);
	buf_add(&c->reply, c->got.p, n);
	buf_drop(&c->got, n);
	return buf_cstr(&c->reply);
}

/* As cli_reply, of an answer to HEAD. */
static inline const char *
cli_reply_head(struct cli *c)
{
	const char *end;

	buf_clear(&c->reply);
	while (
	    (end = memmem(buf_cstr(&c->got), c->got.n, "\r\n\r\n", 4)) == NULL)
		if (!cli_fill(c, 3000))
			return buf_cstr(&c->reply);
	buf_add(&c->reply, c->got.p, (size_t)(end - c->got.p) + 4);
	buf_drop(&c->got, c->reply.n);
	return buf_cstr(&c->reply);
}

static inline int
status_of(const char *reply)
{
	return strncmp(reply, "HTTP/1.1 ", 9) == 0 ? atoi(reply + 9) : 0;
}

static inline bool
has(const char *reply, const char *text)
{
	return strstr(reply, text) != NULL;
}

/* The body begins after the empty line. */
static inline const char *
body_of(const char *reply)
{
	const char *end = strstr(reply, "\r\n\r\n");

	return end != NULL ? end + 4 : "";
}

#define HOST		"Host: localhost\r\n"
#define REQ(line, more) line " HTTP/1.1\r\n" HOST more "\r\n"

#endif
