#ifndef MCP_OFFER_H
#define MCP_OFFER_H

/* What to do when there is nothing to show yet. */

#include "mcp/call.h"

/* Say where recordings are taken in. */
void offer_import_say(struct mcp_call *call);
/* The same, after the person was asked to open that page, where the client can
 * be asked to.  -1 as call_ask(), which ends the call. */
NODISCARD int offer_import(struct mcp_call *call, struct err *e);

#endif
