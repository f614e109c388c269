/* From a request to its handler. */

#include "mcp/mcp_impl.h"

#include <stdlib.h>

#include "auth/who.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "mcp/mcp_session.h"
#include "app.h"

static mcp_handler *const handlers[METHOD_COUNT] = {
#define METHOD(id, name, eras, mirrored, needs, waits, handler)                \
	[METHOD_##id] = handler,
#include "mcp/methods.def"
#undef METHOD
};

struct mcp *
mcp_new(const struct app *app, struct err *e)
{
	struct mcp *m = xcalloc(1, sizeof(*m));

	m->app = app;
	m->arena = arena_new();
	m->tokens = mcp_tokens_new(app->keyring, e);
	if (m->tokens == NULL) {
		mcp_free(&m);
		return NULL;
	}
	mcp_collect_records(m);
	mcp_prepare_lists(m);
	mcp_observe_init();
	return m;
}

void
mcp_free(struct mcp **m)
{
	if (*m == NULL)
		return;
	mcp_tokens_free(&(*m)->tokens);
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

void
mcp_initialize(struct rpc *r)
{
	const char *asked = mcp_param(r, "protocolVersion"), *version;
	struct err e = ERR_INIT;

	if (asked == NULL)
		return;
	version = era_negotiate(str_of(asked));
	if (mcp_session_begin(
		r, version, json_get(r->params, "capabilities"), &e) < 0) {
		rpc_error_err(r, &e);
		return;
	}
	rpc_result(r);
	buf_printf(r->out, "\"protocolVersion\":\"%s\",\"serverInfo\":%s,",
	    version, rpc_server_card);
	mcp_write_abilities(r->out, ERA_LEGACY);
	rpc_result_end(r);
}

void
mcp_ping(struct rpc *r)
{
	rpc_result_members(r, STR(""));
}

/* What lives in a session cannot be had without one. */
static bool
need_session(struct rpc *r)
{
	if (r->session != NULL)
		return true;
	rpc_error(r, 400, RPC_INVALID_REQUEST,
	    "%s needs a session: send the header Mcp-Session-Id that "
	    "initialize was answered with",
	    era_method_name(r->method));
	return false;
}

static void
answer_nothing(struct rpc *r, int rc, const struct err *e)
{
	if (rc < 0)
		rpc_error_err(r, e);
	else
		rpc_result_members(r, STR(""));
}

void
mcp_set_level(struct rpc *r)
{
	const char *name = mcp_param(r, "level");
	struct err e = ERR_INIT;
	enum mcp_level level;

	if (name == NULL || !need_session(r))
		return;
	level = mcp_level_find(str_of(name));
	if (level == MCP_LEVEL_COUNT)
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.level must be one of debug, info, notice, "
		    "warning, error, critical, alert, emergency");
	else
		answer_nothing(r, mcp_session_set_level(r, level, &e), &e);
}

void
mcp_subscribe(struct rpc *r)
{
	const char *uri = mcp_param(r, "uri");
	bool on = r->method == METHOD_SUBSCRIBE;
	struct err e = ERR_INIT;

	if (uri == NULL || !need_session(r))
		return;
	if (on && !mcp_resource_exists(r, uri))
		mcp_refuse_resource(r, uri);
	else
		answer_nothing(r, mcp_session_watch(r, uri, on, &e), &e);
}

/* A level that is none must not pass for "all of them". */
static bool
check_log_level(struct rpc *r)
{
	const cJSON *level = json_get(r->meta, META_LOG_LEVEL);

	if (r->era != ERA_MODERN || level == NULL ||
	    (cJSON_IsString(level) &&
		mcp_level_find(str_of(level->valuestring)) != MCP_LEVEL_COUNT))
		return true;
	rpc_error(r, 200, RPC_INVALID_PARAMS,
	    "_meta[\"" META_LOG_LEVEL "\"] is no level");
	return false;
}

void
mcp_serve(struct rpc *r)
{
	if (check_log_level(r))
		handlers[r->method](r);
}

/* --- lists --------------------------------------------------------------- */

static enum toolset
toolset_of(const struct rpc *r)
{
	enum toolset set = TOOLSET_COUNT;

	if (r->who->toolset[0] != '\0')
		set = toolset_find(r->who->toolset);
	if (set == TOOLSET_COUNT)
		set = toolset_find(r->app->conf->mcp_toolset);
	return set;
}

void
mcp_list(struct rpc *r)
{
	const cJSON *cursor = json_get(r->params, "cursor");
	const struct mcp_pages *pages = &r->mcp->fixed[r->era][r->method];
	size_t at = 0;

	if (r->method == METHOD_TOOLS_LIST)
		pages = &r->mcp->tool_lists[r->era][toolset_of(r)];
	if (cursor != NULL && !mcp_page_find(r, pages, cursor, &at)) {
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.cursor is none of ours, or of a list that has "
		    "changed: begin without it");
	} else if (r->alone) {
		rpc_result_tail(r, pages->page[at].tail);
	} else {
		rpc_result_members(r, pages->page[at].members);
	}
}
