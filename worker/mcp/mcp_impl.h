#ifndef MCP_MCP_IMPL_H
#define MCP_MCP_IMPL_H

/* What the files of this room share. */

#include "base/json.h"
#include "base/jsonw.h"
#include "mcp/args.h"
#include "mcp/jsonrpc.h"
#include "mcp/mcp.h"
#include "mcp/tool.h"

#define MCP_LIST_TTL_MS 300000 /* lists change with the program alone */

struct mcp {
	const struct app *app;
	struct arena *arena;
	/* Members of the result, by era, of the methods whose answer is always
	 * the same; p NULL: another. */
	struct str fixed[2][METHOD_COUNT];
	const void **prepared; /* a tool's own, by its index */
};

/* Fill m->fixed. */
void mcp_prepare_lists(struct mcp *m);
/* "capabilities":...,"instructions":"..." */
void mcp_write_abilities(struct buf *out);
/* "ttlMs":...,"cacheScope":"..." */
void mcp_write_caching(struct buf *out, int64_t ttl_ms, bool is_public);

/* Serve one request: writes the answer. */
void mcp_serve(struct rpc *r);

/* Handlers of methods. */
void mcp_tools_call(struct rpc *r);
void mcp_resources_read(struct rpc *r);
void mcp_prompts_get(struct rpc *r);

/* A required string of params; NULL: answered with an error. */
const char *mcp_param(struct rpc *r, const char *name);

/* How a call went; MCP_REFUSED was the caller's mistake. */
enum mcp_outcome { MCP_DONE, MCP_REFUSED, MCP_FAILED, MCP_CANCELED };

/* Tell the metrics what our methods and tools are called. */
void mcp_observe_init(void);
void mcp_observe_request(const struct rpc *r);
void mcp_observe_tool(
    const struct rpc *r, int tool, enum mcp_outcome outcome, int64_t us);

#endif
