/* Answers that are the same for everybody: what this server is and offers.
 * Written once a process from the records. */

#include "config/conf.h"
#include "http/http.h"
#include "mcp/client.h"
#include "mcp/mcp_impl.h"
#include "app.h"

static const char instructions[] =
    "Fitness data of one person and sports science over it. Start with "
    "get_athlete (thresholds decide what can be computed), then "
    "get_activities or get_stats; analyze_activity and "
    "analyze_training_load compute; explain_metric says what a number means, "
    "its formula and source. Units are SI and part of each name "
    "(distance_m, duration_s). A value that is absent is not known: do not "
    "take it for zero. Days are the athlete's local days.";

void
mcp_write_caching(struct buf *out, int64_t ttl_ms, bool is_public)
{
	buf_printf(out, "\"ttlMs\":%lld,\"cacheScope\":\"%s\"",
	    (long long)ttl_ms, is_public ? "public" : "private");
}

void
mcp_write_abilities(struct buf *out, enum mcp_era era)
{
	buf_adds(out, "\"capabilities\":{\"tools\":{\"listChanged\":true},"
		      "\"resources\":{\"listChanged\":true,\"subscribe\":true},"
		      "\"prompts\":{\"listChanged\":true},\"completions\":{},"
		      "\"logging\":{},\"extensions\":");
	client_write_extensions(out, era);
	buf_adds(out, "},\"instructions\":\"");
	jsonw_escape(out, str_of(instructions));
	buf_addc(out, '"');
}

static void
write_discover(struct buf *out)
{
	buf_adds(out, "\"supportedVersions\":");
	rpc_write_versions(out);
	buf_addc(out, ',');
	mcp_write_abilities(out, ERA_MODERN);
}

/* Hints that hold of what changes something alone are left out elsewhere. */
static void
write_annotations(struct jsonw *w, const struct mcp_tool *t)
{
	jsonw_kv_object(w, "annotations");
	jsonw_kv_bool(w, "readOnlyHint", !t->writes);
	if (t->writes) {
		jsonw_kv_bool(w, "destructiveHint", t->destroys);
		jsonw_kv_bool(w, "idempotentHint", t->idempotent);
	}
	jsonw_kv_bool(w, "openWorldHint", t->open_world);
	jsonw_end_object(w);
}

static void
write_tool(struct jsonw *w, const void *item, enum toolset set)
{
	const struct mcp_tool *t = item;

	jsonw_object(w);
	jsonw_kv_cstr(w, "name", t->name);
	jsonw_kv_cstr(w, "title", t->title);
	jsonw_kv_cstr(w, "description", t->about);
	jsonw_key(w, "inputSchema");
	if (t->schema != NULL)
		jsonw_raw(w, str_of(t->schema));
	else
		args_schema(w, t->args, set != TOOLSET_CORE);
	if (t->result[0].name != NULL) {
		jsonw_key(w, "outputSchema");
		args_result_schema(w, t->result);
	}
	write_annotations(w, t);
	if (t->ui != NULL) {
		jsonw_kv_object(w, "_meta");
		jsonw_kv_object(w, "ui");
		jsonw_kv_cstr(w, "resourceUri", t->ui);
		jsonw_end_object(w);
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
}

static void
write_resource(struct jsonw *w, const void *item, UNUSED enum toolset set)
{
	const struct mcp_resource *r = item;

	jsonw_object(w);
	jsonw_kv_cstr(
	    w, r->args[0].type == MCP_ARG_END ? "uri" : "uriTemplate", r->uri);
	jsonw_kv_cstr(w, "name", r->name);
	jsonw_kv_cstr(w, "title", r->title);
	jsonw_kv_cstr(w, "description", r->about);
	jsonw_kv_cstr(w, "mimeType", r->mime);
	if (r->meta != NULL) {
		jsonw_key(w, "_meta");
		jsonw_raw(w, str_of(r->meta));
	}
	jsonw_end_object(w);
}

static void
write_prompt(struct jsonw *w, const void *item, UNUSED enum toolset set)
{
	const struct mcp_prompt *p = item;
	const struct mcp_arg *a = p->args;

	jsonw_object(w);
	jsonw_kv_cstr(w, "name", p->name);
	jsonw_kv_cstr(w, "title", p->title);
	jsonw_kv_cstr(w, "description", p->about);
	jsonw_kv_array(w, "arguments");
	for (; a->type != MCP_ARG_END; a++) {
		jsonw_object(w);
		jsonw_kv_cstr(w, "name", a->name);
		jsonw_kv_cstr(w, "description", a->about);
		jsonw_kv_bool(w, "required", a->required);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
}

/* --- pages --------------------------------------------------------------- */

/* What a list is made of. */
struct list_plan {
	enum mcp_method method;
	const char *member; /* of the result */
	void (*write)(struct jsonw *w, const void *item, enum toolset set);
	const void *const *items; /* ends with NULL */
	enum toolset set;	  /* of tools: those in it */
};

static bool
is_in(const struct list_plan *p, const void *item)
{
	const struct mcp_tool *t = item;

	return p->method != METHOD_TOOLS_LIST || t->set <= p->set;
}

/* A cursor holds for the list that it came from alone. */
static void
write_bound(enum mcp_method method, size_t n_pages, struct buf *out)
{
	buf_printf(out, "%s %zu", era_method_name(method), n_pages);
}

static void
write_cursor(struct mcp *m, const struct list_plan *p, size_t n_pages,
    size_t next, struct buf *out)
{
	struct buf bound = BUF_INIT;
	uint32_t at = (uint32_t)next;

	buf_adds(out, ",\"nextCursor\":\"");
	write_bound(p->method, n_pages, &bound);
	mcp_token_seal(m->tokens, buf_str(&bound),
	    str_make((const char *)&at, sizeof(at)), out);
	buf_addc(out, '"');
	buf_free(&bound);
}

bool
mcp_page_find(const struct rpc *r, const struct mcp_pages *pages,
    const cJSON *cursor, size_t *at_r)
{
	struct buf bound = BUF_INIT, plain = BUF_INIT;
	uint32_t at = 0;

	write_bound(r->method, pages->n, &bound);
	if (cJSON_IsString(cursor) &&
	    mcp_token_open(r->mcp->tokens, buf_str(&bound),
		str_of(cursor->valuestring), &plain) &&
	    plain.n == sizeof(at))
		memcpy(&at, plain.p, sizeof(at));
	buf_free(&bound);
	buf_free(&plain);
	*at_r = at;
	return at > 0 && at < pages->n;
}

static struct mcp_page
keep(struct mcp *m, struct str members, enum mcp_era era)
{
	struct buf b = BUF_INIT;
	struct mcp_page page;
	size_t at;
	char *all;

	rpc_write_begin(&b, era, RPC_COMPLETE);
	at = b.n;
	buf_addstr(&b, members);
	rpc_write_end(&b, era);
	all = arena_memdup(m->arena, b.p, b.n);
	page.members = str_make(all + at, members.n);
	page.tail =
	    http_tail_new(m->arena, STR(RPC_OPENING), str_make(all, b.n));
	buf_free(&b);
	return page;
}

/* Items from *at on, up to a page; *at moves along. */
static void
write_items(const struct list_plan *p, size_t size, size_t *at, struct buf *out)
{
	struct jsonw w;

	buf_printf(out, "\"%s\":", p->member);
	jsonw_init(&w, out);
	jsonw_array(&w);
	for (size_t n = 0; p->items[*at] != NULL && n < size; ++*at) {
		if (!is_in(p, p->items[*at]))
			continue;
		p->write(&w, p->items[*at], p->set);
		n++;
	}
	jsonw_end_array(&w);
}

static size_t
count_pages(const struct list_plan *p, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; p->items[i] != NULL; i++)
		n += is_in(p, p->items[i]);
	return n == 0 ? 1 : (n + size - 1) / size;
}

static void
prepare_list(struct mcp *m, const struct list_plan *p, struct mcp_pages *legacy,
    struct mcp_pages *modern)
{
	size_t size = (size_t)MAX(m->app->conf->mcp_page_size, 1);
	size_t n = count_pages(p, size), at = 0;
	struct buf b = BUF_INIT;

	*legacy =
	    (struct mcp_pages){ arena_many(m->arena, n, struct mcp_page), n };
	*modern =
	    (struct mcp_pages){ arena_many(m->arena, n, struct mcp_page), n };
	for (size_t i = 0; i < n; i++) {
		buf_clear(&b);
		write_items(p, size, &at, &b);
		if (i + 1 < n)
			write_cursor(m, p, n, i + 1, &b);
		legacy->page[i] = keep(m, buf_str(&b), ERA_LEGACY);
		buf_addc(&b, ',');
		mcp_write_caching(&b, MCP_LIST_TTL_MS, false);
		modern->page[i] = keep(m, buf_str(&b), ERA_MODERN);
	}
	buf_free(&b);
}

static void
prepare_discover(struct mcp *m)
{
	struct mcp_pages *pages = &m->fixed[ERA_MODERN][METHOD_DISCOVER];
	struct buf b = BUF_INIT;

	write_discover(&b);
	buf_addc(&b, ',');
	mcp_write_caching(&b, MCP_LIST_TTL_MS, true);
	*pages =
	    (struct mcp_pages){ arena_many(m->arena, 1, struct mcp_page), 1 };
	pages->page[0] = keep(m, buf_str(&b), ERA_MODERN);
	buf_free(&b);
}

void
mcp_prepare_lists(struct mcp *m)
{
	const struct list_plan plans[] = {
		{ METHOD_RESOURCES_LIST, "resources", write_resource,
		    (const void *const *)m->resources, TOOLSET_ALL },
		{ METHOD_TEMPLATES_LIST, "resourceTemplates", write_resource,
		    (const void *const *)m->templates, TOOLSET_ALL },
		{ METHOD_PROMPTS_LIST, "prompts", write_prompt,
		    (const void *const *)m->prompts, TOOLSET_ALL },
	};
	struct list_plan tools = { METHOD_TOOLS_LIST, "tools", write_tool,
		(const void *const *)m->tools, TOOLSET_ALL };

	for (size_t i = 0; i < ARRAY_LEN(plans); i++)
		prepare_list(m, &plans[i],
		    &m->fixed[ERA_LEGACY][plans[i].method],
		    &m->fixed[ERA_MODERN][plans[i].method]);
	for (int set = 0; set < TOOLSET_COUNT; set++) {
		tools.set = (enum toolset)set;
		prepare_list(m, &tools, &m->tool_lists[ERA_LEGACY][set],
		    &m->tool_lists[ERA_MODERN][set]);
	}
	prepare_discover(m);
}
