/* tools/call: find the record, check scope and arguments, run, answer.  What
 * the model can mend is an answer with isError; what it cannot is a JSON-RPC
 * error. */

#include "mcp/mcp_impl.h"

#include <stdio.h>

#include "auth/guard.h"
#include "auth/refused.h"
#include "auth/who.h"
#include "base/clock.h"
#include "http/http.h"
#include "mcp/call.h"
#include "mcp/client.h"
#include "mcp/shape.h"
#include "mcp/tasks.h"
#include "app.h"

static void
answer_tool_error(struct rpc *r, struct str text)
{
	rpc_result(r);
	buf_adds(r->out, "\"content\":[{\"type\":\"text\",\"text\":\"");
	jsonw_escape(r->out, text);
	buf_adds(r->out, "\"}],\"isError\":true");
	rpc_result_end(r);
}

/* --- scopes -------------------------------------------------------------- */

bool
mcp_check_scope(struct rpc *r, uint32_t scopes, const char *what)
{
	struct buf b = BUF_INIT;

	if ((r->who->scopes & scopes) == scopes)
		return true;
	buf_printf(&b, "%s needs a token with the scope ", what);
	scope_format(&b, scopes);
	refused_count(REFUSED_SCOPE);
	if (r->http != NULL) {
		guard_challenge(
		    r->app->guard, r->http, "insufficient_scope", scopes);
		rpc_error(r, 403, err_rpc_code(ERR_DENIED), "%s", buf_cstr(&b));
	} else {
		answer_tool_error(r, buf_str(&b));
	}
	buf_free(&b);
	return false;
}

/* --- tools --------------------------------------------------------------- */

static enum mcp_outcome
answer_failure(struct rpc *r, struct mcp_call *call, const struct err *e)
{
	if (call->answered)
		return MCP_DONE;
	if (e->code != ERR_CANCELED && call_answer_wants(call))
		return MCP_REFUSED;
	if (call->refused) {
		answer_tool_error(r, buf_str(&call->text));
		return MCP_REFUSED;
	}
	if (err_is_public(e) && e->code != ERR_CANCELED) {
		answer_tool_error(r, str_of(e->msg));
		return MCP_REFUSED;
	}
	rpc_error_err(r, e);
	return r->silent ? MCP_CANCELED : MCP_FAILED;
}

static void
answer_result(struct rpc *r, struct mcp_call *call)
{
	rpc_result(r);
	if (call->ready.p != NULL) {
		buf_addstr(r->out, call->ready);
	} else {
		jsonw_done(&call->w);
		call_result_members(r->out, buf_str(&call->text),
		    buf_str(&call->encoded), buf_str(&call->structured),
		    buf_str(&call->content));
	}
	if (call->is_error)
		buf_adds(r->out, ",\"isError\":true");
	rpc_result_end(r);
}

static bool
read_arguments(
    struct mcp_call *call, const struct mcp_tool *tool, const cJSON *arguments)
{
	call->arguments = arguments;
	return tool->schema != NULL || args_read(tool->args, arguments, false,
					   call->values, &call->text);
}

static enum call_person
person_of(const struct mcp_tool *tool)
{
	return tool->pure	    ? CALL_PURE
	       : tool->reads_person ? CALL_READS_SELF
				    : CALL_PERSON;
}

static enum mcp_outcome
run_tool(struct rpc *r, int index, const cJSON *arguments)
{
	const struct mcp_tool *tool = r->mcp->tools[index];
	struct mcp_call call = { .args = tool->args,
		.prepared = r->mcp->prepared[index] };
	enum mcp_outcome outcome = MCP_DONE;
	struct err e = ERR_INIT;

	if (!read_arguments(&call, tool, arguments)) {
		answer_tool_error(r, buf_str(&call.text));
		outcome = MCP_REFUSED;
	} else if (!rounds_begin(&call.rounds, r)) {
		outcome = MCP_REFUSED;
	} else if (tool->task != MCP_TASK_NEVER &&
		   mcp_task_start(r, tool, arguments)) {
		outcome = MCP_DONE;
	} else if (call_begin(&call, r, tool->name, person_of(tool), &e) < 0 ||
		   tool->run(&call, &e) < 0 ||
		   call_shape(&call, tool, &e) < 0) {
		outcome = answer_failure(r, &call, &e);
	} else {
		answer_result(r, &call);
	}
	call_end(&call);
	return outcome;
}

/* What clients mirror in headers must be what the body says. */
static bool
check_param_headers(
    struct rpc *r, const struct mcp_tool *tool, const cJSON *arguments)
{
	char name[80];
	const char *fault;

	if (r->http == NULL || r->era != ERA_MODERN)
		return true;
	for (const struct mcp_arg *a = tool->args; a->type != MCP_ARG_END;
	     a++) {
		if (a->header == NULL)
			continue;
		snprintf(name, sizeof(name), "Mcp-Param-%s", a->header);
		fault =
		    args_check_header(a, arguments, http_header(r->http, name));
		if (fault != NULL) {
			rpc_error(r, 400, RPC_HEADER_MISMATCH,
			    "the header %s %s", name, fault);
			return false;
		}
	}
	return true;
}

static void
refuse_unknown_tool(struct rpc *r, const char *name)
{
	const char *names[MCP_MAX_TOOLS], *near;
	size_t n = 0;

	for (; r->mcp->tools[n] != NULL; n++)
		names[n] = r->mcp->tools[n]->name;
	near = args_nearest(str_of(name), names, n);
	rpc_error(r, 200, RPC_INVALID_PARAMS,
	    "there is no tool \"%.80s\"%s%s%s", name,
	    near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
	    near != NULL ? "\"?" : "");
}

static bool
check_call(struct rpc *r, const struct mcp_tool *tool, const cJSON *arguments)
{
	if (arguments != NULL && !cJSON_IsObject(arguments)) {
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.arguments must be an object");
		return false;
	}
	return check_param_headers(r, tool, arguments) &&
	       rpc_require_client(
		   r, tool->needs |
			  (tool->task == MCP_TASK_MUST ? CLIENT_TASKS : 0));
}

void
mcp_tools_call(struct rpc *r)
{
	const cJSON *arguments = json_get(r->params, "arguments");
	const char *name = mcp_param(r, "name");
	int64_t start = clock_mono_us();
	enum mcp_outcome outcome = MCP_REFUSED;
	const struct mcp_tool *tool;
	int index;

	if (name == NULL)
		return;
	index = mcp_tool_find(r->mcp, str_of(name));
	if (index < 0) {
		refuse_unknown_tool(r, name);
		return;
	}
	tool = r->mcp->tools[index];
	if (!check_call(r, tool, arguments))
		return;
	if (mcp_check_scope(r, tool->scope, name))
		outcome = run_tool(r, index, arguments);
	mcp_observe_tool(r, index, outcome, clock_mono_us() - start);
}
