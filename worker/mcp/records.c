/* The tables that tools.def, resources.def and prompts.def make. */

#include "mcp/tool.h"

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
