/* What comes before HTTP on a connection. */

#include <errno.h>
#include <sys/socket.h>

#include "http/http_impl.h"
#include "http/proxy.h"

static void
refuse_proxy(struct conn *c, enum proxy_refusal why, const char *reason)
{
	log_msg(LOG_WARN, "http", "connection from %s closed: PROXY header: %s",
	    c->peer, reason);
	observe_proxy_refusal(why);
	conn_hang_up(c);
}

/* From now on this is the client's connection. */
static void
take_client(struct conn *c, const struct proxy_header *h)
{
	if (h->client.ss_family == AF_UNSPEC)
		return;
	c->peer_trusted = peers_name(c->srv->trusted, &h->client, c->peer);
	c->has_peer_key = peers_key(str_of(c->peer), c->peer_key);
	if (!accept_count(c)) {
		accept_refuse(c->fd);
		conn_hang_up(c);
	}
}

/* Take from the socket what belongs to the header and no more. */
static void
read_proxy(struct conn *c)
{
	struct proxy_header h;
	ssize_t n, own;
	char *at;
	int rc;

	if (!c->peer_trusted) {
		refuse_proxy(c, PROXY_UNTRUSTED,
		    "the peer is not among http.trusted_proxies");
		return;
	}
	if (c->in.cap == 0)
		conn_take_buf(c, &c->in);
	at = buf_reserve(&c->in, PROXY_HEADER_MAX);
	n = recv(c->fd, at, PROXY_HEADER_MAX - c->in.n, MSG_PEEK);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_hang_up(c);
		return;
	}
	rc = proxy_parse(c->in.p, c->in.n + (size_t)n, &h);
	own = rc > 0 ? (ssize_t)(h.n - c->in.n) : n;
	if (rc < 0) {
		refuse_proxy(c, PROXY_MALFORMED, h.reason);
	} else if (recv(c->fd, at, (size_t)own, 0) != own) {
		conn_hang_up(c);
	} else if (rc == 0) {
		c->in.n += (size_t)own;
	} else {
		conn_put_buf(c, &c->in);
		c->awaits_proxy = false;
		take_client(c, &h);
	}
}

bool
hello_read(struct conn *c)
{
	if (!c->awaits_proxy)
		return true;
	if (c->state == CONN_OPEN)
		conn_move(c, CONN_HELLO);
	read_proxy(c);
	if (c->awaits_proxy || c->state == CONN_CLOSED)
		return false;
	conn_move(c, CONN_OPEN);
	return true;
}

void
hello_expire(struct conn *c)
{
	refuse_proxy(c, PROXY_LATE, "it did not arrive in time");
}
