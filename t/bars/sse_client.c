/* Clients of one stream of server-sent events: each comes again at once when
 * its stream ends, from where it was, and keeps account of what it gets.
 *
 * Usage: sse_client [-n streams] [-e events] [-d seconds]
 *     address:port path token
 *
 * -e end when every stream has had so many events; -d: or when so long has
 *    passed
 *
 * Events whose data holds "t <microseconds>", the wall clock when they were
 * published, are measured.  Prints "ready" when every stream has begun, and at
 * the end "name value" lines: streams, complete (that had all events), events,
 * gaps and repeats (ids that do not follow each other), connections, refused
 * (answers other than 200), live (events published while their stream was
 * open), replayed (the others), and of the time from publication to receipt of
 * the live ones p50_us, p99_us and max_us. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EVENT_MAX (64 * 1024)
#define READ_MAX  16384

struct stream {
	int fd;	   /* -1: to be connected */
	bool open; /* answered with 200 */
	int64_t opened_us;
	long long last; /* id; -1: none yet */
	int64_t events;
	/* Of the present connection: what is being read. */
	size_t chunk; /* bytes left of it */
	char line[512];
	size_t line_n;
	bool in_head;
	/* Of the present event. */
	long long id;
	char name[32];
	int64_t stamp_us;
};

static struct {
	int streams;
	int64_t events; /* INT64_MAX: until time is up */
	double seconds;
	struct sockaddr_in to;
	const char *path, *token;
} opt = { .streams = 1, .events = INT64_MAX, .seconds = 3600 };

static int ep;
static struct stream *streams;
static int64_t gaps, repeats, connections, refused, replayed;
static int begun, complete;
static int64_t *lag;
static size_t lag_n, lag_cap;

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
drop(struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->open = false;
}

static void
come(struct stream *s)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = s };
	char head[1024], last[64] = "";
	int n;

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 ||
	    connect(s->fd, (struct sockaddr *)&opt.to, sizeof(opt.to)) < 0) {
		drop(s);
		return;
	}
	if (s->last >= 0)
		snprintf(
		    last, sizeof(last), "Last-Event-ID: %lld\r\n", s->last);
	n = snprintf(head, sizeof(head),
	    "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
	    "%s\r\n",
	    opt.path, opt.token, last);
	if (write(s->fd, head, (size_t)n) != n) {
		drop(s);
		return;
	}
	fcntl(s->fd, F_SETFL, O_NONBLOCK);
	epoll_ctl(ep, EPOLL_CTL_ADD, s->fd, &ev);
	s->in_head = true;
	s->line_n = s->chunk = 0;
	s->id = -1;
	s->name[0] = '\0';
	s->stamp_us = 0;
	connections++;
}

static void
measure(struct stream *s)
{
	if (s->stamp_us == 0)
		return;
	if (s->stamp_us < s->opened_us) {
		replayed++;
		return;
	}
	if (lag_n == lag_cap) {
		lag_cap = lag_cap != 0 ? lag_cap * 2 : 4096;
		lag = realloc(lag, lag_cap * sizeof(*lag));
		if (lag == NULL)
			abort();
	}
	lag[lag_n++] = now_us() - s->stamp_us;
}

static void
on_event(struct stream *s)
{
	if (strcmp(s->name, "connection") == 0) {
		s->opened_us = now_us();
		begun += s->last < 0;
	} else if (s->id >= 0) {
		gaps += s->last >= 0 && s->id > s->last + 1;
		repeats += s->id <= s->last;
		s->events++;
		complete += s->events == opt.events;
		measure(s);
	}
	if (s->id >= 0)
		s->last = s->id;
	s->id = -1;
	s->name[0] = '\0';
	s->stamp_us = 0;
}

static void
on_line(struct stream *s)
{
	const char *stamp;

	s->line[s->line_n] = '\0';
	if (s->line_n == 0) {
		if (s->id >= 0 || s->name[0] != '\0')
			on_event(s);
	} else if (strncmp(s->line, "id: ", 4) == 0) {
		s->id = strtoll(s->line + 4, NULL, 10);
	} else if (strncmp(s->line, "event: ", 7) == 0) {
		snprintf(s->name, sizeof(s->name), "%s", s->line + 7);
	} else if (strncmp(s->line, "data: ", 6) == 0) {
		stamp = strstr(s->line, "\"t ");
		if (stamp != NULL)
			s->stamp_us = strtoll(stamp + 3, NULL, 10);
	}
	s->line_n = 0;
}

/* Of the head: true at its end. */
static bool
take_head(struct stream *s, char c)
{
	if (c != '\n') {
		if (c != '\r' && s->line_n < sizeof(s->line) - 1)
			s->line[s->line_n++] = c;
		return false;
	}
	s->line[s->line_n] = '\0';
	if (strncmp(s->line, "HTTP/1.1 ", 9) == 0) {
		s->open = strncmp(s->line + 9, "200", 3) == 0;
		refused += !s->open;
	}
	c = s->line_n == 0 ? '!' : ' ';
	s->line_n = 0;
	return c == '!';
}

/* The size of the next chunk is read into the line. */
static void
take_size(struct stream *s, char c)
{
	if (c != '\n') {
		if (c != '\r' && s->line_n < sizeof(s->line) - 1)
			s->line[s->line_n++] = c;
		return;
	}
	s->line[s->line_n] = '\0';
	if (s->line_n > 0)
		s->chunk = strtoul(s->line, NULL, 16);
	s->line_n = 0;
}

static void
take(struct stream *s, char c)
{
	if (s->in_head) {
		s->in_head = !take_head(s, c);
	} else if (s->chunk == 0) {
		take_size(s, c);
	} else {
		s->chunk--;
		if (c == '\n')
			on_line(s);
		else if (s->line_n < sizeof(s->line) - 1)
			s->line[s->line_n++] = c;
	}
}

static void
read_stream(struct stream *s)
{
	char bytes[READ_MAX];
	ssize_t n = read(s->fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	for (ssize_t i = 0; i < n; i++)
		take(s, bytes[i]);
	/* The last chunk ends a stream, but not always the connection. */
	if (n <= 0 || (!s->in_head && !s->open) ||
	    (n >= 5 && memcmp(bytes + n - 5, "0\r\n\r\n", 5) == 0))
		drop(s);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
report(void)
{
	int64_t events = 0;

	for (int i = 0; i < opt.streams; i++)
		events += streams[i].events;
	qsort(lag, lag_n, sizeof(*lag), by_size);
	printf("streams %d\ncomplete %d\nevents %lld\ngaps %lld\nrepeats %lld\n"
	       "connections %lld\nrefused %lld\nlive %zu\nreplayed %lld\n",
	    opt.streams, complete, (long long)events, (long long)gaps,
	    (long long)repeats, (long long)connections, (long long)refused,
	    lag_n, (long long)replayed);
	if (lag_n > 0)
		printf("p50_us %lld\np99_us %lld\nmax_us %lld\n",
		    (long long)lag[lag_n / 2], (long long)lag[lag_n * 99 / 100],
		    (long long)lag[lag_n - 1]);
}

static void
run(void)
{
	int64_t until_us = now_us() + (int64_t)(opt.seconds * 1e6);
	struct epoll_event ev[256];
	bool told = false;
	int n;

	while (complete < opt.streams && now_us() < until_us) {
		for (int i = 0, tries = 0; i < opt.streams && tries < 64; i++) {
			if (streams[i].fd < 0) {
				come(&streams[i]);
				tries++;
			}
		}
		n = epoll_wait(ep, ev, 256, begun < opt.streams ? 1 : 20);
		for (int i = 0; i < n; i++)
			read_stream(ev[i].data.ptr);
		if (!told && begun == opt.streams) {
			told = true;
			printf("ready\n");
			fflush(stdout);
		}
	}
}

static int
usage(void)
{
	fprintf(stderr,
	    "usage: sse_client [-n streams] [-e events] [-d seconds] "
	    "address:port path token\n");
	return 2;
}

static bool
read_place(char *text)
{
	char *colon = strrchr(text, ':');

	if (colon == NULL)
		return false;
	*colon = '\0';
	opt.to.sin_family = AF_INET;
	opt.to.sin_port = htons((uint16_t)atoi(colon + 1));
	return inet_pton(AF_INET, text, &opt.to.sin_addr) == 1;
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:e:d:")) != -1) {
		if (c == 'n')
			opt.streams = atoi(optarg);
		else if (c == 'e')
			opt.events = atoll(optarg);
		else if (c == 'd')
			opt.seconds = atof(optarg);
		else
			return usage();
	}
	if (argc - optind != 3 || opt.streams < 1 || !read_place(argv[optind]))
		return usage();
	opt.path = argv[optind + 1];
	opt.token = argv[optind + 2];
	ep = epoll_create1(EPOLL_CLOEXEC);
	streams = calloc((size_t)opt.streams, sizeof(*streams));
	if (ep < 0 || streams == NULL)
		return 1;
	for (int i = 0; i < opt.streams; i++) {
		streams[i].fd = -1;
		streams[i].last = -1;
	}
	run();
	report();
	return 0;
}
