#ifndef HTTP_CONN_H
#define HTTP_CONN_H

/* A connection: its states, and its bytes in and out. */

#include <event2/event_struct.h>
#include <netinet/in.h>
#include <sys/uio.h>

#include "base/buf.h"
#include "base/list.h"

struct http_req;
struct http_server;
struct listener;
struct sse;
struct ssl_st;

#define CONN_BUF_BYTES	    4096	/* a fresh read buffer */
#define CONN_BUF_KEEP	    (64 * 1024) /* larger ones are not kept for reuse */
#define CONN_AHEAD_BYTES    16384	/* read while a request is under way */
#define CONN_PROGRESS_BYTES 4096	/* that much renews a deadline */

enum conn_state {
#define CONN(name) CONN_##name,
#include "http/conn_states.def"
#undef CONN
	CONN_STATE_COUNT
};

struct conn {
	struct list link;  /* among those of its state, by deadline */
	struct list again; /* has further requests in its buffer */
	struct http_server *srv;
	enum conn_state state;
	int fd; /* -1: gone */
	int64_t due_us;
	size_t moved;	    /* bytes since the deadline was renewed */
	int64_t stalled_us; /* since when output waits; 0: none does */
	struct event read_ev;
	struct event *write_ev;
	bool reading;
	bool close_after; /* this answer is the last */
	bool unread;	  /* the client may be sending what nobody reads */
	bool processing;
	bool awaits_proxy;  /* its header has not been read */
	bool awaits_tls;    /* its handshake is not over */
	struct ssl_st *tls; /* NULL: the bytes are as they come */
	struct buf in; /* fixed while a request is under way: it points here */
	size_t in_at;
	struct buf next; /* came after it */
	struct buf out;
	size_t out_at;
	int64_t requests;
	struct http_req *req;
	struct sse *sse;
	bool peer_trusted;
	bool has_peer_key;
	bool counted; /* among those of its address */
	unsigned char peer_key[16];
	char peer[INET6_ADDRSTRLEN];
};

/* NULL: its address has too many already; fd stays the caller's. */
struct conn *conn_new(
    const struct listener *l, int fd, const struct sockaddr_storage *peer);
/* The only place where a state changes. */
void conn_move(struct conn *c, enum conn_state to);
/* Renew the deadline of its state after enough bytes. */
void conn_progress(struct conn *c, size_t n);
/* Go on with the requests in its buffer, when a turn was not enough. */
void conn_process_again(struct conn *c);
/* The answer is written: the next request, idleness, or the end. */
void conn_answered(struct conn *c);
/* The handler is done with the request; write the rest or go on. */
void conn_settle(struct conn *c);
/* Close when the client has read what was written. */
void conn_close_gently(struct conn *c);
/* Close now; whoever works for this client is told. */
void conn_hang_up(struct conn *c);
/* To be freed at the end of the turn. */
void conn_dispose(struct conn *c);
/* Free those that were disposed of, and have no handler left. */
void conn_reap(struct http_server *s);
/* Its deadline has passed. */
void conn_expire(struct conn *c);

void conn_watch_reads(struct conn *c, bool on);
/* Be told when bytes can be written. */
void conn_watch_writes(struct conn *c);
/* What TLS has read from the socket already would not be told of. */
void conn_look_again(struct conn *c);
/* Bytes, or 0 for none yet, or -1 when the client has gone. */
ssize_t conn_recv(struct conn *c, void *p, size_t n);
/* Write what goes at once and keep the rest. */
void conn_send(struct conn *c, struct iovec *iov, int n);
void conn_send_str(struct conn *c, struct str s);
size_t conn_pending(const struct conn *c);
void conn_take_buf(struct conn *c, struct buf *b);
void conn_put_buf(struct conn *c, struct buf *b);

#endif
