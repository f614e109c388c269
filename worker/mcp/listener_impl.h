#ifndef MCP_LISTENER_IMPL_H
#define MCP_LISTENER_IMPL_H

/* What the files of listeners share.  Each follows two streams of the store:
 * that of changes, and the person's feed, which tells of what resources show.
 */

#include "base/buf.h"
#include "mcp/listener.h"
#include "store/event_log.h"

enum listener_source { LISTENER_CHANGES, LISTENER_FEED, LISTENER_SOURCES };

struct mcp_listener {
	const struct app *app;
	struct owner owner;
	struct mcp_outlet out;
	struct mcp_filter filter;
	struct buf id;	     /* of the subscription, raw JSON; empty: legacy */
	struct uuid session; /* zero: none */
	struct uuid stream;  /* this one among the session's */
	int64_t claimed;     /* number of the event that said so */
	int64_t seq[LISTENER_SOURCES]; /* passed on up to these */
	struct events_sub *sub[LISTENER_SOURCES];
	bool busy; /* a fiber has it, and releases it */
	bool over;
};

/* Pass on what the next event of a stream has for the client. */
void listener_take_change(
    struct mcp_listener *l, const struct stored_event *event);
void listener_take_feed(
    struct mcp_listener *l, const struct stored_event *event);

#endif
