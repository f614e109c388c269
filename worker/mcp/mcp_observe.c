/* What is counted and logged of the protocol: all of it stands here. */

#include "auth/who.h"
#include "base/log.h"
#include "http/http.h"
#include "mcp/mcp_impl.h"
#include "shm/metrics.h"

static const char *const outcomes[] = {
	[MCP_DONE] = "success",
	[MCP_REFUSED] = "refused",
	[MCP_FAILED] = "failed",
	[MCP_CANCELED] = "canceled",
};

static unsigned product_tools;

void
mcp_observe_init(void)
{
	static const char *methods[METHOD_COUNT + 1];
	static const char *tools[MCP_MAX_NAMED + 1];
	size_t n = mcp_tool_names(tools);

	/* Those of a conformance suite count as one. */
	product_tools = (unsigned)n;
	tools[n++] = "fixture";

	for (int m = 0; m <= METHOD_COUNT; m++)
		methods[m] = era_method_name((enum mcp_method)m);
	metrics_label(M_mcp_requests_total, 0, methods, ARRAY_LEN(methods));
	metrics_label(M_mcp_requests_total, 1, outcomes, ARRAY_LEN(outcomes));
	metrics_label(M_mcp_tool_calls_total, 0, tools, n);
	metrics_label(M_mcp_tool_calls_total, 1, outcomes, ARRAY_LEN(outcomes));
	metrics_label(M_mcp_tool_duration_seconds, 0, tools, n);
}

static enum mcp_outcome
outcome_of(const struct rpc *r)
{
	if (r->kept)
		return MCP_DONE;
	if (r->silent)
		return r->status == 202 ? MCP_DONE : MCP_CANCELED;
	if (r->code == 0)
		return MCP_DONE;
	return r->code == RPC_INTERNAL ? MCP_FAILED : MCP_REFUSED;
}

void
mcp_observe_request(const struct rpc *r)
{
	metric_add(M_mcp_requests_total, r->method, outcome_of(r), 1);
	if (r->http != NULL)
		http_log_str(
		    r->http, "mcp_method", str_of(era_method_name(r->method)));
}

void
mcp_observe_tool(
    const struct rpc *r, int tool, enum mcp_outcome outcome, int64_t us)
{
	const char *name = r->mcp->tools[tool]->name;
	unsigned label = MIN((unsigned)tool, product_tools);
	char user[UUID_TEXT_LEN + 1];

	metric_add(M_mcp_tool_calls_total, label, outcome, 1);
	metric_observe(M_mcp_tool_duration_seconds, label, us);
	uuid_format(&r->who->user_id, user);
	log_with(LOG_INFO, "mcp", "Tool execution completed",
	    F_STR("tool_name", name), F_INT("duration_ms", us / 1000),
	    F_STR("user_id", user), F_STR("status", outcomes[outcome]),
	    F_STR("success", outcome == MCP_DONE ? "true" : "false"));
}
