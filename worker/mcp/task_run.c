/* The run of a task: tools/call once more, in a fiber of its own, with a port
 * that writes progress down and keeps questions in the store. */

#include "auth/scope.h"
#include "auth/who.h"
#include "base/clock.h"
#include "loop/fiber.h"
#include "mcp/client.h"
#include "mcp/task_impl.h"
#include "app.h"

#define LOOK_MS 250 /* how soon a wish to stop is seen */

struct running {
	struct mcp_task *task;
	struct rpc rpc;
	struct who who;
	struct buf out;
	struct job_question *questions;
	size_t n_questions;
	struct fiber *fiber;
	struct fiber_gate over;
	bool stopped;
};

/* --- the port ------------------------------------------------------------ */

struct job_question
task_question(struct arena *a, const struct mcp_ask *ask)
{
	struct job_question q = { ask->key, "", "" };
	struct buf b = BUF_INIT;
	struct jsonw w;

	buf_printf(&b, "{\"method\":\"%s\",\"params\":%s}",
	    mcp_ask_method(ask->kind), ask->params);
	q.question = arena_strndup(a, b.p, b.n);
	buf_clear(&b);
	if (ask->answer != NULL) {
		jsonw_init(&w, &b);
		jsonw_tree(&w, ask->answer);
		q.answer = arena_strndup(a, b.p, b.n);
	}
	buf_free(&b);
	return q;
}

/* {"method":"notifications/progress","params":{"progress":3,"total":4}} */
static int
notify(struct rpc *r, struct str message, struct err *e)
{
	struct running *u = r->port_arg;
	const cJSON *note = json_parse(r->arena, message, e);
	const cJSON *params = json_get(note, "params");
	const cJSON *done = json_get(params, "progress");
	const cJSON *total = json_get(params, "total");

	if (cJSON_IsNumber(done) && cJSON_IsNumber(total) &&
	    total->valuedouble > 0)
		u->task->progress(
		    u->task->arg, (int64_t)(done->valuedouble /
					    total->valuedouble * TASK_PERCENT));
	return note != NULL ? 0 : -1;
}

static const cJSON *
find_answer(const struct running *u, const char *key, struct err *e)
{
	for (size_t i = 0; i < u->n_questions; i++) {
		const struct job_question *q = &u->questions[i];

		if (strcmp(q->name, key) == 0 && q->answer[0] != '\0')
			return json_parse(u->rpc.arena, str_of(q->answer), e);
	}
	return NULL;
}

static int
wait_for_answers(
    struct running *u, struct mcp_ask *asks, size_t n, struct err *e)
{
	const struct mcp_task *t = u->task;
	struct job_question *list =
	    arena_many(t->arena, n, struct job_question);

	if (clock_wall_us() >= mcp_task_patience_us(t->app, t->job))
		return err_set(
		    e, ERR_INVALID, "nobody has answered what was asked");
	for (size_t i = 0; i < n; i++)
		list[i] = task_question(t->arena, &asks[i]);
	if (job_questions_add(t->app->db, t->arena, &t->job->owner, &t->job->id,
		list, n, e) < 0)
		return -1;
	u->task->waits = true;
	return err_set(e, ERR_CANCELED, "the task waits for answers");
}

static int
ask(struct rpc *r, struct mcp_ask *asks, size_t n, struct err *e)
{
	struct running *u = r->port_arg;
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		asks[i].answer = find_answer(u, asks[i].key, e);
		all = all && asks[i].answer != NULL;
	}
	return all ? 0 : wait_for_answers(u, asks, n, e);
}

static const struct mcp_port task_port = { notify, ask };

bool
task_port_is(const struct rpc *r)
{
	return r->port == &task_port;
}

/* --- the call ------------------------------------------------------------ */

static const char *
text_of(const cJSON *input, const char *name)
{
	const cJSON *item = json_get(input, name);

	return cJSON_IsString(item) ? item->valuestring : "";
}

/* The call as its client would send it. */
static const cJSON *
make_params(struct running *u, const cJSON *input, struct err *e)
{
	const cJSON *arguments = json_get(input, "arguments"), *params;
	struct buf b = BUF_INIT;
	struct jsonw w;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "name", text_of(input, "tool"));
	if (arguments != NULL) {
		jsonw_key(&w, "arguments");
		jsonw_tree(&w, arguments);
	}
	jsonw_kv_object(&w, "_meta");
	jsonw_kv_cstr(&w, "progressToken", "task");
	jsonw_end_object(&w);
	jsonw_end_object(&w);
	params = json_parse(u->task->arena, buf_str(&b), e);
	buf_free(&b);
	return params;
}

static int
prepare(struct running *u, struct err *e)
{
	const struct mcp_task *t = u->task;
	const struct job *j = t->job;
	const cJSON *input = json_parse(t->arena, str_of(j->input), e);

	if (input == NULL ||
	    job_questions(t->app->db, t->arena, &j->owner, &j->id,
		&u->questions, &u->n_questions, NULL, e) < 0)
		return -1;
	u->who = (struct who){
		.proof = WHO_ACCESS_TOKEN,
		.tenant_id = j->owner.tenant_id,
		.user_id = j->owner.user_id,
		.expires_us = INT64_MAX,
	};
	if (scope_parse(str_of(text_of(input, "scopes")), &u->who.scopes, e) <
	    0)
		return -1;
	u->rpc = (struct rpc){
		.app = t->app,
		.mcp = t->app->mcp,
		.who = &u->who,
		.arena = t->arena,
		.out = &u->out,
		.port = &task_port,
		.port_arg = u,
		.id = STR("null"),
		.era = ERA_MODERN,
		.method = METHOD_TOOLS_CALL,
		.params = make_params(u, input, e),
		.client = client_parse(str_of(text_of(input, "client"))),
	};
	u->rpc.meta = json_get(u->rpc.params, "_meta");
	return u->rpc.params != NULL ? 0 : -1;
}

static void
run_call(void *arg)
{
	struct running *u = arg;

	mcp_tools_call(&u->rpc);
	fiber_gate_open(&u->over);
}

/* The call has a fiber of its own, which can be told to unwind without its
 * runner losing his. */
static void
watch(struct running *u)
{
	struct mcp_task *t = u->task;
	struct err e = ERR_INIT;

	u->fiber = fiber_spawn(fiber_loop(), run_call, u);
	while (fiber_gate_wait(&u->over, LOOK_MS, true, &e) < 0) {
		if (u->stopped || t->go_on(t->arg))
			continue;
		u->stopped = true;
		fiber_cancel(u->fiber);
	}
}

static int
take_error(struct running *u, struct err *e)
{
	const cJSON *answer = json_parse(u->task->arena, buf_str(&u->out), e);
	const cJSON *message = json_get(json_get(answer, "error"), "message");
	enum err_code code = u->rpc.cause;

	if (code == ERR_NONE)
		code = u->rpc.code == RPC_INVALID_PARAMS ? ERR_INVALID
							 : ERR_INTERNAL;
	return err_set(e, code, "%s",
	    cJSON_IsString(message) ? message->valuestring : "the tool failed");
}

static int
take_outcome(struct running *u, struct err *e)
{
	struct str result;

	if (u->task->waits)
		return 0;
	if (u->rpc.silent || u->stopped)
		return err_set(e, ERR_CANCELED, "the task was stopped");
	if (u->rpc.code != 0)
		return take_error(u, e);
	result = json_raw_member(buf_str(&u->out), STR("result"));
	u->task->result = arena_strndup(u->task->arena, result.p, result.n);
	return 0;
}

int
mcp_task_run(struct mcp_task *t, struct err *e)
{
	struct running u = { .task = t };
	int rc = prepare(&u, e);

	if (rc == 0) {
		watch(&u);
		rc = take_outcome(&u, e);
	}
	buf_free(&u.out);
	return rc;
}
