/* Names by which older clients know tools that have another by now. */

#include "mcp/tool.h"

const struct mcp_tool tool_get_activity_intelligence = {
	.name = "get_activity_intelligence",
	.title = "Analyze an activity, by its old name",
	.about = "Use analyze_activity, which this is an older name of. "
		 "Returns the same. Cost: the same.",
	.set = TOOLSET_LEGACY,
	.same_as = &tool_analyze_activity,
};
