/* A signal says that something may have been cancelled, and may err; so it
 * makes us look into the store. */

#include "mcp/cancel.h"

#include <stdio.h>

#include "base/json.h"
#include "base/map.h"
#include "events/events.h"
#include "http/http.h"
#include "loop/fiber.h"
#include "app.h"

static void
cancel_topic(const struct rpc *r, struct str id, char out[EVENT_TOPIC_MAX + 1])
{
	/* No secret: all nodes must agree. */
	static const uint64_t seed[2] = { 0x63616e63656c, 1 };
	char name[20];

	snprintf(name, sizeof(name), "%016llx",
	    (unsigned long long)map_hash_with(seed, id));
	mcp_session_topic(r->session, "c/", name, out);
}

static bool
on_cancelled(void *arg, UNUSED const struct stored_event *event)
{
	struct mcp_cancel *c = arg;

	c->rpc->withdrawn = true;
	fiber_cancel(c->fiber);
	return true;
}

static void
on_signal(void *arg)
{
	struct mcp_cancel *c = arg;
	struct owner o = rpc_owner(c->rpc);

	if (c->sub == NULL)
		c->sub = events_subscribe(
		    c->rpc->app->events, &o, c->topic, 0, on_cancelled, c);
}

void
cancel_watch(struct mcp_cancel *c, struct rpc *r)
{
	struct owner o = rpc_owner(r);

	*c = (struct mcp_cancel){ .rpc = r };
	if (r->era != ERA_LEGACY || r->session == NULL ||
	    r->method == METHOD_INITIALIZE)
		return;
	c->fiber = fiber_self();
	cancel_topic(r, r->id, c->topic);
	signals_watch(events_signals(r->app->events), &c->watch,
	    event_log_key(&o, c->topic), on_signal, c);
}

void
cancel_unwatch(struct mcp_cancel *c)
{
	if (c->fiber != NULL)
		signals_unwatch(&c->watch);
	events_unsubscribe(&c->sub);
}

bool
cancel_is_wanted(const struct rpc *r)
{
	return r->withdrawn || (r->era == ERA_MODERN && r->http != NULL &&
				   http_client_left(r->http));
}

int
cancel_request(struct rpc *r, struct err *e)
{
	struct str params = json_raw_member(r->text, STR("params"));
	struct owner o = rpc_owner(r);
	char topic[EVENT_TOPIC_MAX + 1];
	struct str id;

	if (params.n == 0 || r->session == NULL)
		return 0;
	id = json_raw_member(params, STR("requestId"));
	if (id.n == 0)
		return 0;
	cancel_topic(r, id, topic);
	return event_log_put(
	    r->app->db, r->arena, &o, topic, EVENT_MESSAGE, STR("{}"), NULL, e);
}
