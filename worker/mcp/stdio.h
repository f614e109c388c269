#ifndef MCP_STDIO_H
#define MCP_STDIO_H

/* What stdio does for methods that leave something behind. */

#include "mcp/listener.h"

/* subscriptions/listen of a client on stdio: acknowledge, and go on until it
 * cancels the request or ends the input.  The lists are taken over. */
void stdio_listen(
    struct rpc *r, struct mcp_filter *filter, struct str acknowledgment);
/* resources/subscribe and unsubscribe there. */
NODISCARD int stdio_watch(
    struct rpc *r, const char *uri, bool on, struct err *e);

#endif
