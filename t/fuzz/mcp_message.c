/* Any bytes as an MCP message, with and without headers.  Whatever comes, the
 * answer is one JSON object of JSON-RPC, or nothing. */

#include <stdlib.h>

#include "app.h"
#include "auth/who.h"
#include "base/check.h"
#include "config/conf.h"
#include "mcp/mcp_impl.h"

/* What needs no database, and leaves nothing behind. */
static bool
is_pure(const struct rpc *r)
{
	const cJSON *name = json_get(r->params, "name");
	const cJSON *uri = json_get(r->params, "uri");

	switch (r->method) {
	case METHOD_TOOLS_CALL:
		return !cJSON_IsString(name) ||
		       mcp_tool_find(r->mcp, str_of(name->valuestring)) < 0 ||
		       strcmp(name->valuestring, "explain_metric") == 0;
	case METHOD_RESOURCES_READ:
		return !cJSON_IsString(uri) ||
		       strcmp(uri->valuestring, "pierre://methodology") == 0;
	case METHOD_TASKS_GET:
	case METHOD_TASKS_UPDATE:
	case METHOD_TASKS_CANCEL:
	case METHOD_LISTEN:
	case METHOD_COMPLETE:
		return false;
	default:
		return true;
	}
}

/* The elements of a batch are as many as it has, and each is JSON. */
static void
check_batch(struct arena *a, const struct rpc *r)
{
	struct str rest = r->text, text;
	struct err e = ERR_INIT;
	int n = 0;

	for (; (text = rpc_next_element(&rest)).p != NULL; n++)
		CHECK(json_parse(a, text, &e) != NULL);
	CHECK(n == cJSON_GetArraySize(r->message));
}

static void
check_answer(struct arena *a, const struct rpc *r)
{
	struct err e = ERR_INIT;
	const cJSON *answer;

	if (r->silent) {
		CHECK(r->status == 202);
		return;
	}
	answer = json_parse(a, buf_str(r->out), &e);
	CHECK(answer != NULL);
	CHECK(json_get(answer, "id") != NULL);
	CHECK((json_get(answer, "result") != NULL) !=
	      (json_get(answer, "error") != NULL));
}

/* The first byte says which headers there are; each is a line. */
static struct str
take_header(uint8_t flags, int bit, struct str *rest)
{
	return (flags >> bit & 1) != 0 ? str_cut(*rest, '\n', rest) : STR_NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf = { .mcp_toolset = "all",
		.mcp_page_size = 100 };
	static struct app app = { .conf = &conf };
	static const struct who who = { .proof = WHO_STDIO };
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;
	struct arena *a = arena_new();
	struct str rest = str_make((const char *)data + 1, size - 1);
	struct era_input in = { .has_headers = false };
	struct rpc r = { .app = &app, .who = &who, .arena = a, .out = &out };

	enum rpc_kind kind;

	if (app.mcp == NULL)
		app.mcp = mcp_new(&app, &e);
	r.mcp = app.mcp;
	if (size > 0) {
		in.has_headers = data[0] >> 3 & 1;
		in.version = take_header(data[0], 0, &rest);
		in.method = take_header(data[0], 1, &rest);
		in.name = take_header(data[0], 2, &rest);
		kind = rpc_read(&r, rest.p != NULL ? rest : STR(""), &in);
		if (kind == RPC_REQUEST && is_pure(&r))
			mcp_serve(&r);
		if (kind == RPC_BATCH)
			check_batch(a, &r);
		else if (kind != RPC_REQUEST || is_pure(&r))
			check_answer(a, &r);
	}
	buf_free(&out);
	arena_free(&a);
	return 0;
}
