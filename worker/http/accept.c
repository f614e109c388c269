/* The edge: taking connections, and not taking them when there are too many
 * or descriptors have run out. */

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/map.h"
#include "http/http_impl.h"
#include "shm/limits.h"
#include "shm/metrics.h"

#define ACCEPTS_A_TURN 64
#define BACK_OFF_MS    100

static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\n"
			   "Content-Length: 0\r\n"
			   "Retry-After: 1\r\n"
			   "Connection: close\r\n\r\n";
static const char too_many[] = "HTTP/1.1 429 Too Many Requests\r\n"
			       "Content-Length: 0\r\n"
			       "Retry-After: 1\r\n"
			       "Connection: close\r\n\r\n";

void
accept_watch(struct http_server *s, bool on)
{
	for (size_t i = 0; i < s->listeners_n; i++)
		CHECK((on ? event_add(s->listeners[i].ev, NULL)
			  : event_del(s->listeners[i].ev)) == 0);
}

void
accept_back_off_over(void *arg)
{
	struct http_server *s = arg;

	s->paused = false;
	if (!s->draining)
		accept_watch(s, true);
}

static void
back_off(struct http_server *s, int error)
{
	log_msg(LOG_WARN, "http", "taking no connections for %d ms: %s",
	    BACK_OFF_MS, strerror(error));
	s->paused = true;
	accept_watch(s, false);
	timer_arm_ms(&s->back_off, BACK_OFF_MS);
}

/* Whoever is silent longest makes room. */
static bool
close_idle(struct http_server *s)
{
	struct list *idle = &s->in_state[CONN_IDLE];

	if (list_empty(idle))
		return false;
	conn_hang_up(list_item(idle->next, struct conn, link));
	return true;
}

static void
say(int fd, const char *answer)
{
	if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) > 0)
		shutdown(fd, SHUT_WR);
}

static struct str
key_of(const struct conn *c)
{
	return str_make((const char *)c->peer_key, sizeof(c->peer_key));
}

static uintptr_t
count_of(const struct conn *c)
{
	return (uintptr_t)map_get(c->srv->per_address, key_of(c));
}

bool
accept_count(struct conn *c)
{
	int64_t max = c->srv->conf->max_connections_per_address;
	uintptr_t n;

	if (max == 0 || c->peer_trusted || !c->has_peer_key)
		return true;
	n = count_of(c);
	if (n >= (uintptr_t)max)
		return false;
	map_put(c->srv->per_address, key_of(c), (void *)(n + 1));
	c->counted = true;
	return true;
}

void
accept_uncount(struct conn *c)
{
	uintptr_t n;

	if (!c->counted)
		return;
	n = count_of(c);
	CHECK(n > 0);
	if (n == 1)
		map_del(c->srv->per_address, key_of(c));
	else
		map_put(c->srv->per_address, key_of(c), (void *)(n - 1));
}

void
accept_refuse(int fd, bool tls)
{
	metric_add(M_rate_limited_total, LIMIT_CONNECTIONS, 0, 1);
	if (!tls)
		say(fd, too_many);
}

static void
take(const struct listener *l, int fd, const struct sockaddr_storage *peer)
{
	struct http_server *s = l->srv;

	if ((int64_t)s->conns_n >= s->conf->max_connections && !close_idle(s)) {
		if (!l->tls)
			say(fd, busy);
		close(fd);
	} else if (conn_new(l, fd, peer) == NULL) {
		accept_refuse(fd, l->tls);
		close(fd);
	}
}

/* When all places are taken: whoever has left them may be known only at the
 * end of this turn, so that nobody is refused before the next. */
static bool
is_suddenly_full(struct http_server *s)
{
	bool was_full = s->full;

	s->full = (int64_t)s->conns_n >= s->conf->max_connections &&
		  list_empty(&s->in_state[CONN_IDLE]);
	return s->full && !was_full;
}

static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

static void
on_acceptable(evutil_socket_t fd, UNUSED short what, void *arg)
{
	struct listener *l = arg;
	struct sockaddr_storage peer;
	socklen_t n;
	int got;

	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		if (is_suddenly_full(l->srv))
			return;
		n = sizeof(peer);
		got = accept4(fd, (struct sockaddr *)&peer, &n,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (got >= 0) {
			take(l, got, &peer);
			continue;
		}
		if (is_shortage(errno)) {
			back_off(l->srv, errno);
			close_idle(l->srv);
		}
		/* Anything else concerns that one connection, or no one. */
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

int
http_server_listen(
    struct http_server *s, const struct listen_fd *from, struct err *e)
{
	struct listener *l = &s->listeners[s->listeners_n];
	int fd = from->fd, on = 1;

	if (s->listeners_n == HTTP_LISTENERS_MAX)
		return err_set(e, ERR_CONFIG, "more than %d listening sockets",
		    HTTP_LISTENERS_MAX);
	if (from->tls && s->tls == NULL) {
		s->tls = tls_new(s->conf, s->app->tls_secret, e);
		if (s->tls == NULL)
			return -1;
	}
	if (evutil_make_socket_nonblocking(fd) < 0)
		return err_sys(e, ERR_IO, "listening socket %d", fd);
	/* Inherited by what is accepted; a local socket has no such option. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	l->srv = s;
	l->tls = from->tls;
	l->proxy = from->proxy;
	l->ev = event_new(
	    loop_base(s->loop), fd, EV_READ | EV_PERSIST, on_acceptable, l);
	CHECK(l->ev != NULL);
	s->listeners_n++;
	if (!s->paused && !s->draining)
		CHECK(event_add(l->ev, NULL) == 0);
	return 0;
}

void
accept_fini(struct http_server *s)
{
	for (size_t i = 0; i < s->listeners_n; i++)
		event_free(s->listeners[i].ev);
	s->listeners_n = 0;
}
