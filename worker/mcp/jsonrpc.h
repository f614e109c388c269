#ifndef MCP_JSONRPC_H
#define MCP_JSONRPC_H

/* One JSON-RPC message under way, and the writing of its answer. */

#include "base/arena.h"
#include "base/err.h"
#include "base/buf.h"
#include "mcp/era.h"

struct app;
struct http_req;
struct mcp;
struct who;

struct rpc {
	const struct app *app;
	struct mcp *mcp;
	const struct who *who;
	struct http_req *http; /* NULL on stdio */
	struct arena *arena;
	struct buf *out; /* the answer's body */

	struct str id; /* raw JSON; "null" when it could not be read */
	enum mcp_era era;
	enum mcp_method method;
	const cJSON *params; /* object or NULL */

	int status;  /* HTTP status of the answer */
	int code;    /* JSON-RPC code of an error answer, else 0 */
	bool silent; /* nothing is to be answered */
};

/* Parse and judge the message; headers are those of in, whose message is
 * filled in.  true: a request to be served, r->method and r->params are
 * set.  false: answered already. */
NODISCARD bool rpc_read(struct rpc *r, struct str text, struct era_input *in);

/* Begin an answer and end it; between them members of the result are appended
 * to r->out as text, at least one: "a":1,"b":2. */
void rpc_result(struct rpc *r);
void rpc_result_end(struct rpc *r);
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

/* The protocol versions we serve, one JSON array. */
void rpc_write_versions(struct buf *out);
/* {"name":"pierre-mcp-server","version":...}, one JSON value. */
extern const char rpc_server_info[];

#endif
