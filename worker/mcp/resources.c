/* resources/read: a resource by its URI, or a template that the URI fits. */

#include "base/enc.h"
#include "mcp/call.h"
#include "mcp/mcp_impl.h"

void
mcp_refuse_resource(struct rpc *r, const char *uri)
{
	struct buf data = BUF_INIT;

	buf_adds(&data, "\"uri\":\"");
	jsonw_escape(&data, str_of(uri));
	buf_addc(&data, '"');
	rpc_error_data(r, 200,
	    r->era == ERA_MODERN ? RPC_INVALID_PARAMS : RPC_RESOURCE_NOT_FOUND,
	    "there is no such resource", buf_str(&data));
	buf_free(&data);
}

static void
write_contents(struct rpc *r, const struct mcp_resource *res, const char *uri,
    struct mcp_call *call)
{
	struct jsonw w;

	buf_adds(r->out, "\"contents\":");
	jsonw_init(&w, r->out);
	jsonw_array(&w);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "uri", uri);
	jsonw_kv_cstr(&w, "mimeType", res->mime);
	if (call->blob.p != NULL)
		jsonw_kv_str(&w, "blob", call->blob);
	else
		jsonw_kv_str(&w, "text",
		    call->structured.n > 0 ? buf_str(&call->structured)
					   : buf_str(&call->text));
	if (res->meta != NULL) {
		jsonw_key(&w, "_meta");
		jsonw_raw(&w, str_of(res->meta));
	}
	jsonw_end_object(&w);
	jsonw_end_array(&w);
}

static void
answer_resource(struct rpc *r, const struct mcp_resource *res, const char *uri,
    struct mcp_call *call)
{
	rpc_result(r);
	write_contents(r, res, uri, call);
	if (r->era == ERA_MODERN) {
		buf_addc(r->out, ',');
		mcp_write_caching(
		    r->out, res->pure ? MCP_LIST_TTL_MS : 0, res->pure);
	}
	rpc_result_end(r);
}

static const struct mcp_resource *
find_resource(const struct mcp *m, const char *uri)
{
	for (size_t i = 0; m->resources[i] != NULL; i++) {
		if (strcmp(m->resources[i]->uri, uri) == 0)
			return m->resources[i];
	}
	return NULL;
}

/* What stands in the URI for the template's part in braces; false: it does not
 * fit. */
static bool
fit(const char *template, struct str uri, struct buf *value)
{
	struct str rest, after;
	struct str before = str_cut(str_of(template), '{', &rest);

	str_cut(rest, '}', &after);
	if (uri.n <= before.n + after.n || !str_starts(uri, before) ||
	    !str_ends(uri, after))
		return false;
	uri = str_make(uri.p + before.n, uri.n - before.n - after.n);
	return str_find(uri, '/') < 0 && dec_percent(value, uri, false) &&
	       str_is_utf8(buf_str(value));
}

/* The template that the URI fits, and its argument as an object. */
static const struct mcp_resource *
find_template(struct rpc *r, const char *uri, const cJSON **given_r)
{
	const struct mcp_resource *found = NULL;
	struct buf value = BUF_INIT, text = BUF_INIT;
	struct err e = ERR_INIT;
	struct jsonw w;

	for (size_t i = 0; found == NULL && r->mcp->templates[i] != NULL; i++) {
		buf_clear(&value);
		if (fit(r->mcp->templates[i]->uri, str_of(uri), &value))
			found = r->mcp->templates[i];
	}
	if (found != NULL) {
		jsonw_init(&w, &text);
		jsonw_object(&w);
		jsonw_kv_str(&w, found->args[0].name, buf_str(&value));
		jsonw_end_object(&w);
		*given_r = json_parse(r->arena, buf_str(&text), &e);
	}
	buf_free(&text);
	buf_free(&value);
	return found;
}

static void
answer_failure(
    struct rpc *r, const char *uri, struct mcp_call *call, const struct err *e)
{
	if (e->code != ERR_CANCELED && call_answer_wants(call))
		return;
	if (e->code == ERR_NOT_FOUND || e->code == ERR_INVALID)
		mcp_refuse_resource(r, uri);
	else
		rpc_error_err(r, e);
}

static void
read_resource(struct rpc *r, const struct mcp_resource *res, const char *uri,
    const cJSON *given)
{
	struct mcp_call call = { .args = res->args, .arguments = given };
	struct err e = ERR_INIT;

	if (!rounds_begin(&call.rounds, r))
		return;
	if (!args_read(res->args, given, true, call.values, &call.text))
		mcp_refuse_resource(r, uri);
	else if (call_begin(&call, r, res->name,
		     res->pure ? CALL_PURE : CALL_PERSON, &e) < 0 ||
		 res->run(&call, &e) < 0)
		answer_failure(r, uri, &call, &e);
	else
		answer_resource(r, res, uri, &call);
	call_end(&call);
}

bool
mcp_resource_exists(struct rpc *r, const char *uri)
{
	const cJSON *given;

	return find_resource(r->mcp, uri) != NULL ||
	       find_template(r, uri, &given) != NULL;
}

void
mcp_resources_read(struct rpc *r)
{
	const char *uri = mcp_param(r, "uri");
	const struct mcp_resource *res;
	const cJSON *given = NULL;

	if (uri == NULL)
		return;
	res = find_resource(r->mcp, uri);
	if (res == NULL)
		res = find_template(r, uri, &given);
	if (res == NULL)
		mcp_refuse_resource(r, uri);
	else if (mcp_check_scope(r, res->scope, res->uri))
		read_resource(r, res, uri, given);
}
