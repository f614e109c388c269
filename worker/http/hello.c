/* What comes before HTTP on a connection. */

#include <errno.h>
#include <sys/socket.h>

#include "base/check.h"
#include "http/http_impl.h"
#include "http/proxy.h"

/* --- the PROXY protocol --------------------------------------------------- */

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
		accept_refuse(c->fd, c->awaits_tls);
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

/* --- TLS ------------------------------------------------------------------ */

static void
refuse_tls(struct conn *c, enum handshake_outcome outcome, const char *reason)
{
	log_msg(LOG_INFO, "http", "connection from %s closed: TLS: %s", c->peer,
	    reason);
	observe_handshake(c, outcome);
	/* Why, stands in an alert, which it is to read. */
	c->unread = true;
	conn_close_gently(c);
}

/* Whoever takes a port of TLS for one without reads why he gets nothing. */
static void
answer_plainly(struct conn *c)
{
	static const char answer[] =
	    "HTTP/1.1 400 Bad Request\r\n"
	    "Content-Type: application/json\r\n"
	    "Connection: close\r\n\r\n"
	    "{\"error\":{\"code\":\"INVALID\","
	    "\"message\":\"this port wants https://\"}}\n";

	observe_handshake(c, HANDSHAKE_PLAIN);
	tls_end(&c->tls);
	c->unread = true;
	if (send(c->fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) < 0)
		conn_hang_up(c);
	else
		conn_close_gently(c);
}

static void
shake_hands(struct conn *c)
{
	const char *why = "";

	if (c->tls == NULL)
		c->tls = tls_accept(c->srv->tls, c->fd);
	switch (tls_handshake(c->tls, &why)) {
	case TLS_DONE:
		c->awaits_tls = false;
		observe_handshake(c, tls_was_resumed(c->tls) ? HANDSHAKE_RESUMED
							     : HANDSHAKE_FULL);
		break;
	case TLS_WANTS_READ:
		break;
	case TLS_WANTS_WRITE:
		conn_watch_reads(c, false);
		conn_watch_writes(c);
		break;
	case TLS_PLAIN:
		answer_plainly(c);
		break;
	case TLS_FAILED:
		refuse_tls(c, HANDSHAKE_FAILED, why);
		break;
	}
}

/* The handshake had more to say than the socket took. */
void
hello_writable(struct conn *c)
{
	CHECK(event_del(c->write_ev) == 0);
	conn_watch_reads(c, true);
	event_active(&c->read_ev, EV_READ, 1);
}

/* --- one after the other ---------------------------------------------------
 */

bool
hello_read(struct conn *c)
{
	if (!c->awaits_proxy && !c->awaits_tls)
		return true;
	if (c->state == CONN_OPEN)
		conn_move(c, CONN_HELLO);
	if (c->awaits_proxy)
		read_proxy(c);
	if (c->awaits_tls && !c->awaits_proxy && c->state == CONN_HELLO)
		shake_hands(c);
	if (c->awaits_proxy || c->awaits_tls || c->state != CONN_HELLO)
		return false;
	conn_move(c, CONN_OPEN);
	return true;
}

void
hello_expire(struct conn *c)
{
	if (c->awaits_proxy)
		refuse_proxy(c, PROXY_LATE, "it did not arrive in time");
	else
		refuse_tls(
		    c, HANDSHAKE_LATE, "the handshake did not end in time");
}
