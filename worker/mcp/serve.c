/* From a request to its handler. */

#include "mcp/mcp_impl.h"

#include <stdlib.h>

#include "base/xalloc.h"

struct mcp *
mcp_new(const struct app *app, struct err *e)
{
	struct mcp *m = xcalloc(1, sizeof(*m));
	size_t n = 0;

	(void)e;
	m->app = app;
	m->arena = arena_new();
	while (mcp_tools[n] != NULL)
		n++;
	m->prepared = arena_zalloc(m->arena, (n + 1) * sizeof(*m->prepared));
	for (size_t i = 0; i < n; i++) {
		if (mcp_tools[i]->prepare != NULL)
			m->prepared[i] = mcp_tools[i]->prepare(m->arena);
	}
	mcp_prepare_lists(m);
	mcp_observe_init();
	return m;
}

void
mcp_free(struct mcp **m)
{
	if (*m == NULL)
		return;
	arena_free(&(*m)->arena);
	free(*m);
	*m = NULL;
}

const char *
mcp_param(struct rpc *r, const char *name)
{
	const cJSON *item = json_get(r->params, name);

	if (cJSON_IsString(item))
		return item->valuestring;
	rpc_error(
	    r, 200, RPC_INVALID_PARAMS, "params.%s must be a string", name);
	return NULL;
}

static void
serve_initialize(struct rpc *r)
{
	const char *asked = mcp_param(r, "protocolVersion");

	if (asked == NULL)
		return;
	rpc_result(r);
	buf_printf(r->out, "\"protocolVersion\":\"%s\",\"serverInfo\":%s,",
	    era_negotiate(str_of(asked)), rpc_server_info);
	mcp_write_abilities(r->out);
	rpc_result_end(r);
}

/* All lists fit on one page, so no cursor was ever given out. */
static void
serve_fixed(struct rpc *r)
{
	if (json_get(r->params, "cursor") != NULL)
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.cursor is none of ours");
	else
		rpc_result_members(r, r->mcp->fixed[r->era][r->method]);
}

void
mcp_serve(struct rpc *r)
{
	switch (r->method) {
	case METHOD_INITIALIZE:
		serve_initialize(r);
		break;
	case METHOD_PING:
		rpc_result_members(r, STR(""));
		break;
	case METHOD_TOOLS_CALL:
		mcp_tools_call(r);
		break;
	case METHOD_RESOURCES_READ:
		mcp_resources_read(r);
		break;
	case METHOD_PROMPTS_GET:
		mcp_prompts_get(r);
		break;
	default:
		serve_fixed(r);
		break;
	}
}
