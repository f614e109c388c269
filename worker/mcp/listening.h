#ifndef MCP_LISTENING_H
#define MCP_LISTENING_H

/* Streams that stay open: subscriptions/listen, and a legacy session's own. */

#include "mcp/jsonrpc.h"

/* GET /mcp of r->session; answers the request. */
void listen_to_session(struct rpc *r, struct str last_event_id);

#endif
