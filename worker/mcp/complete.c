/* completion/complete: what a person may be about to type for an argument of a
 * prompt or of a template. */

#include "mcp/call.h"
#include "mcp/mcp_impl.h"

static void
write_words(struct mcp_call *call, const char *const *words, struct str begin)
{
	for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
		struct str word = str_of(words[i]);

		if (word.n >= begin.n &&
		    str_ieq(str_make(word.p, begin.n), begin))
			jsonw_str(call_out(call), word);
	}
}

static int
write_values(struct mcp_call *call, const struct mcp_arg *arg, struct str begin,
    struct err *e)
{
	if (arg->suggest != NULL)
		return arg->suggest(call, begin, e);
	write_words(call, arg->words, begin);
	return 0;
}

static void
complete(struct rpc *r, const struct mcp_arg *args, int at, struct str begin)
{
	struct mcp_call call = { .args = args };
	struct err e = ERR_INIT;
	int rc = call_begin(&call, r, args[at].name,
	    args[at].suggest == NULL ? CALL_PURE : CALL_PERSON, &e);

	if (rc == 0) {
		jsonw_array(&call.w);
		rc = write_values(&call, &args[at], begin, &e);
	}
	if (rc < 0) {
		rpc_error_err(r, &e);
	} else {
		jsonw_end_array(&call.w);
		rpc_result(r);
		buf_adds(r->out, "\"completion\":{\"values\":");
		buf_addstr(r->out, buf_str(&call.structured));
		buf_adds(r->out, ",\"hasMore\":false}");
		rpc_result_end(r);
	}
	call_end(&call);
}

static const struct mcp_resource *
find_template(const struct mcp *m, const char *uri)
{
	for (size_t i = 0; m->templates[i] != NULL; i++) {
		if (strcmp(m->templates[i]->uri, uri) == 0)
			return m->templates[i];
	}
	return NULL;
}

/* The arguments of what params.ref names; NULL: answered. */
static const struct mcp_arg *
find_args(struct rpc *r)
{
	const cJSON *ref = json_get(r->params, "ref");
	const cJSON *type = json_get(ref, "type");
	const cJSON *name = json_get(ref, "name"), *uri = json_get(ref, "uri");
	const struct mcp_prompt *prompt = NULL;
	const struct mcp_resource *template = NULL;

	if (!cJSON_IsString(type))
		type = NULL;
	else if (strcmp(type->valuestring, "ref/prompt") == 0 &&
		 cJSON_IsString(name))
		prompt = mcp_prompt_find(r->mcp, name->valuestring);
	else if (strcmp(type->valuestring, "ref/resource") == 0 &&
		 cJSON_IsString(uri))
		template = find_template(r->mcp, uri->valuestring);
	if (prompt != NULL)
		return prompt->args;
	if (template == NULL) {
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.ref names no prompt and no resource template");
		return NULL;
	}
	return mcp_check_scope(r, template->scope, template->uri)
		   ? template->args
		   : NULL;
}

void
mcp_complete(struct rpc *r)
{
	const cJSON *argument = json_get(r->params, "argument");
	const cJSON *name = json_get(argument, "name");
	const cJSON *value = json_get(argument, "value");
	const struct mcp_arg *args = find_args(r);
	int at;

	if (args == NULL)
		return;
	if (!cJSON_IsString(name) || !cJSON_IsString(value)) {
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.argument.name and params.argument.value must be "
		    "strings");
		return;
	}
	at = args_find(args, name->valuestring);
	if (at < 0)
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "there is no argument \"%.60s\" to complete",
		    name->valuestring);
	else
		complete(r, args, at, str_of(value->valuestring));
}
