#ifndef HTTP_HTTP_IMPL_H
#define HTTP_HTTP_IMPL_H

/* What the files of this room share: the server, and the request that a
 * connection is busy with. */

#include "base/list.h"
#include "base/log.h"
#include "config/conf.h"
#include "http/conn.h"
#include "http/h1.h"
#include "http/http.h"
#include "http/router.h"
#include "http/tls.h"
#include "proc/listen_fd.h"

#define HTTP_LOG_WORDS	    8
#define HTTP_QUERY_MAX	    8
#define HTTP_LISTENERS_MAX  1024
#define HTTP_REQUEST_ID_MAX 64

enum body_end { BODY_MORE, BODY_COMPLETE, BODY_FAILED };

struct http_req {
	/* Cleared for each request. */
	struct conn *conn;
	const char *base; /* the bytes that h1 speaks of */
	enum http_method method;
	struct str path;
	struct str peer;
	struct router_match match;
	unsigned label; /* of the route, in metrics */
	const struct who *who;
	struct fiber *fiber;
	void (*work)(void *arg); /* of the fiber */
	void *work_arg;
	bool begun;  /* the head was complete, or refused */
	bool active; /* a fiber or a caller up the stack works on it */
	bool body_begun;
	bool streamed; /* the handler takes the body */
	bool guarded;
	bool gone;
	bool replied;
	bool sending; /* its fiber waits for the client to take the answer */
	bool has_cache_control;
	int status;
	size_t body_sent;
	struct sse *sse;
	int64_t began_us;
	size_t body_max;
	uint64_t body_left;  /* of Content-Length */
	uint64_t body_total; /* of a chunked body, so far */
	enum body_end body_end;
	int body_status; /* of the refusal */
	const char *body_reason;
	struct h1_chunked chunked;
	struct str body;
	size_t id_n;
	size_t log_n;
	size_t asked_n;
	/* Kept. */
	struct http_server *srv;
	struct list link;
	struct arena *arena;
	struct buf body_buf;
	struct buf out;
	struct buf headers;
	char id[HTTP_REQUEST_ID_MAX];
	struct log_field log[HTTP_LOG_WORDS];
	const char *asked[HTTP_QUERY_MAX]; /* names of the query's parameters */
	struct h1 h1;
};

struct listener {
	struct http_server *srv;
	struct event *ev;
	bool tls;
	bool proxy;
};

struct peers; /* networks of trusted proxies */

struct http_server {
	struct loop *loop;
	const struct conf *conf;
	const struct http_app *app;
	struct router *router;
	struct peers *trusted;
	struct tls *tls; /* NULL: no listener speaks it */
	struct h1_limits limits;
	struct listener listeners[HTTP_LISTENERS_MAX];
	size_t listeners_n;
	struct timer back_off; /* of accepting */
	bool paused;
	bool full; /* when it was last looked at */
	struct list in_state[CONN_STATE_COUNT];
	int64_t timeout_us[CONN_STATE_COUNT]; /* 0: no deadline */
	struct timer sweep;
	int64_t sweep_us; /* when it fires; INT64_MAX: it does not */
	unsigned conns_n;
	struct map *per_address; /* how many of them, by conn.peer_key */
	uint64_t requests_n;	 /* answered */
	struct list again;
	bool again_due;
	bool reap_due;
	bool draining;
	bool aborted; /* it was we who hung up */
	struct timer drain_limit;
	void (*drained)(void *arg);
	void *drained_arg;
	struct list idle_reqs;
	struct list busy_reqs; /* begun, the oldest first */
	unsigned idle_reqs_n;
	struct buf idle_bufs[64];
	unsigned idle_bufs_n;
	struct buf head;       /* of the answer that is being written */
	struct buf event;      /* of a stream */
	struct buf date;       /* "Date: ...\r\n" */
	int64_t date_until_us; /* of the loop's time, when its second ends */
	char *scratch;	       /* CONN_BUF_KEEP bytes, for one read */
};

/* --- server.c, accept.c -------------------------------------------------- */

/* A deadline was set. */
void server_due(struct http_server *s, int64_t due_us);
/* A connection was disposed of. */
void server_reap(struct http_server *s);
void server_again(struct http_server *s);
void accept_watch(struct http_server *s, bool on);
void accept_fini(struct http_server *s);
void accept_back_off_over(void *arg);
/* false: its address has as many connections as it may. */
bool accept_count(struct conn *c);
void accept_uncount(struct conn *c);
/* Tell who was denied a place, unless he expects TLS. */
void accept_refuse(int fd, bool tls);

/* --- hello.c ------------------------------------------------------------- */

/* Bytes came before HTTP began: true when that has begun now. */
bool hello_read(struct conn *c);
/* More can be written. */
void hello_writable(struct conn *c);
/* They did not come in time. */
void hello_expire(struct conn *c);

/* --- exchange.c, body.c -------------------------------------------------- */

struct http_req *exchange_new(struct conn *c);
/* The head is complete: answer, or begin what leads to an answer. */
void exchange_begin(struct http_req *req);
/* The head was refused. */
void exchange_refuse(struct http_req *req, int status, const char *reason);
/* More of the body is there, or body_end says why not. */
void exchange_body(struct http_req *req);
/* The client is gone. */
void exchange_abandon(struct http_req *req);
void exchange_free(struct http_req **req);

bool body_is_expected(const struct http_req *req);
/* Take the body from what has been read. */
void body_begin(struct http_req *req);
/* Take what was read ahead of it. */
void body_take_ahead(struct http_req *req);
/* Read more of it; -1 when the client has gone. */
int body_read(struct http_req *req);
void body_fail(struct http_req *req, int status, const char *reason);
/* What is said of one with more than body_max bytes. */
const char *body_too_large(struct http_req *req);

/* --- reply.c, cors.c, access.c, observe.c, peer.c, sse.c ----------------- */

void reply_refuse(struct http_req *req, int status, const char *message);
/* Status line and headers of an answer into srv->head; framing is the header
 * that says how long the body is, or "". */
void reply_head(struct http_req *req, int status, const char *content_type,
    const char *framing);
/* Send srv->head with up to HTTP_PARTS_MAX parts behind it, and forget it and
 * the first of them; the others must hold nothing that is secret. */
void reply_send(struct http_req *req, const struct str *part, size_t n);
/* 1 go on, 0 answered: Host or Origin is not ours, or a preflight. */
int cors_check(struct http_req *req);
/* Host is this machine, as its own browsers call it. */
bool cors_is_loopback(const struct http_req *req);
void access_log(const struct http_req *req, int64_t duration_us);
void observe_labels(const struct http_route *routes);
void observe_request(const struct http_req *req, int64_t duration_us);
/* Which request is under way for longest: say so on the board. */
void observe_oldest(const struct http_server *s);
void observe_in_flight(int delta);
enum proxy_refusal { PROXY_UNTRUSTED, PROXY_MALFORMED, PROXY_LATE };
/* The end of a handshake, in the order of the metric's labels. */
enum handshake_outcome {
	HANDSHAKE_FULL,
	HANDSHAKE_RESUMED,
	HANDSHAKE_FAILED,
	HANDSHAKE_PLAIN,
	HANDSHAKE_LATE,
};
void observe_handshake(const struct conn *c, enum handshake_outcome outcome);
/* For want of a good PROXY header. */
void observe_proxy_refusal(enum proxy_refusal why);
void observe_accept(const struct http_server *s);
void observe_connections(const struct http_server *s);
#define OBSERVE_UNMATCHED 0
#define OBSERVE_INVALID	  1
#define OBSERVE_ROUTES	  2 /* the label of the first */

struct peers *peers_new(const struct conf_list *list);
void peers_free(struct peers **p);
/* Text of the address, and whether it is among them. */
bool peers_name(const struct peers *p, const struct sockaddr_storage *addr,
    char out[INET6_ADDRSTRLEN]);
/* As http_peer_key(), of an address as text. */
bool peers_key(struct str text, unsigned char out[16]);
/* Step from *peer, which is one of them, through the list from its end, to the
 * first address that is not.  true when all are, so that an earlier header may
 * be believed as well. */
bool peers_forwarded(const struct peers *p, struct str list, struct str *peer);

void sse_lost(struct sse *s);
void sse_end(struct sse *s);
/* Nothing waits for its client any more. */
void sse_room(struct sse *s);
/* Time for a sign of life. */
void sse_beat(struct sse *s);
/* Its handler is still sending. */
bool sse_is_attached(const struct sse *s);
/* The handler has returned. */
void sse_handler_done(struct sse *s);

#endif
