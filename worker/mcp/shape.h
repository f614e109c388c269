#ifndef MCP_SHAPE_H
#define MCP_SHAPE_H

/* The shape of a tool's answer as its caller wants it: less of each entry of
 * its list (`fields`), and a cheaper notation of the text (`format`). */

#include "mcp/call.h"

/* Reshape what the tool wrote.  -1 with ERR_INVALID: fields that there are
 * not; the message names those that there are. */
NODISCARD int call_shape(
    struct mcp_call *call, const struct mcp_tool *tool, struct err *e);

#endif
