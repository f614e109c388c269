/* Answers that are the same for everybody: what this server is and offers.
 * Written once a process from the records. */

#include "mcp/mcp_impl.h"

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
mcp_write_abilities(struct buf *out)
{
	buf_adds(out,
	    "\"capabilities\":{\"tools\":{},\"resources\":{},\"prompts\":{}},"
	    "\"instructions\":\"");
	jsonw_escape(out, str_of(instructions));
	buf_addc(out, '"');
}

static void
write_discover(struct buf *out)
{
	buf_adds(out, "\"supportedVersions\":");
	rpc_write_versions(out);
	buf_addc(out, ',');
	mcp_write_abilities(out);
}

static void
write_annotations(struct jsonw *w, const struct mcp_tool *t)
{
	jsonw_kv_object(w, "annotations");
	jsonw_kv_cstr(w, "title", t->title);
	jsonw_kv_bool(w, "readOnlyHint", !t->writes);
	jsonw_kv_bool(w, "destructiveHint", false);
	jsonw_kv_bool(w, "idempotentHint", !t->writes || t->idempotent);
	jsonw_kv_bool(w, "openWorldHint", false);
	jsonw_end_object(w);
}

static void
write_tool(struct jsonw *w, const struct mcp_tool *t)
{
	jsonw_object(w);
	jsonw_kv_cstr(w, "name", t->name);
	jsonw_kv_cstr(w, "title", t->title);
	jsonw_kv_cstr(w, "description", t->about);
	jsonw_key(w, "inputSchema");
	args_schema(w, t->args);
	if (t->result[0].name != NULL) {
		jsonw_key(w, "outputSchema");
		args_result_schema(w, t->result);
	}
	write_annotations(w, t);
	jsonw_end_object(w);
}

static void
write_tools(struct buf *out)
{
	struct jsonw w;

	buf_adds(out, "\"tools\":");
	jsonw_init(&w, out);
	jsonw_array(&w);
	for (size_t i = 0; mcp_tools[i] != NULL; i++)
		write_tool(&w, mcp_tools[i]);
	jsonw_end_array(&w);
}

static void
write_resources(struct buf *out)
{
	const struct mcp_resource *r;
	struct jsonw w;

	buf_adds(out, "\"resources\":");
	jsonw_init(&w, out);
	jsonw_array(&w);
	for (size_t i = 0; (r = mcp_resources[i]) != NULL; i++) {
		jsonw_object(&w);
		jsonw_kv_cstr(&w, "uri", r->uri);
		jsonw_kv_cstr(&w, "name", r->name);
		jsonw_kv_cstr(&w, "title", r->title);
		jsonw_kv_cstr(&w, "description", r->about);
		jsonw_kv_cstr(&w, "mimeType", r->mime);
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
}

static void
write_templates(struct buf *out)
{
	buf_adds(out, "\"resourceTemplates\":[]");
}

static void
write_prompt(struct jsonw *w, const struct mcp_prompt *p)
{
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

static void
write_prompts(struct buf *out)
{
	struct jsonw w;

	buf_adds(out, "\"prompts\":");
	jsonw_init(&w, out);
	jsonw_array(&w);
	for (size_t i = 0; mcp_prompts[i] != NULL; i++)
		write_prompt(&w, mcp_prompts[i]);
	jsonw_end_array(&w);
}

static void
keep(struct mcp *m, enum mcp_method method, void (*write)(struct buf *out))
{
	struct buf b = BUF_INIT;
	struct str *legacy = &m->fixed[ERA_LEGACY][method];
	struct str *modern = &m->fixed[ERA_MODERN][method];

	write(&b);
	*legacy = str_make(arena_memdup(m->arena, b.p, b.n), b.n);
	buf_addc(&b, ',');
	mcp_write_caching(&b, MCP_LIST_TTL_MS, true);
	*modern = str_make(arena_memdup(m->arena, b.p, b.n), b.n);
	buf_free(&b);
}

void
mcp_prepare_lists(struct mcp *m)
{
	keep(m, METHOD_DISCOVER, write_discover);
	keep(m, METHOD_TOOLS_LIST, write_tools);
	keep(m, METHOD_RESOURCES_LIST, write_resources);
	keep(m, METHOD_TEMPLATES_LIST, write_templates);
	keep(m, METHOD_PROMPTS_LIST, write_prompts);
}
