#ifndef MCP_CANCEL_H
#define MCP_CANCEL_H

/* notifications/cancelled of the legacy era over HTTP: it arrives at any
 * worker, and names a request that another may be at. */

#include "events/signals.h"
#include "mcp/mcp_session.h"

struct mcp_cancel {
	struct rpc *rpc;
	struct fiber *fiber;
	struct signal_watch watch;
	struct events_sub *sub;
	char topic[EVENT_TOPIC_MAX + 1];
};

/* From now on the running fiber is cancelled when the client wants it so; only
 * for a request in a session. */
void cancel_watch(struct mcp_cancel *c, struct rpc *r);
/* Its end; r->withdrawn says whether it was wanted. */
void cancel_unwatch(struct mcp_cancel *c);

/* Whether the client has taken its request back, as its era says it: of the
 * modern one by going away.  A fiber is cancelled for other reasons, too, that
 * say nothing of what the client wants. */
bool cancel_is_wanted(const struct rpc *r);

/* Pass the notification r on. */
NODISCARD int cancel_request(struct rpc *r, struct err *e);

#endif
