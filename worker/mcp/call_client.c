/* What a call says to the client beside its result, and asks it. */

#include "base/clock.h"
#include "mcp/call.h"
#include "mcp/client.h"
#include "mcp/mcp_impl.h"
#include "mcp/mcp_session.h"

/* More often than this nobody can read it. */
#define PROGRESS_EVERY_US 10000

int
call_ask(struct mcp_call *call, struct mcp_ask *asks, size_t n, struct err *e)
{
	struct rpc *r = call->rpc;
	uint32_t needs = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		needs |= mcp_ask_needs(asks[i].kind);
	call->missing |= needs & ~r->client;
	if (call->missing != 0)
		return err_set(e, ERR_INVALID,
		    "this has to ask the client %s, which it cannot answer",
		    mcp_ask_method(asks[0].kind));
	if (r->port != NULL && r->port->ask != NULL)
		return r->port->ask(r, asks, n, e);
	rc = rounds_ask(&call->rounds, asks, n, e);
	return rc > 0 ? 0 : -1;
}

bool
call_answer_wants(struct mcp_call *call)
{
	struct rpc *r = call->rpc;

	if (r->era == ERA_MODERN && call->missing != 0)
		return !rpc_require_client(r, call->missing);
	if (call->rounds.n_wanted == 0)
		return false;
	rounds_answer(&call->rounds, r);
	return true;
}

const cJSON *
call_form(const struct mcp_ask *ask)
{
	const cJSON *action = json_get(ask->answer, "action");
	const cJSON *content = json_get(ask->answer, "content");

	if (!cJSON_IsString(action) ||
	    strcmp(action->valuestring, "accept") != 0 ||
	    !cJSON_IsObject(content))
		return NULL;
	return content;
}

/* The legacy era alone names it once more. */
static const char *
write_open(struct mcp_call *call, const char *url, const char *message)
{
	char id[UUID_TEXT_LEN + 1];
	struct buf b = BUF_INIT;
	const char *params;
	struct uuid name;
	struct jsonw w;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "mode", "url");
	jsonw_kv_cstr(&w, "message", message);
	jsonw_kv_cstr(&w, "url", url);
	if (call->rpc->era == ERA_LEGACY) {
		name = uuid_new();
		uuid_format(&name, id);
		jsonw_kv_cstr(&w, "elicitationId", id);
	}
	jsonw_end_object(&w);
	params = arena_strndup(call_arena(call), b.p, b.n);
	buf_free(&b);
	return params;
}

int
call_ask_to_open(struct mcp_call *call, const char *key, const char *url,
    const char *message, struct err *e)
{
	struct mcp_ask ask = { key, ASK_ELICIT_URL,
		write_open(call, url, message), NULL };
	const cJSON *action;

	if (call_ask(call, &ask, 1, e) < 0)
		return -1;
	action = json_get(ask.answer, "action");
	return cJSON_IsString(action) &&
	       strcmp(action->valuestring, "accept") == 0;
}

static int
notify(struct rpc *r, const char *method, struct str params, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;

	buf_printf(
	    &b, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":", method);
	buf_addstr(&b, params);
	buf_addc(&b, '}');
	rc = r->port->notify(r, buf_str(&b), e);
	buf_free(&b);
	return rc;
}

static bool
is_time(struct mcp_call *call, double done, double total)
{
	int64_t now_us = clock_mono_us();

	if (done <= call->progress)
		return false;
	if (call->progress >= 0 && done < total &&
	    now_us - call->progress_us < PROGRESS_EVERY_US)
		return false;
	call->progress = done;
	call->progress_us = now_us;
	return true;
}

int
call_progress(struct mcp_call *call, double done, double total,
    const char *text, struct err *e)
{
	struct rpc *r = call->rpc;
	const cJSON *token = json_get(r->meta, "progressToken");
	struct buf params = BUF_INIT;
	struct jsonw w;
	int rc;

	if (r->port == NULL ||
	    !(cJSON_IsString(token) || cJSON_IsNumber(token)) ||
	    !is_time(call, done, total))
		return 0;
	jsonw_init(&w, &params);
	jsonw_object(&w);
	jsonw_key(&w, "progressToken");
	jsonw_tree(&w, token);
	jsonw_key(&w, "progress");
	jsonw_double(&w, done);
	if (total > 0) {
		jsonw_key(&w, "total");
		jsonw_double(&w, total);
	}
	if (text != NULL)
		jsonw_kv_cstr(&w, "message", text);
	jsonw_end_object(&w);
	rc = notify(r, "notifications/progress", buf_str(&params), e);
	buf_free(&params);
	return rc;
}

/* The least urgent that the client wants to hear of. */
static enum mcp_level
wanted_level(const struct rpc *r)
{
	const cJSON *level = json_get(r->meta, META_LOG_LEVEL);

	if (r->era == ERA_MODERN)
		return cJSON_IsString(level)
			   ? mcp_level_find(str_of(level->valuestring))
			   : MCP_LEVEL_COUNT;
	return r->session != NULL ? r->session->level : MCP_LEVEL_COUNT;
}

int
call_log(struct mcp_call *call, enum mcp_level level, const char *logger,
    struct str json, struct err *e)
{
	struct rpc *r = call->rpc;
	struct buf params = BUF_INIT;
	struct jsonw w;
	int rc;

	if (r->port == NULL || level < wanted_level(r))
		return 0;
	jsonw_init(&w, &params);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "level", mcp_level_name(level));
	jsonw_kv_cstr(&w, "logger", logger);
	jsonw_key(&w, "data");
	jsonw_raw(&w, json);
	jsonw_end_object(&w);
	rc = notify(r, "notifications/message", buf_str(&params), e);
	buf_free(&params);
	return rc;
}
