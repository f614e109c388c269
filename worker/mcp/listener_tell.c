/* What a listener tells its client, and what it is told by the client's
 * session.
 */

#include "base/map.h"
#include "mcp/listener_impl.h"
#include "mcp/mcp_impl.h"
#include "app.h"

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
		    (long long)l->seq[LISTENER_CHANGES],
		    (long long)l->seq[LISTENER_FEED]);
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

void
listener_take_change(struct mcp_listener *l, const struct stored_event *event)
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

void
listener_take_feed(struct mcp_listener *l, const struct stored_event *event)
{
	struct arena *a;

	if (map_count(l->filter.uris) == 0)
		return;
	a = arena_new();
	tell_changed(l, a, l->app->mcp->resources, event);
	tell_changed(l, a, l->app->mcp->templates, event);
	arena_free(&a);
}

void
listener_say_goodbye(struct mcp_listener *l)
{
	struct buf b = BUF_INIT;

	/* What comes after this process may offer something else. */
	if (l->filter.tools)
		(void)!tell(l, "notifications/tools/list_changed", NULL);
	if (l->id.n > 0) {
		buf_adds(&b, RPC_OPENING);
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
