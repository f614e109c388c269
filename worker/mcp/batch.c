#include "mcp/batch.h"

#include "mcp/mcp_impl.h"
#include "mcp/mcp_session.h"

#define MAX_MESSAGES 50

static bool
is_modern(const cJSON *message)
{
	return json_get(json_get(json_get(message, "params"), "_meta"),
		   META_VERSION) != NULL;
}

/* NULL, or why it is not served. */
static const char *
find_fault(const struct rpc *r, const struct era_input *in)
{
	int n = cJSON_GetArraySize(r->message);
	const cJSON *message;

	if (in->version.p == NULL && r->session != NULL &&
	    strcmp(r->session->version, ERA_BATCH_VERSION) != 0)
		return "batches are of revision " ERA_BATCH_VERSION
		       " alone: send one message a request";
	if (n == 0 || n > MAX_MESSAGES)
		return "a batch has 1 to 50 messages";
	cJSON_ArrayForEach (message, r->message) {
		if (is_modern(message))
			return "a message of revision " ERA_MODERN_VERSION
			       " comes alone";
		if (cJSON_IsArray(message))
			return "a batch holds no batch";
	}
	return NULL;
}

static void
serve_element(
    struct rpc *r, struct str text, struct era_input *in, batch_take *take)
{
	enum rpc_kind kind = rpc_read(r, text, in);

	if (kind == RPC_REQUEST && r->method == METHOD_INITIALIZE)
		rpc_error(r, 400, RPC_INVALID_REQUEST,
		    "initialize comes alone, not in a batch");
	else if (kind == RPC_REQUEST)
		mcp_serve(r);
	else if (kind != RPC_DONE)
		take(r, kind);
}

void
batch_serve(struct rpc *r, struct era_input *in, batch_take *take)
{
	const char *fault = find_fault(r, in);
	struct str rest = r->text, text;
	struct buf all = BUF_INIT, one = BUF_INIT;

	if (fault != NULL) {
		rpc_error(r, 400, RPC_INVALID_REQUEST, "%s", fault);
		return;
	}
	while ((text = rpc_next_element(&rest)).p != NULL) {
		struct rpc element = *r;

		element.out = &one;
		element.port = NULL;
		element.client = 0;
		buf_clear(&one);
		serve_element(&element, text, in, take);
		if (element.silent)
			continue;
		buf_addc(&all, all.n == 0 ? '[' : ',');
		buf_addstr(&all, buf_str(&one));
	}
	r->status = 200;
	r->silent = all.n == 0;
	if (r->silent)
		r->status = 202;
	else
		buf_addc(&all, ']');
	buf_clear(r->out);
	buf_addstr(r->out, buf_str(&all));
	buf_free(&all);
	buf_free(&one);
}
