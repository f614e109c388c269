/* How a call becomes a task. */

#include "auth/who.h"
#include "config/conf.h"
#include "events/events.h"
#include "mcp/call.h"
#include "mcp/client.h"
#include "mcp/task_impl.h"
#include "app.h"

static const char *
write_input(struct rpc *r, const char *tool, const cJSON *arguments)
{
	struct buf b = BUF_INIT, words = BUF_INIT;
	const char *text;
	struct jsonw w;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "tool", tool);
	if (arguments != NULL) {
		jsonw_key(&w, "arguments");
		jsonw_tree(&w, arguments);
	}
	scope_format(&words, r->who->scopes);
	jsonw_kv_cstr(&w, "scopes", buf_cstr(&words));
	buf_clear(&words);
	client_format(&words, r->client);
	jsonw_kv_cstr(&w, "client", buf_cstr(&words));
	jsonw_end_object(&w);
	text = arena_strndup(r->arena, b.p, b.n);
	buf_free(&b);
	buf_free(&words);
	return text;
}

struct creation {
	struct rpc *rpc;
	struct job job;
	struct job_question *known; /* answered in the request already */
	size_t n;
};

static int
create_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct creation *c = arg;
	struct arena *a = c->rpc->arena;

	if (jobs_insert(tx, a, &c->job, NULL, 0,
		c->rpc->app->conf->jobs_max_open_per_user, e) < 0)
		return -1;
	return job_questions_add(
	    tx, a, &c->job.owner, &c->job.id, c->known, c->n, e);
}

/* It is there before anybody hears of it. */
static int
create(
    struct creation *c, const char *tool, const cJSON *arguments, struct err *e)
{
	struct rpc *r = c->rpc;

	c->job = (struct job){
		.owner = { r->who->tenant_id, r->who->user_id },
		.kind = JOB_TASK,
		.input = write_input(r, tool, arguments),
		.node = "",
		.items_all = TASK_PERCENT,
	};
	if (db_write(r->app->db, create_in_tx, c, e) < 0)
		return -1;
	signals_send(events_signals(r->app->events), JOBS_SIGNAL);
	mcp_task_answer(r, &c->job);
	return 0;
}

bool
mcp_takes_tasks(const struct rpc *r)
{
	return r->era == ERA_MODERN && (r->client & CLIENT_TASKS) != 0 &&
	       !task_port_is(r);
}

bool
mcp_task_start(
    struct rpc *r, const struct mcp_tool *tool, const cJSON *arguments)
{
	struct creation c = { .rpc = r };
	struct err e = ERR_INIT;

	if (!mcp_takes_tasks(r))
		return false;
	if (create(&c, tool->name, arguments, &e) < 0)
		rpc_error_err(r, &e);
	return true;
}

/* What the client has said by now is known to the task as well. */
static void
take_replies(struct creation *c, const struct mcp_rounds *m)
{
	c->n = m->n_known;
	c->known = arena_many(c->rpc->arena, c->n + 1, struct job_question);
	for (size_t i = 0; i < c->n; i++)
		c->known[i] = task_question(c->rpc->arena, &m->known[i]);
}

int
call_become_task(struct mcp_call *call, struct err *e)
{
	struct rpc *r = call->rpc;
	struct creation c = { .rpc = r };

	if (task_port_is(r))
		return 1;
	if (!mcp_takes_tasks(r))
		return 0;
	take_replies(&c, &call->rounds);
	call->answered = create(&c, call->name, call->arguments, e) == 0;
	return -1;
}
