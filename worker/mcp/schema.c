/* JSON Schema (2020-12) of arguments and results, from their records. */

#include "mcp/args.h"

static void
write_words(struct jsonw *w, const char *const *words)
{
	jsonw_kv_array(w, "enum");
	for (size_t i = 0; words[i] != NULL; i++)
		jsonw_cstr(w, words[i]);
	jsonw_end_array(w);
}

static void
write_bounds(
    struct jsonw *w, const struct mcp_arg *a, const char *low, const char *high)
{
	jsonw_key(w, low);
	jsonw_double(w, a->min);
	jsonw_key(w, high);
	jsonw_double(w, a->max);
}

static void
write_default(struct jsonw *w, const struct mcp_arg *a)
{
	if (a->fallback == NULL)
		return;
	jsonw_key(w, "default");
	if (a->type == MCP_ARG_INT || a->type == MCP_ARG_NUM ||
	    a->type == MCP_ARG_BOOL)
		jsonw_raw(w, str_of(a->fallback));
	else
		jsonw_cstr(w, a->fallback);
}

static void
write_property(struct jsonw *w, const struct mcp_arg *a)
{
	static const char *const types[] = {
		[MCP_ARG_INT] = "integer",
		[MCP_ARG_NUM] = "number",
		[MCP_ARG_STR] = "string",
		[MCP_ARG_ENUM] = "string",
		[MCP_ARG_BOOL] = "boolean",
		[MCP_ARG_DATE] = "string",
		[MCP_ARG_LIST] = "array",
	};

	jsonw_kv_object(w, a->name);
	jsonw_kv_cstr(w, "type", types[a->type]);
	jsonw_kv_cstr(w, "description", a->about);
	if (a->type == MCP_ARG_INT || a->type == MCP_ARG_NUM)
		write_bounds(w, a, "minimum", "maximum");
	if (a->type == MCP_ARG_STR && !a->listed_there)
		write_bounds(w, a, "minLength", "maxLength");
	if (a->type == MCP_ARG_DATE)
		jsonw_kv_cstr(w, "format", "date");
	if (a->type == MCP_ARG_ENUM && !a->listed_there)
		write_words(w, a->words);
	if (a->type == MCP_ARG_LIST) {
		jsonw_kv_object(w, "items");
		jsonw_kv_cstr(w, "type", "string");
		write_words(w, a->words);
		jsonw_end_object(w);
		jsonw_kv_bool(w, "uniqueItems", true);
	}
	write_default(w, a);
	if (a->example != NULL) {
		jsonw_kv_array(w, "examples");
		jsonw_raw(w, str_of(a->example));
		jsonw_end_array(w);
	}
	if (a->header != NULL)
		jsonw_kv_cstr(w, "x-mcp-header", a->header);
	jsonw_end_object(w);
}

/* Left out when empty, as the list of tools is to be short. */
static void
write_required(struct jsonw *w, const struct mcp_arg *args)
{
	bool any = false;

	for (size_t i = 0; args[i].type != MCP_ARG_END; i++) {
		if (!args[i].required)
			continue;
		if (!any)
			jsonw_kv_array(w, "required");
		any = true;
		jsonw_cstr(w, args[i].name);
	}
	if (any)
		jsonw_end_array(w);
}

void
args_schema(struct jsonw *w, const struct mcp_arg *args, bool with_old)
{
	jsonw_object(w);
	jsonw_kv_cstr(w, "type", "object");
	if (args[0].type != MCP_ARG_END) {
		jsonw_kv_object(w, "properties");
		for (size_t i = 0; args[i].type != MCP_ARG_END; i++) {
			if (with_old || !args[i].old)
				write_property(w, &args[i]);
		}
		jsonw_end_object(w);
		write_required(w, args);
	}
	jsonw_kv_bool(w, "additionalProperties", false);
	jsonw_end_object(w);
}

void
args_result_schema(struct jsonw *w, const struct mcp_field *fields)
{
	jsonw_object(w);
	jsonw_kv_cstr(w, "type", "object");
	jsonw_kv_object(w, "properties");
	for (size_t i = 0; fields[i].name != NULL; i++) {
		jsonw_kv_object(w, fields[i].name);
		jsonw_kv_cstr(w, "type", fields[i].type);
		if (fields[i].about != NULL)
			jsonw_kv_cstr(w, "description", fields[i].about);
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
	jsonw_kv_array(w, "required");
	for (size_t i = 0; fields[i].name != NULL; i++) {
		if (fields[i].always)
			jsonw_cstr(w, fields[i].name);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
}
