#ifndef MCP_JSONRPC_H
#define MCP_JSONRPC_H

/* One JSON-RPC message under way, and the writing of its answer. */

#include "base/arena.h"
#include "base/err.h"
#include "base/buf.h"
#include "mcp/era.h"

struct app;
struct http_req;
struct http_tail;
struct mcp;
struct mcp_port;
struct mcp_session;
struct who;

enum rpc_kind {
	RPC_DONE,    /* answered already: it could not be served */
	RPC_REQUEST, /* method and params are set */
	RPC_NOTE,    /* a notification, method not among ours */
	RPC_ANSWER,  /* to a request of ours */
	RPC_BATCH,   /* an array of messages, each to be read by itself */
};

struct rpc {
	const struct app *app;
	struct mcp *mcp;
	const struct who *who;
	struct http_req *http; /* NULL on stdio */
	struct arena *arena;
	struct buf *out;	      /* the answer's body */
	bool alone;		      /* it is all of an HTTP answer */
	const struct http_tail *tail; /* what ends it then; NULL: nothing */

	/* Where side messages go; NULL: nowhere. */
	const struct mcp_port *port;
	void *port_arg;
	struct mcp_session *session; /* NULL: none */

	struct str text;      /* of the message */
	const cJSON *message; /* parsed */
	struct str id;	      /* raw JSON; "null" when it could not be read */
	enum mcp_era era;
	enum mcp_method method;
	const cJSON *params; /* object or NULL */
	const cJSON *meta;   /* params._meta, object or NULL */
	uint32_t client;     /* what it can do: bits of mcp/client.h */

	int status;	     /* HTTP status of the answer */
	int code;	     /* JSON-RPC code of an error answer, else 0 */
	enum err_code cause; /* of one by rpc_error_err() */
	bool silent;	     /* nothing is to be answered */
	bool withdrawn;	     /* by notifications/cancelled */
	bool kept;	     /* the answer's stream goes on without us */
};

/* Parse and judge the message; headers are those of in, whose message is
 * filled in. */
NODISCARD enum rpc_kind rpc_read(
    struct rpc *r, struct str text, struct era_input *in);

/* What each answer begins with, before its id. */
#define RPC_OPENING "{\"jsonrpc\":\"2.0\",\"id\":"
/* Begin an answer and end it; between them members of the result are appended
 * to r->out as text, at least one: "a":1,"b":2. */
void rpc_result(struct rpc *r);
void rpc_result_end(struct rpc *r);
/* A whole answer, of which the tail, from behind the id on, was prepared; when
 * r->alone. */
void rpc_result_tail(struct rpc *r, const struct http_tail *tail);
/* What stands between the id and the members, and behind them. */
#define RPC_COMPLETE "complete"
void rpc_write_begin(struct buf *out, enum mcp_era era, const char *type);
void rpc_write_end(struct buf *out, enum mcp_era era);
/* As rpc_result, of another type than "complete" (modern alone). */
void rpc_result_of_type(struct rpc *r, const char *type);
/* A whole answer from such members. */
void rpc_result_members(struct rpc *r, struct str members);

/* Error answers; what was written before is dropped. */
void rpc_error(struct rpc *r, int status, int code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* With members of `data` that are already JSON. */
void rpc_error_data(
    struct rpc *r, int status, int code, const char *message, struct str data);
/* By e: the caller's mistakes in their words, ours in the public text. */
void rpc_error_err(struct rpc *r, const struct err *e);

/* True when the client can do all this; else answered with an error that says
 * what is missing. */
NODISCARD bool rpc_require_client(struct rpc *r, uint32_t abilities);

/* Split the elements of a JSON array that has parsed: the text of the next, or
 * STR_NULL.  Begin with *rest = the array's text. */
struct str rpc_next_element(struct str *rest);

/* The protocol versions we serve, one JSON array. */
void rpc_write_versions(struct buf *out);
/* {"name":"pierre-mcp-server","version":...}, one JSON value. */
extern const char rpc_server_info[];
/* The same with what a person may want to see: website and icon. */
extern const char rpc_server_card[];

#endif
