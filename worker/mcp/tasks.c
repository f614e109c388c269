/* The methods of tasks: asked for, answered and canceled. */

#include "auth/who.h"
#include "base/map.h"
#include "mcp/import_tasks.h"
#include "mcp/task_impl.h"
#include "app.h"

#define MAX_REPLIES 64

static bool
is_task(const struct job *j)
{
	return strcmp(j->kind, JOB_TASK) == 0 || import_is_task(j);
}

/* What a token may not call it may not read the result of either. */
static bool
check_scope(struct rpc *r, const struct job *j)
{
	const cJSON *input = json_parse(r->arena, str_of(j->input), NULL);
	const cJSON *name = json_get(input, "tool");
	int index = -1;

	if (cJSON_IsString(name))
		index = mcp_tool_find(r->mcp, str_of(name->valuestring));
	return index < 0 || mcp_check_scope(r, r->mcp->tools[index]->scope,
				name->valuestring);
}

/* false: answered with an error. */
static bool
find(struct rpc *r, struct job *out)
{
	struct owner o = { r->who->tenant_id, r->who->user_id };
	const char *text = mcp_param(r, "taskId");
	struct err e = ERR_INIT;
	struct uuid id;
	int rc = 0;

	if (text == NULL)
		return false;
	if (uuid_parse(str_of(text), &id))
		rc = jobs_get(r->app->db, r->arena, &o, &id, out, &e);
	if (rc > 0 && is_task(out))
		return check_scope(r, out);
	if (rc < 0)
		rpc_error_err(r, &e);
	else
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "there is no task \"%.80s\"", text);
	return false;
}

/* What a listener hears of a task has the result in it. */
bool
mcp_tasks_may_hear(struct rpc *r, const struct map *ids)
{
	struct owner o = { r->who->tenant_id, r->who->user_id };
	struct err e = ERR_INIT;
	size_t pos = 0;
	struct uuid id;
	struct job j;
	struct str text;
	void *unused;

	while (map_next(ids, &pos, &text, &unused)) {
		int rc = uuid_parse(text, &id)
			     ? jobs_get(r->app->db, r->arena, &o, &id, &j, &e)
			     : 0;

		if (rc < 0) {
			rpc_error_err(r, &e);
			return false;
		}
		if (rc > 0 && is_task(&j) && !check_scope(r, &j))
			return false;
	}
	return true;
}

void
mcp_tasks_get(struct rpc *r)
{
	struct err e = ERR_INIT;
	struct job j;

	if (find(r, &j) && task_answer_details(r, &j, &e) < 0)
		rpc_error_err(r, &e);
}

void
mcp_tasks_cancel(struct rpc *r)
{
	struct err e = ERR_INIT;
	struct job j;

	if (!find(r, &j))
		return;
	if (task_cancel(r->app, r->arena, &j, &e) < 0)
		rpc_error_err(r, &e);
	else
		rpc_result_members(r, STR(""));
}

/* Those that are not asked, or are answered already, are ignored. */
static int
store_replies(
    struct rpc *r, const struct job *j, const cJSON *replies, struct err *e)
{
	const cJSON *reply;

	if (!cJSON_IsObject(replies) ||
	    cJSON_GetArraySize(replies) > MAX_REPLIES)
		return err_set(e, ERR_INVALID,
		    "params.inputResponses must be an object of at most %d "
		    "members",
		    MAX_REPLIES);
	cJSON_ArrayForEach (reply, replies) {
		struct buf b = BUF_INIT;
		struct jsonw w;
		int rc;

		if (!cJSON_IsObject(reply))
			return err_set(e, ERR_INVALID,
			    "params.inputResponses.%.80s must be an object",
			    reply->string);
		jsonw_init(&w, &b);
		jsonw_tree(&w, reply);
		rc = job_question_answer(r->app->db, r->arena, &j->owner,
		    &j->id, reply->string, buf_cstr(&b), e);
		buf_free(&b);
		if (rc < 0)
			return -1;
	}
	return 0;
}

void
mcp_tasks_update(struct rpc *r)
{
	const cJSON *replies = json_get(r->params, "inputResponses");
	struct err e = ERR_INIT;
	struct job j;

	if (!find(r, &j))
		return;
	if (store_replies(r, &j, replies, &e) < 0 ||
	    mcp_task_wake(r->app, r->arena, &j.owner, &j.id, &e) < 0)
		rpc_error_err(r, &e);
	else
		rpc_result_members(r, STR(""));
}
