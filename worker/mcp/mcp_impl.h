#ifndef MCP_MCP_IMPL_H
#define MCP_MCP_IMPL_H

/* What the files of this room share. */

#include "base/json.h"
#include "base/jsonw.h"
#include "mcp/args.h"
#include "mcp/jsonrpc.h"
#include "mcp/mcp.h"
#include "mcp/mcp_token.h"
#include "mcp/tool.h"

#define MCP_LIST_TTL_MS 300000 /* lists change with the program alone */

/* A result that is the same for everybody: its members, and the answer around
 * them from behind the id on. */
struct mcp_page {
	struct str members;
	struct http_tail *tail;
};

struct mcp_pages {
	struct mcp_page *page;
	size_t n;
};

struct mcp {
	const struct app *app;
	struct arena *arena;
	struct mcp_tokens *tokens;
	/* By era; of the methods whose answer is always the same. */
	struct mcp_pages fixed[2][METHOD_COUNT];
	struct mcp_pages tool_lists[2][TOOLSET_COUNT];
	/* Each ends with NULL. */
	const struct mcp_tool **tools;
	const struct mcp_resource **resources;
	const struct mcp_resource **templates;
	const struct mcp_prompt **prompts;
	const void **prepared; /* a tool's own, by its index */
};

/* Fill tools, resources, templates, prompts, prepared. */
void mcp_collect_records(struct mcp *m);
/* Index in m->tools, or -1. */
int mcp_tool_find(const struct mcp *m, struct str name);
/* Names of the product's tools by index; returns their number. */
size_t mcp_tool_names(const char *names_r[MCP_MAX_NAMED]);

const struct mcp_prompt *mcp_prompt_find(const struct mcp *m, const char *name);

/* Fill m->fixed and m->tool_lists. */
void mcp_prepare_lists(struct mcp *m);
/* Which page a cursor asks for; false: it is none of these pages'. */
NODISCARD bool mcp_page_find(const struct rpc *r, const struct mcp_pages *pages,
    const cJSON *cursor, size_t *at_r);

/* A resource, or a template that the URI fits. */
bool mcp_resource_exists(struct rpc *r, const char *uri);
void mcp_refuse_resource(struct rpc *r, const char *uri);
/* "capabilities":...,"instructions":"..." */
void mcp_write_abilities(struct buf *out, enum mcp_era era);
/* "ttlMs":...,"cacheScope":"..." */
void mcp_write_caching(struct buf *out, int64_t ttl_ms, bool is_public);

/* Serve one request: writes the answer. */
void mcp_serve(struct rpc *r);

/* Handlers of methods. */
typedef void mcp_handler(struct rpc *r);
#define METHOD(id, name, eras, mirrored, needs, waits, handler)                \
	mcp_handler handler;
#include "mcp/methods.def"
#undef METHOD

/* True when the token allows it.  false: answered, over HTTP with all the
 * scopes that are needed, so that the client can ask the person for them. */
NODISCARD bool mcp_check_scope(
    struct rpc *r, uint32_t scopes, const char *what);

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
