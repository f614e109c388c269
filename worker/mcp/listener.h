#ifndef MCP_LISTENER_H
#define MCP_LISTENER_H

/* Who passes what is new (mcp/changes.h) on to a client that listens. */

#include "base/jsonw.h"
#include "mcp/mcp_session.h"

/* What a client asked to hear of. */
struct mcp_filter {
	bool tools;
	bool prompts;
	bool resources;
	struct map *uris;  /* resources */
	struct map *tasks; /* ids */
};

/* How a listener reaches its client. */
struct mcp_outlet {
	/* false: it is gone.  event_id is STR_NULL where there are none. */
	bool (*send)(void *arg, struct str event_id, struct str message);
	/* The listener wants no more: close, and forget it. */
	void (*close)(void *arg);
	void *arg;
};

struct mcp_listener;

/* The lists are taken over.  id: raw JSON of the subscription, "" in the legacy
 * era, where the listener is the stream of r->session, and hears of what that
 * watches besides. */
struct mcp_listener *listener_new(struct rpc *r, struct str id,
    struct mcp_filter *filter, const struct mcp_outlet *out);
/* Begin: after `last_event_id` when it is one of a session's stream, else with
 * what comes from now on.  Waits. */
NODISCARD int listener_start(
    struct mcp_listener *l, struct str last_event_id, struct err *e);
void listener_free(struct mcp_listener **l);

/* Hear of a resource, or no more. */
void listener_watch(struct mcp_listener *l, const char *uri, bool on);

/* Members of a legacy stream's event ids begin so. */
#define LISTENER_EVENT_ID "mcp/"

/* Tell that lists may have changed, as far as that was asked for, and give the
 * subscription's result: the server ends it. */
void listener_say_goodbye(struct mcp_listener *l);

void filter_init(struct mcp_filter *f);
void filter_free(struct mcp_filter *f);
/* The object that a client asks with; 0, or -1 with what is wrong with it. */
NODISCARD int filter_read(
    struct mcp_filter *f, const cJSON *notifications, struct err *e);
void filter_write(struct jsonw *w, const struct mcp_filter *f);

#endif
