/* The tables that tools.def, resources.def and prompts.def make. */

#include "mcp/tool.h"

#include "base/check.h"

const struct mcp_tool *const mcp_tools[] = {
#define TOOL(id) &tool_##id,
#include "mcp/tools.def"
#undef TOOL
	NULL,
};

const struct mcp_resource *const mcp_resources[] = {
#define RESOURCE(id) &resource_##id,
#include "mcp/resources.def"
#undef RESOURCE
	NULL,
};

int
mcp_tool_find(struct str name)
{
	for (int i = 0; mcp_tools[i] != NULL; i++) {
		if (str_is(name, mcp_tools[i]->name))
			return i;
	}
	return -1;
}

size_t
mcp_tool_names(const char *names_r[MCP_MAX_TOOLS])
{
	size_t n = 0;

	for (; mcp_tools[n] != NULL; n++) {
		CHECK(n < MCP_MAX_TOOLS);
		names_r[n] = mcp_tools[n]->name;
	}
	return n;
}
