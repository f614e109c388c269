#include "mcp/listening.h"

#include <stdlib.h>

#include "auth/recheck.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "events/places.h"
#include "http/http.h"
#include "loop/loop.h"
#include "mcp/listener.h"
#include "mcp/mcp_impl.h"
#include "mcp/stdio.h"
#include "mcp/tasks.h"
#include "shm/shm.h"
#include "app.h"

#define LOOK_MS 1000

/* A listener over HTTP: its connection, and whose it is, which has to hold as
 * long as it stays open. */
struct stream {
	struct sse *sse;
	struct mcp_listener *listener;
	const struct app *app;
	struct who who;
	struct timer look;
	uint64_t epoch; /* of revocations, when who was proved */
	bool checking;
	bool over; /* while it is checked */
};

static bool
send_event(void *arg, struct str event_id, struct str message)
{
	struct stream *s = arg;
	struct err e = ERR_INIT;

	return sse_send(s->sse, STR_NULL, event_id, message, &e) == 0;
}

static void
release(struct stream *s)
{
	struct owner o = { s->who.tenant_id, s->who.user_id };

	places_leave(s->app->places, &o);
	timer_fini(&s->look);
	listener_free(&s->listener);
	s->over = true;
	if (!s->checking)
		free(s);
}

static void
close_stream(void *arg)
{
	struct stream *s = arg;

	sse_close(s->sse);
	release(s);
}

/* The client has gone, or the worker drains. */
static void
on_end(UNUSED struct sse *sse, void *arg)
{
	struct stream *s = arg;

	listener_say_goodbye(s->listener);
	release(s);
}

/* --- whose it is --------------------------------------------------------- */

static void
check(void *arg)
{
	struct stream *s = arg;
	uint64_t epoch = shm_auth_epoch(s->app->shm);
	struct err e = ERR_INIT;
	int rc = who_recheck(s->app->db, &s->who, &e);

	s->checking = false;
	if (s->over)
		free(s);
	else if (rc == 0)
		s->epoch = epoch;
	else if (e.code == ERR_UNAUTHENTICATED)
		close_stream(s);
}

static void
look(void *arg)
{
	struct stream *s = arg;

	timer_arm_ms(&s->look, LOOK_MS);
	if (s->checking || (s->epoch == shm_auth_epoch(s->app->shm) &&
			       s->who.expires_us > clock_wall_us()))
		return;
	s->checking = true;
	fiber_spawn(s->app->loop, check, s);
}

static struct stream *
stream_new(struct rpc *r, struct str id, struct mcp_filter *filter)
{
	struct stream *s = xcalloc(1, sizeof(*s));
	struct mcp_outlet out = { send_event, close_stream, s };

	s->listener = listener_new(r, id, filter, &out);
	s->app = r->app;
	s->who = *r->who;
	s->epoch = shm_auth_epoch(r->app->shm);
	timer_init(&s->look, r->app->loop, look, s);
	return s;
}

static void
answer_failure(struct rpc *r, const struct err *e)
{
	rpc_error_err(r, e);
	if (!r->silent)
		r->status = err_http_status(e->code);
}

/* Keep it open beyond the request. */
static void
keep(struct rpc *r, struct stream *s, struct str first)
{
	struct err e = ERR_INIT;

	s->sse = sse_open(r->http);
	if (first.p != NULL &&
	    sse_send(s->sse, STR_NULL, STR_NULL, first, &e) < 0)
		log_err(LOG_DEBUG, "mcp", "listening", &e);
	sse_detach(s->sse, on_end, s);
	timer_arm_ms(&s->look, LOOK_MS);
	r->silent = r->kept = true;
}

/* id: raw JSON of the subscription, "" of a session's own stream. */
static void
begin(struct rpc *r, struct str id, struct mcp_filter *filter,
    struct str last_event_id, struct str first)
{
	struct owner o = rpc_owner(r);
	struct err e = ERR_INIT;
	struct stream *s;

	if (places_take(r->app->places, &o, &e) < 0) {
		answer_failure(r, &e);
		return;
	}
	s = stream_new(r, id, filter);
	if (listener_start(s->listener, last_event_id, &e) == 0) {
		keep(r, s, first);
		return;
	}
	release(s);
	answer_failure(r, &e);
}

/* --- subscriptions/listen ------------------------------------------------ */

static struct str
acknowledgment(struct rpc *r, const struct mcp_filter *f)
{
	struct jsonw w;

	buf_clear(r->out);
	jsonw_init(&w, r->out);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "jsonrpc", "2.0");
	jsonw_kv_cstr(&w, "method", "notifications/subscriptions/acknowledged");
	jsonw_kv_object(&w, "params");
	jsonw_key(&w, "notifications");
	filter_write(&w, f);
	jsonw_kv_object(&w, "_meta");
	jsonw_key(&w, META_SUBSCRIPTION);
	jsonw_raw(&w, r->id);
	jsonw_end_object(&w);
	jsonw_end_object(&w);
	jsonw_end_object(&w);
	return buf_str(r->out);
}

void
mcp_listen(struct rpc *r)
{
	struct mcp_filter filter;
	struct err e = ERR_INIT;
	struct str first;

	filter_init(&filter);
	if (filter_read(&filter, json_get(r->params, "notifications"), &e) <
	    0) {
		rpc_error_err(r, &e);
	} else if (mcp_tasks_may_hear(r, filter.tasks)) {
		first = acknowledgment(r, &filter);
		if (r->http == NULL)
			stdio_listen(r, &filter, first);
		else
			begin(r, r->id, &filter, STR_NULL, first);
	}
	filter_free(&filter);
}

/* --- a legacy session's own stream --------------------------------------- */

void
listen_to_session(struct rpc *r, struct str last_event_id)
{
	struct mcp_filter filter;

	filter_init(&filter);
	filter.tools = filter.prompts = filter.resources = true;
	begin(r, STR(""), &filter, last_event_id, STR_NULL);
	filter_free(&filter);
}
