/* Listeners.  Each follows two streams of the store: that of changes, and the
 * person's feed, which tells of what resources show. */

#include "mcp/changes.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "events/events.h"
#include "base/log.h"
#include "loop/fiber.h"
#include "mcp/mcp_impl.h"
#include "store/mcp_sessions.h"
#include "app.h"

/* Where no signals arrive, as on stdio, the store is asked. */
#define POLL_MS 1000
#define BATCH	100

enum source { CHANGES, FEED, SOURCES };

static const char *const topics[SOURCES] = { EVENT_CHANGES, EVENT_FEED };

struct mcp_listener {
	const struct app *app;
	struct owner owner;
	struct mcp_outlet out;
	struct mcp_filter filter;
	struct buf id;	      /* of the subscription, raw JSON; empty: legacy */
	struct uuid session;  /* zero: none */
	struct uuid stream;   /* this one among the session's */
	int64_t claimed;      /* number of the event that said so */
	int64_t seq[SOURCES]; /* passed on up to these */
	struct events_sub *sub[SOURCES];
	bool busy; /* a fiber has it, and releases it */
	bool over;
};

int
changes_publish(struct db *db, struct arena *a, const struct owner *o,
    const char *method, const char *params, struct err *e)
{
	const char *text =
	    params == NULL
		? arena_printf(a, "{\"method\":\"%s\"}", method)
		: arena_printf(
		      a, "{\"method\":\"%s\",\"params\":%s}", method, params);

	return event_log_put(
	    db, a, o, EVENT_CHANGES, EVENT_MESSAGE, str_of(text), NULL, e);
}

struct mcp_listener *
listener_new(struct rpc *r, struct str id, struct mcp_filter *filter,
    const struct mcp_outlet *out)
{
	struct mcp_listener *l = xcalloc(1, sizeof(*l));

	l->app = r->app;
	l->owner = rpc_owner(r);
	l->out = *out;
	l->filter = *filter;
	*filter = (struct mcp_filter){ .uris = NULL };
	buf_addstr(&l->id, id);
	if (r->session != NULL)
		l->session = r->session->id;
	l->stream = uuid_new();
	return l;
}

static void
release(void *arg)
{
	struct mcp_listener *l = arg;

	filter_free(&l->filter);
	buf_free(&l->id);
	free(l);
}

void
listener_free(struct mcp_listener **lp)
{
	struct mcp_listener *l = *lp;

	*lp = NULL;
	if (l == NULL)
		return;
	for (int i = 0; i < SOURCES; i++)
		events_unsubscribe(&l->sub[i]);
	l->over = true;
	/* It may be ended by what it has sent. */
	if (!l->busy)
		loop_later(l->app->loop, release, l);
}

/* --- passing on ---------------------------------------------------------- */

static void
end(struct mcp_listener *l)
{
	if (!l->over)
		l->out.close(l->out.arg);
}

static void
write_params(struct jsonw *w, const struct mcp_listener *l, const cJSON *params)
{
	const cJSON *item;

	jsonw_object(w);
	cJSON_ArrayForEach (item, params) {
		jsonw_key(w, item->string);
		jsonw_tree(w, item);
	}
	if (l->id.n > 0) {
		jsonw_kv_object(w, "_meta");
		jsonw_key(w, META_SUBSCRIPTION);
		jsonw_raw(w, buf_str(&l->id));
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
}

static bool
tell(struct mcp_listener *l, const char *method, const cJSON *params)
{
	struct buf b = BUF_INIT, id = BUF_INIT;
	struct jsonw w;
	bool good;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "jsonrpc", "2.0");
	jsonw_kv_cstr(&w, "method", method);
	if (params != NULL || l->id.n > 0) {
		jsonw_key(&w, "params");
		write_params(&w, l, params);
	}
	jsonw_end_object(&w);
	if (!uuid_is_zero(&l->session))
		buf_printf(&id, LISTENER_EVENT_ID "%lld-%lld",
		    (long long)l->seq[CHANGES], (long long)l->seq[FEED]);
	good = l->out.send(
	    l->out.arg, id.n > 0 ? buf_str(&id) : STR_NULL, buf_str(&b));
	buf_free(&id);
	buf_free(&b);
	return good;
}

static bool
is_named(const struct map *names, const cJSON *name)
{
	return cJSON_IsString(name) &&
	       map_get(names, str_of(name->valuestring)) != NULL;
}

static bool
is_wanted(const struct mcp_listener *l, const char *method, const cJSON *params)
{
	const struct mcp_filter *f = &l->filter;

	if (strcmp(method, "notifications/tools/list_changed") == 0)
		return f->tools;
	if (strcmp(method, "notifications/prompts/list_changed") == 0)
		return f->prompts;
	if (strcmp(method, "notifications/resources/list_changed") == 0)
		return f->resources;
	if (strcmp(method, "notifications/resources/updated") == 0)
		return is_named(f->uris, json_get(params, "uri"));
	if (strcmp(method, "notifications/tasks") == 0)
		return is_named(f->tasks, json_get(params, "taskId"));
	return false;
}

void
listener_watch(struct mcp_listener *l, const char *uri, bool on)
{
	if (on)
		map_put(l->filter.uris, str_of(uri), l);
	else
		map_del(l->filter.uris, str_of(uri));
}

/* Of the session whose stream this is: what it watches, that it ended, that it
 * has another stream, since a message goes to one alone. */
static void
obey(struct mcp_listener *l, int64_t seq, const cJSON *change)
{
	const cJSON *watch = json_get(change, "watch");
	const cJSON *unwatch = json_get(change, "unwatch");

	if (cJSON_IsString(watch))
		listener_watch(l, watch->valuestring, true);
	else if (cJSON_IsString(unwatch))
		listener_watch(l, unwatch->valuestring, false);
	else if (json_get(change, "end") != NULL || seq > l->claimed)
		end(l);
}

static bool
is_of_session(const struct mcp_listener *l, const cJSON *session)
{
	struct uuid id;

	return !uuid_is_zero(&l->session) && cJSON_IsString(session) &&
	       uuid_parse(str_of(session->valuestring), &id) &&
	       uuid_eq(&id, &l->session);
}

static void
take_change(struct mcp_listener *l, const struct stored_event *event)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	const cJSON *change = json_parse(a, event->payload, &e);
	const cJSON *method = json_get(change, "method");
	const cJSON *params = json_get(change, "params");

	if (is_of_session(l, json_get(change, "session")))
		obey(l, event->seq, change);
	else if (cJSON_IsString(method) &&
		 is_wanted(l, method->valuestring, params) &&
		 !tell(l, method->valuestring, params))
		end(l);
	arena_free(&a);
}

/* What an event tells a change of: of a template, what has in its braces the
 * value that the event has of the same name.  NULL: it has none. */
static const char *
changed_uri(struct arena *a, const struct mcp_resource *res, const cJSON *event)
{
	const char *brace = strchr(res->uri, '{');
	const cJSON *value;

	if (res->args[0].type == MCP_ARG_END)
		return res->uri;
	value = json_get(event, res->args[0].name);
	if (!cJSON_IsString(value))
		return NULL;
	return arena_printf(a, "%.*s%s%s", (int)(brace - res->uri), res->uri,
	    value->valuestring, strchr(brace, '}') + 1);
}

static void
tell_changed(struct mcp_listener *l, struct arena *a,
    const struct mcp_resource *const *list, const struct stored_event *event)
{
	struct err e = ERR_INIT;
	const cJSON *said = json_parse(a, event->payload, &e), *params;
	const char *uri;

	for (size_t i = 0; list[i] != NULL && !l->over; i++) {
		if ((list[i]->changes >> event->kind & 1) == 0)
			continue;
		uri = changed_uri(a, list[i], said);
		if (uri == NULL || map_get(l->filter.uris, str_of(uri)) == NULL)
			continue;
		params = json_parse(
		    a, str_of(arena_printf(a, "{\"uri\":\"%s\"}", uri)), &e);
		if (!tell(l, "notifications/resources/updated", params))
			end(l);
	}
}

static void
take_feed(struct mcp_listener *l, const struct stored_event *event)
{
	struct arena *a;

	if (map_count(l->filter.uris) == 0)
		return;
	a = arena_new();
	tell_changed(l, a, l->app->mcp->resources, event);
	tell_changed(l, a, l->app->mcp->templates, event);
	arena_free(&a);
}

typedef void take_event(struct mcp_listener *l, const struct stored_event *e);

static take_event *const takers[SOURCES] = { take_change, take_feed };

/* Once, though it may have been read twice. */
static void
take(struct mcp_listener *l, int source, const struct stored_event *event)
{
	if (l->over || event->seq <= l->seq[source])
		return;
	l->seq[source] = event->seq;
	takers[source](l, event);
}

/* --- reading ------------------------------------------------------------- */

static int
read_batch(struct mcp_listener *l, int source, struct arena *a,
    struct stored_event **list_r, size_t *n_r, struct err *e)
{
	return event_log_read(l->app->db, a, &l->owner, topics[source],
	    l->seq[source], BATCH, list_r, n_r, e);
}

/* 1 there may be more, 0, -1. */
static int
pass_changes(struct mcp_listener *l, struct err *e)
{
	struct arena *a = arena_new();
	struct stored_event *list = NULL;
	size_t n = 0;
	int rc = read_batch(l, CHANGES, a, &list, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		take(l, CHANGES, &list[i]);
	arena_free(&a);
	return rc < 0 ? -1 : n == BATCH && !l->over;
}

/* Whoever is told that a resource is watched may change it at once.  The watch
 * was stored first, so it is among the changes that are read after the feed. */
static int
pass_on(struct mcp_listener *l, struct err *e)
{
	struct arena *a = arena_new();
	struct stored_event *list = NULL;
	size_t n = 0;
	int rc = read_batch(l, FEED, a, &list, &n, e);

	if (rc == 0) {
		while ((rc = pass_changes(l, e)) > 0)
			;
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		take(l, FEED, &list[i]);
	arena_free(&a);
	return rc;
}

static void
poll(void *arg)
{
	struct mcp_listener *l = arg;
	struct err e = ERR_INIT;

	while (!l->over && fiber_sleep_ms(POLL_MS, &e) == 0) {
		if (!l->over && pass_on(l, &e) < 0)
			log_err(LOG_WARN, "mcp", "listening", &e);
	}
	release(l);
}

static void
catch_up(void *arg)
{
	struct mcp_listener *l = arg;
	struct err e = ERR_INIT;

	while (!l->over && pass_on(l, &e) < 0) {
		log_err(LOG_WARN, "mcp", "listening", &e);
		if (fiber_sleep_ms(POLL_MS, &e) < 0)
			break;
	}
	l->busy = false;
	if (l->over)
		release(l);
	else
		events_go_on(l->sub[FEED]);
}

static bool
shows(const struct mcp_resource *const *list, enum event_kind kind)
{
	while (*list != NULL && ((*list)->changes >> kind & 1) == 0)
		list++;
	return *list != NULL;
}

static bool
on_change(void *arg, const struct stored_event *event)
{
	take(arg, CHANGES, event);
	return true;
}

/* The two streams are read in no order: what a session watches may be known
 * only when its changes have been read. */
static bool
on_feed(void *arg, const struct stored_event *event)
{
	struct mcp_listener *l = arg;
	const struct mcp *m = l->app->mcp;

	if (event->seq <= l->seq[FEED])
		return true;
	if (uuid_is_zero(&l->session) ||
	    (!shows(m->resources, event->kind) &&
		!shows(m->templates, event->kind))) {
		take(l, FEED, event);
		return true;
	}
	l->busy = true;
	fiber_spawn(l->app->loop, catch_up, l);
	return false;
}

static events_take *const hearers[SOURCES] = { on_change, on_feed };

/* --- the end ------------------------------------------------------------- */

void
listener_say_goodbye(struct mcp_listener *l)
{
	struct buf b = BUF_INIT;

	/* What comes after this process may offer something else. */
	if (l->filter.tools)
		(void)!tell(l, "notifications/tools/list_changed", NULL);
	if (l->id.n > 0) {
		buf_adds(&b, "{\"jsonrpc\":\"2.0\",\"id\":");
		buf_addstr(&b, buf_str(&l->id));
		buf_adds(&b, ",\"result\":{\"resultType\":\"complete\","
			     "\"_meta\":{\"" META_SUBSCRIPTION "\":");
		buf_addstr(&b, buf_str(&l->id));
		buf_adds(&b, ",\"" META_SERVER "\":");
		buf_adds(&b, rpc_server_info);
		buf_adds(&b, "}}}");
		(void)!l->out.send(l->out.arg, STR_NULL, buf_str(&b));
		buf_free(&b);
	}
}

/* --- beginning ----------------------------------------------------------- */

static int
claim(struct mcp_listener *l, struct arena *a, struct err *e)
{
	char session[UUID_TEXT_LEN + 1], stream[UUID_TEXT_LEN + 1];

	uuid_format(&l->session, session);
	uuid_format(&l->stream, stream);
	return event_log_put(l->app->db, a, &l->owner, EVENT_CHANGES,
	    EVENT_MESSAGE,
	    str_of(arena_printf(
		a, "{\"session\":\"%s\",\"stream\":\"%s\"}", session, stream)),
	    &l->claimed, e);
}

static int
find_now(struct mcp_listener *l, struct arena *a, struct err *e)
{
	int64_t first;

	for (int i = 0; i < SOURCES; i++) {
		if (event_log_bounds(l->app->db, a, &l->owner, topics[i],
			&first, &l->seq[i], e) < 0)
			return -1;
	}
	return 0;
}

/* mcp/<changes>-<feed>, as tell() writes it. */
static bool
find_then(struct mcp_listener *l, struct str event_id)
{
	struct str feed, changes;
	int64_t seq[SOURCES];

	if (!str_starts(event_id, STR(LISTENER_EVENT_ID)))
		return false;
	event_id.p += sizeof(LISTENER_EVENT_ID) - 1;
	event_id.n -= sizeof(LISTENER_EVENT_ID) - 1;
	changes = str_cut(event_id, '-', &feed);
	if (!str_to_i64(changes, &seq[CHANGES]) ||
	    !str_to_i64(feed, &seq[FEED]) || seq[CHANGES] < 0 || seq[FEED] < 0)
		return false;
	memcpy(l->seq, seq, sizeof(seq));
	return true;
}

/* After its place is found: what was watched before stands in the list, what is
 * watched later is among the changes. */
static int
read_watched(struct mcp_listener *l, struct arena *a, struct err *e)
{
	const char **uris;
	size_t n = 0;

	if (mcp_subscriptions_list(
		l->app->db, a, &l->owner, &l->session, &uris, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		listener_watch(l, uris[i], true);
	return 0;
}

static void
follow(struct mcp_listener *l)
{
	if (l->app->events == NULL) {
		l->busy = true;
		fiber_spawn(l->app->loop, poll, l);
		return;
	}
	for (int i = 0; i < SOURCES; i++)
		l->sub[i] = events_subscribe(l->app->events, &l->owner,
		    topics[i], l->seq[i], hearers[i], l);
}

int
listener_start(struct mcp_listener *l, struct str last_event_id, struct err *e)
{
	bool of_session = !uuid_is_zero(&l->session);
	struct arena *a = arena_new();
	int rc = 0;

	if (of_session)
		rc = claim(l, a, e);
	if (rc == 0)
		rc = find_now(l, a, e);
	if (rc == 0 && of_session)
		rc = read_watched(l, a, e);
	if (rc == 0)
		(void)!find_then(l, last_event_id);
	arena_free(&a);
	if (rc == 0)
		follow(l);
	return rc;
}
