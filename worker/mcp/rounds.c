#include "mcp/rounds.h"

#include "auth/who.h"
#include "base/check.h"
#include "base/clock.h"
#include "mcp/mcp_impl.h"

#define STATE_LIFE_US (INT64_C(600) * 1000000)

/* Whose request, and which: a state serves no other. */
static void
write_bound(struct rpc *r, struct buf *out)
{
	static const char *const salient[] = { "name", "uri", "arguments" };
	const cJSON *item;
	struct jsonw w;

	buf_add(out, &r->who->tenant_id, sizeof(r->who->tenant_id));
	buf_add(out, &r->who->user_id, sizeof(r->who->user_id));
	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "method", era_method_name(r->method));
	for (size_t i = 0; i < ARRAY_LEN(salient); i++) {
		item = json_get(r->params, salient[i]);
		if (item == NULL)
			continue;
		jsonw_key(&w, salient[i]);
		jsonw_tree(&w, item);
	}
	jsonw_end_object(&w);
}

/* {"until":...,"answers":{...}}, or NULL. */
static const cJSON *
open_state(struct rpc *r, const char *token)
{
	struct buf bound = BUF_INIT, plain = BUF_INIT;
	const cJSON *state = NULL, *until;
	struct err e = ERR_INIT;

	write_bound(r, &bound);
	if (mcp_token_open(
		r->mcp->tokens, buf_str(&bound), str_of(token), &plain))
		state = json_parse(r->arena, buf_str(&plain), &e);
	until = json_get(state, "until");
	if (!cJSON_IsNumber(until) ||
	    until->valuedouble < (double)clock_wall_us())
		state = NULL;
	buf_free(&bound);
	buf_free(&plain);
	return state;
}

bool
rounds_begin(struct mcp_rounds *m, struct rpc *r)
{
	const cJSON *state = json_get(r->params, "requestState");
	const cJSON *opened = NULL;

	*m = (struct mcp_rounds){ .given =
				      json_get(r->params, "inputResponses") };
	if (m->given != NULL && !cJSON_IsObject(m->given)) {
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.inputResponses must be an object");
		return false;
	}
	if (state == NULL)
		return true;
	if (cJSON_IsString(state))
		opened = open_state(r, state->valuestring);
	if (opened == NULL) {
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.requestState is not what was given out for this "
		    "request, or too old: begin again without it");
		return false;
	}
	m->has_state = true;
	m->earlier = json_get(opened, "answers");
	return true;
}

int
rounds_ask(struct mcp_rounds *m, struct mcp_ask *asks, size_t n, struct err *e)
{
	const cJSON *reply;

	for (size_t i = 0; i < n; i++) {
		CHECK(m->n_known + m->n_wanted < ROUNDS_MAX_ASKS);
		reply = json_get(m->given, asks[i].key);
		if (reply == NULL)
			reply = json_get(m->earlier, asks[i].key);
		if (reply != NULL && !cJSON_IsObject(reply))
			return err_set(e, ERR_INVALID,
			    "params.inputResponses.%s must be an object",
			    asks[i].key);
		asks[i].answer = reply;
		if (reply != NULL)
			m->known[m->n_known++] = asks[i];
		else
			m->wanted[m->n_wanted++] = asks[i];
	}
	return m->n_wanted == 0;
}

static void
write_state(const struct mcp_rounds *m, struct rpc *r, struct buf *out)
{
	struct buf bound = BUF_INIT, plain = BUF_INIT;
	struct jsonw w;

	jsonw_init(&w, &plain);
	jsonw_object(&w);
	jsonw_kv_int(&w, "until", clock_wall_us() + STATE_LIFE_US);
	jsonw_kv_object(&w, "answers");
	for (size_t i = 0; i < m->n_known; i++) {
		jsonw_key(&w, m->known[i].key);
		jsonw_tree(&w, m->known[i].answer);
	}
	jsonw_end_object(&w);
	jsonw_end_object(&w);
	write_bound(r, &bound);
	mcp_token_seal(r->mcp->tokens, buf_str(&bound), buf_str(&plain), out);
	buf_free(&bound);
	buf_free(&plain);
}

void
rounds_answer(const struct mcp_rounds *m, struct rpc *r)
{
	rpc_result_of_type(r, "input_required");
	buf_adds(r->out, "\"inputRequests\":{");
	for (size_t i = 0; i < m->n_wanted; i++) {
		const struct mcp_ask *a = &m->wanted[i];

		buf_printf(r->out, "%s\"%s\":{\"method\":\"%s\",\"params\":%s}",
		    i > 0 ? "," : "", a->key, mcp_ask_method(a->kind),
		    a->params);
	}
	buf_adds(r->out, "},\"requestState\":\"");
	write_state(m, r, r->out);
	buf_addc(r->out, '"');
	rpc_result_end(r);
}
