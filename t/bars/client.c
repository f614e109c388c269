/* A client that loses count of nothing: so many requests, on connections that
 * are kept or made anew each time, and what became of every one of them.
 *
 * Usage: client [-c connections] [-n requests | -d seconds] [-r rate] [-N]
 *     [-b address] [-w seconds] [-H header]... address:port path
 *
 * -n that many requests in all; -d: until so long has passed
 * -r so many a second, evenly; without it: as fast as they are answered
 * -N a new connection for every request
 * -b the address to call from
 * -w how long to wait for an answer (60)
 *
 * TERM: begin no more, and report when what is under way has ended.
 *
 * Prints "name value" lines: answered (2xx), status_NNN (others), lost (the
 * connection ended without an answer), silent (no answer in time), malformed,
 * connections, seconds, and of the time from the beginning of a request to its
 * answer or its loss p50_us, p99_us and max_us. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define HEADERS_MAX 16
#define ANSWER_MAX  (256 * 1024)
#define STEPS	    64 /* of the histogram, for each power of two */
#define TURN_MS	    20

enum outcome { ANSWERED, LOST, SILENT, MALFORMED };

struct client {
	int fd; /* -1: not connected */
	bool connecting;
	bool asking; /* a request is under way */
	int64_t began_us;
	size_t sent;
	size_t got;
	char *answer;
};

static struct {
	int connections;
	int64_t requests; /* INT64_MAX: until time is up */
	double seconds;
	double rate; /* 0: as fast as can be */
	bool renew;
	int64_t wait_us;
	struct sockaddr_in to, from;
	char request[4096];
	size_t request_n;
} opt = { .connections = 1,
	.requests = INT64_MAX,
	.seconds = 1e9,
	.wait_us = 60000000 };

static struct {
	int64_t begun, ended, connections;
	int64_t outcome[4];
	int64_t status[600];
	int64_t took[64 * STEPS];
	int64_t max_us;
} count;

static int epoll_fd;
static int64_t start_us;
static volatile sig_atomic_t told_to_end;

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* --- the books ------------------------------------------------------------ */

static int
step_of(int64_t us)
{
	int shift = 0;

	while (us >> shift >= 2 * STEPS)
		shift++;
	return shift * STEPS + (int)(us >> shift);
}

static int64_t
us_of(int step)
{
	int shift = step < 2 * STEPS ? 0 : step / STEPS - 1;

	return (int64_t)(step - shift * STEPS) << shift;
}

static int64_t
percentile(double part)
{
	int64_t seen = 0;

	for (int i = 0; i < 64 * STEPS; i++) {
		seen += count.took[i];
		if ((double)seen >= part * (double)count.ended)
			return us_of(i);
	}
	return 0;
}

static void
finish(struct client *c, enum outcome o)
{
	int64_t us = now_us() - c->began_us;

	c->asking = false;
	count.ended++;
	count.outcome[o]++;
	count.took[step_of(us)]++;
	if (us > count.max_us)
		count.max_us = us;
}

static void
report(void)
{
	printf("answered %lld\n", (long long)count.outcome[ANSWERED]);
	for (int i = 0; i < 600; i++)
		if (count.status[i] != 0)
			printf(
			    "status_%d %lld\n", i, (long long)count.status[i]);
	printf("lost %lld\nsilent %lld\nmalformed %lld\nconnections %lld\n",
	    (long long)count.outcome[LOST], (long long)count.outcome[SILENT],
	    (long long)count.outcome[MALFORMED], (long long)count.connections);
	printf("seconds %.3f\np50_us %lld\np99_us %lld\nmax_us %lld\n",
	    (double)(now_us() - start_us) / 1e6, (long long)percentile(0.5),
	    (long long)percentile(0.99), (long long)count.max_us);
}

/* --- one connection ------------------------------------------------------- */

static void
hang_up(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void
call(struct client *c)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
		.data.ptr = c };
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		die("socket");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (opt.from.sin_family != 0) {
		setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
		    sizeof(one));
		if (bind(c->fd, (struct sockaddr *)&opt.from,
			sizeof(opt.from)) < 0)
			die("bind");
	}
	count.connections++;
	c->connecting = true;
	if (connect(c->fd, (struct sockaddr *)&opt.to, sizeof(opt.to)) < 0 &&
	    errno != EINPROGRESS) {
		hang_up(c);
		finish(c, LOST);
		return;
	}
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &ev) < 0)
		die("epoll_ctl");
}

static void
write_request(struct client *c)
{
	ssize_t n;

	if (c->sent == opt.request_n)
		return;
	n = send(c->fd, opt.request + c->sent, opt.request_n - c->sent,
	    MSG_NOSIGNAL);
	if (n > 0)
		c->sent += (size_t)n;
	/* What went wrong, reading tells: there may be an answer all the same.
	 */
}

static void
ask(struct client *c)
{
	count.begun++;
	c->asking = true;
	c->began_us = now_us();
	c->sent = c->got = 0;
	if (c->fd < 0)
		call(c);
	else
		write_request(c);
}

/* Its value as a number, -1 when the head has none. */
static long
header_number(const char *head, const char *name)
{
	const char *at = strcasestr(head, name);

	return at == NULL ? -1 : strtol(at + strlen(name), NULL, 10);
}

/* Whether the answer is complete. */
static bool
take_answer(struct client *c)
{
	char *body;
	long status, length;
	bool closing;

	c->answer[c->got] = '\0';
	body = strstr(c->answer, "\r\n\r\n");
	if (body == NULL)
		return false;
	*body = '\0';
	status = header_number(c->answer, "HTTP/1.1 ");
	length = header_number(c->answer, "\r\nContent-Length: ");
	closing = strcasestr(c->answer, "\r\nConnection: close") != NULL;
	*body = '\r';
	if (status < 200 || status > 599 || length < 0) {
		finish(c, MALFORMED);
		hang_up(c);
		return true;
	}
	if (c->got < (size_t)(body + 4 - c->answer) + (size_t)length)
		return false;
	if (status >= 300) {
		count.status[status]++;
		count.outcome[ANSWERED]--;
	}
	finish(c, ANSWERED);
	if (closing || opt.renew)
		hang_up(c);
	return true;
}

static void
read_answer(struct client *c)
{
	ssize_t n;

	while (c->fd >= 0 && c->asking) {
		n = recv(c->fd, c->answer + c->got, ANSWER_MAX - c->got, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			hang_up(c);
			finish(c, LOST);
			return;
		}
		c->got += (size_t)n;
		if (!take_answer(c) && c->got == ANSWER_MAX) {
			hang_up(c);
			finish(c, MALFORMED);
		}
	}
}

static void
attend(struct client *c, uint32_t events)
{
	char byte;

	if (c->fd < 0)
		return;
	if ((events & (EPOLLOUT | EPOLLERR)) != 0)
		c->connecting = false;
	if (!c->asking) {
		/* Between two requests: has the server closed? */
		if (recv(c->fd, &byte, 1, MSG_PEEK) >= 0 || errno != EAGAIN)
			hang_up(c);
		return;
	}
	if (!c->connecting)
		write_request(c);
	read_answer(c);
}

static void
on_term(int signal)
{
	told_to_end = signal;
}

/* --- all of them ---------------------------------------------------------- */

/* Whether one more request is due. */
static bool
is_due(void)
{
	double elapsed = (double)(now_us() - start_us) / 1e6;

	if (count.begun >= opt.requests || elapsed >= opt.seconds ||
	    told_to_end)
		return false;
	return opt.rate == 0 || (double)count.begun < elapsed * opt.rate;
}

static void
give_up_waiting(struct client *all)
{
	int64_t now = now_us();

	for (int i = 0; i < opt.connections; i++)
		if (all[i].asking && now - all[i].began_us > opt.wait_us) {
			hang_up(&all[i]);
			finish(&all[i], SILENT);
		}
}

static bool
is_over(void)
{
	if (count.ended < count.begun)
		return false;
	return count.begun >= opt.requests || told_to_end ||
	       (double)(now_us() - start_us) / 1e6 >= opt.seconds;
}

static void
run(struct client *all)
{
	struct epoll_event ev[256];
	int64_t swept_us = start_us;
	int wait_ms = opt.rate > 0 ? 1 : TURN_MS;
	int next = 0;

	while (!is_over()) {
		for (int i = 0; i < opt.connections && is_due(); i++) {
			if (!all[next].asking)
				ask(&all[next]);
			next = (next + 1) % opt.connections;
		}
		int n = epoll_wait(epoll_fd, ev, 256, wait_ms);

		for (int i = 0; i < n; i++) {
			struct client *c = ev[i].data.ptr;

			attend(c, ev[i].events);
			if (!c->asking && is_due())
				ask(c);
		}
		if (now_us() - swept_us > 100000) {
			give_up_waiting(all);
			swept_us = now_us();
		}
	}
}

static struct sockaddr_in
address_of(char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	char *colon = strchr(text, ':');

	if (colon != NULL) {
		a.sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10));
		*colon = '\0';
	}
	if (inet_pton(AF_INET, text, &a.sin_addr) != 1) {
		fprintf(stderr, "%s is not an address\n", text);
		exit(1);
	}
	return a;
}

static void
make_request(const char *path, char **headers, int n)
{
	FILE *f = fmemopen(opt.request, sizeof(opt.request), "w");

	fprintf(f, "GET %s HTTP/1.1\r\nHost: localhost\r\n", path);
	if (opt.renew)
		fprintf(f, "Connection: close\r\n");
	for (int i = 0; i < n; i++)
		fprintf(f, "%s\r\n", headers[i]);
	fprintf(f, "\r\n");
	opt.request_n = (size_t)ftell(f);
	fclose(f);
}

int
main(int argc, char **argv)
{
	char *headers[HEADERS_MAX];
	struct client *all;
	int n = 0, o;

	while ((o = getopt(argc, argv, "c:n:d:r:Nb:w:H:")) != -1)
		switch (o) {
		case 'c':
			opt.connections = (int)strtol(optarg, NULL, 10);
			break;
		case 'n':
			opt.requests = strtoll(optarg, NULL, 10);
			break;
		case 'd':
			opt.seconds = strtod(optarg, NULL);
			break;
		case 'r':
			opt.rate = strtod(optarg, NULL);
			break;
		case 'N':
			opt.renew = true;
			break;
		case 'b':
			opt.from = address_of(optarg);
			break;
		case 'w':
			opt.wait_us = (int64_t)(strtod(optarg, NULL) * 1e6);
			break;
		case 'H':
			if (n < HEADERS_MAX)
				headers[n++] = optarg;
			break;
		default:
			return 1;
		}
	if (argc - optind != 2) {
		fprintf(stderr, "usage: client [options] address:port path\n");
		return 1;
	}
	opt.to = address_of(argv[optind]);
	make_request(argv[optind + 1], headers, n);
	all = calloc((size_t)opt.connections, sizeof(*all));
	for (int i = 0; i < opt.connections; i++) {
		all[i].fd = -1;
		all[i].answer = malloc(ANSWER_MAX + 1);
	}
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	signal(SIGTERM, on_term);
	start_us = now_us();
	run(all);
	report();
	return 0;
}
