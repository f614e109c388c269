#ifndef MCP_PORT_H
#define MCP_PORT_H

/* What belongs to a request beside its answer: notifications to the client,
 * and questions to it.  A port is how one transport of one era does it. */

#include <cjson/cJSON.h>

#include "base/err.h"

struct mcp;
struct rpc;

enum mcp_level {
#define LEVEL(id, name) MCP_LEVEL_##id,
#include "mcp/levels.def"
#undef LEVEL
	MCP_LEVEL_COUNT, /* also: none */
};
const char *mcp_level_name(enum mcp_level l);
/* MCP_LEVEL_COUNT when there is no such level. */
enum mcp_level mcp_level_find(struct str name);

enum mcp_ask_kind { ASK_ELICIT, ASK_ELICIT_URL, ASK_SAMPLE, ASK_ROOTS };

struct mcp_ask {
	const char *key; /* names it within the call, always the same */
	enum mcp_ask_kind kind;
	const char *params;  /* a JSON object as text */
	const cJSON *answer; /* filled in: the result, an object */
};

const char *mcp_ask_method(enum mcp_ask_kind k);
/* Bit of mcp/client.h that the client needs to be asked this. */
uint32_t mcp_ask_needs(enum mcp_ask_kind k);

/* Fill ask->answer from the client's answer, a JSON-RPC message.  -1: it is an
 * error, or none of the kind. */
NODISCARD int mcp_ask_take(
    struct mcp_ask *ask, const cJSON *message, struct err *e);

struct mcp_port {
	/* Send one notification that belongs to the request; where there is no
	 * way to, it is dropped.  0, or -1 with ERR_CANCELED. */
	int (*notify)(struct rpc *r, struct str message, struct err *e);
	/* Ask n things at once and wait for all the answers, which live in
	 * r->arena.  -1: ERR_CANCELED, ERR_TIMEOUT, or ERR_INVALID when the
	 * client answered with an error.  NULL: this port cannot; a call in
	 * several rounds is what the modern era has instead. */
	int (*ask)(
	    struct rpc *r, struct mcp_ask *asks, size_t n, struct err *e);
};

#endif
