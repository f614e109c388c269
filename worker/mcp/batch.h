#ifndef MCP_BATCH_H
#define MCP_BATCH_H

/* Several messages in one array, which revision 2025-03-26 alone has. */

#include "mcp/jsonrpc.h"

/* What is done with a message that is no request; as mcp_http's own. */
typedef void batch_take(struct rpc *r, enum rpc_kind kind);

/* Serve r->text, one element after the other; no element has a stream of its
 * own.  Answers with an array, or is silent when nothing is to be answered. */
void batch_serve(struct rpc *r, struct era_input *in, batch_take *take);

#endif
