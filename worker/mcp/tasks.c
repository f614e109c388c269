/* Tasks as clients see them: begun by tools/call, asked for, answered and
 * canceled. */

#include "mcp/tasks.h"

#include <stdlib.h>

#include "auth/who.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "events/events.h"
#include "loop/fiber.h"
#include "mcp/call.h"
#include "mcp/changes.h"
#include "mcp/client.h"
#include "mcp/import_tasks.h"
#include "mcp/task_port.h"
#include "store/job_questions.h"
#include "app.h"

#define POLL_MS	    500 /* between two tasks/get */
#define PERCENT	    100
#define SAVE_TRIES  8
#define MAX_REPLIES 64
/* A longer result is fetched by tasks/get: an event holds no more. */
#define TOLD_MAX (128 * 1024)

/* --- what a task looks like ---------------------------------------------- */

static const char *
status_of(const struct job *j, size_t waiting)
{
	switch (j->state) {
	case JOB_DONE:
		return "completed";
	case JOB_FAILED:
		return "failed";
	case JOB_CANCELED:
		return "cancelled";
	default:
		return waiting > 0 && j->state == JOB_QUEUED ? "input_required"
							     : "working";
	}
}

static void
write_message(struct jsonw *w, const struct job *j, size_t waiting)
{
	char percent[40];

	if (job_is_finished(j))
		return;
	if (j->state == JOB_QUEUED) {
		jsonw_kv_cstr(w, "statusMessage",
		    waiting > 0 ? "Waits for an answer." : "Waits its turn.");
	} else if (j->items_done > 0) {
		snprintf(percent, sizeof(percent), "%lld %% done.",
		    (long long)(j->items_done * PERCENT / j->items_all));
		jsonw_kv_cstr(w, "statusMessage", percent);
	}
}

static void
write_task(struct jsonw *w, const struct conf *conf, const struct job *j,
    size_t waiting)
{
	int64_t updated_us = MAX(j->created_us, j->started_us);

	jsonw_kv_uuid(w, "taskId", &j->id);
	jsonw_kv_cstr(w, "status", status_of(j, waiting));
	write_message(w, j, waiting);
	jsonw_kv_instant(w, "createdAt", j->created_us);
	jsonw_kv_instant(w, "lastUpdatedAt", MAX(updated_us, j->finished_us));
	jsonw_kv_int(w, "ttlMs", conf->jobs_keep_us / 1000);
	jsonw_kv_int(w, "pollIntervalMs", POLL_MS);
}

static void
write_questions(struct jsonw *w, const struct job_question *list, size_t n)
{
	jsonw_kv_object(w, "inputRequests");
	for (size_t i = 0; i < n; i++) {
		if (list[i].answer[0] != '\0')
			continue;
		jsonw_key(w, list[i].name);
		jsonw_raw(w, str_of(list[i].question));
	}
	jsonw_end_object(w);
}

static void
write_error(struct jsonw *w, struct arena *a, const char *error)
{
	const cJSON *stored = json_parse(a, str_of(error), NULL);
	const cJSON *code = json_get(stored, "code");
	const cJSON *message = json_get(stored, "message");
	bool ours = !cJSON_IsString(code) ||
		    strcmp(code->valuestring, err_name(ERR_INVALID)) != 0;

	jsonw_kv_object(w, "error");
	jsonw_kv_int(w, "code", ours ? RPC_INTERNAL : RPC_INVALID_PARAMS);
	jsonw_kv_cstr(w, "message",
	    cJSON_IsString(message) ? message->valuestring
				    : err_public_text(ERR_INTERNAL));
	jsonw_end_object(w);
}

/* What stands between the braces of an object. */
static struct str
members_of(const struct buf *object)
{
	return str_make(object->p + 1, object->n - 2);
}

/* Members of a DetailedTask; reads what the client is asked. */
static int
write_details(struct jsonw *w, const struct app *app, struct db *db,
    struct arena *a, const struct job *j, struct err *e)
{
	struct job_question *list;
	size_t n, waiting;

	if (job_questions(db, a, &j->owner, &j->id, &list, &n, &waiting, e) < 0)
		return -1;
	write_task(w, app->conf, j, waiting);
	if (j->state == JOB_DONE && import_is_task(j)) {
		jsonw_key(w, "result");
		return import_write_result(w, db, a, j, e);
	}
	if (j->state == JOB_DONE) {
		jsonw_key(w, "result");
		jsonw_raw(w, str_of(j->result));
	} else if (j->state == JOB_FAILED) {
		write_error(w, a, j->error);
	} else if (j->state == JOB_QUEUED && waiting > 0) {
		write_questions(w, list, n);
	}
	return 0;
}

int
mcp_task_tell(const struct app *app, struct db *tx, struct arena *a,
    const struct job *j, struct err *e)
{
	struct buf b = BUF_INIT;
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	rc = write_details(&w, app, tx, a, j, e);
	jsonw_end_object(&w);
	if (rc == 0 && b.n <= TOLD_MAX)
		rc = changes_publish(
		    tx, a, &j->owner, "notifications/tasks", buf_cstr(&b), e);
	buf_free(&b);
	return rc;
}

/* --- beginning ----------------------------------------------------------- */

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

void
mcp_task_answer(struct rpc *r, const struct job *j)
{
	struct buf b = BUF_INIT;
	struct jsonw w;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	write_task(&w, r->app->conf, j, 0);
	jsonw_end_object(&w);
	rpc_result_of_type(r, "task");
	buf_addstr(r->out, members_of(&b));
	rpc_result_end(r);
	buf_free(&b);
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
		.items_all = PERCENT,
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

/* --- asking, answering, canceling ---------------------------------------- */

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
	struct buf b = BUF_INIT;
	struct jsonw w;
	struct job j;

	if (!find(r, &j))
		return;
	jsonw_init(&w, &b);
	jsonw_object(&w);
	if (write_details(&w, r->app, r->app->db, r->arena, &j, &e) < 0) {
		rpc_error_err(r, &e);
	} else {
		jsonw_end_object(&w);
		rpc_result_members(r, members_of(&b));
	}
	buf_free(&b);
}

struct change {
	const struct app *app;
	struct arena *arena;
	struct job *job;
	bool done;
	/* Changes the job; false: nothing is to be changed. */
	bool (*alter)(struct job *j);
};

static int
change_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;
	struct owner o = c->job->owner;
	struct uuid id = c->job->id;
	int rc = jobs_get(tx, c->arena, &o, &id, c->job, e);

	c->done = true;
	if (rc <= 0 || !c->alter(c->job))
		return rc < 0 ? -1 : 0;
	rc = jobs_save(tx, c->arena, c->job, e);
	c->done = rc > 0;
	if (rc <= 0)
		return rc;
	return import_is_task(c->job)
		   ? mcp_import_tell(c->app, tx, c->arena, c->job, e)
		   : mcp_task_tell(c->app, tx, c->arena, c->job, e);
}

/* Again when somebody else has changed it meanwhile. */
static int
change(const struct app *app, struct arena *a, struct job *j,
    bool (*alter)(struct job *j), struct err *e)
{
	struct change c = { app, a, j, false, alter };

	for (int i = 0; i < SAVE_TRIES && !c.done; i++) {
		if (db_write(app->db, change_in_tx, &c, e) < 0)
			return -1;
	}
	return c.done ? 0
		      : err_set(e, ERR_CONFLICT, "the task changes too fast");
}

static bool
alter_to_canceled(struct job *j)
{
	if (job_is_finished(j) || j->cancel_wanted)
		return false;
	j->cancel_wanted = true;
	return j->state != JOB_QUEUED ||
	       job_move(j, JOB_CANCELED, NULL, j->lease_us, NULL) == 0;
}

/* What waits ends at once; what runs stops within moments, an import after its
 * present file; what has ended stays as it is. */
static int
cancel(const struct app *app, struct arena *a, struct job *j, struct err *e)
{
	if (change(app, a, j, alter_to_canceled, e) < 0)
		return -1;
	return j->state == JOB_CANCELED && import_is_task(j)
		   ? mcp_import_forget(app, j, e)
		   : 0;
}

void
mcp_tasks_cancel(struct rpc *r)
{
	struct err e = ERR_INIT;
	struct job j;

	if (!find(r, &j))
		return;
	if (cancel(r->app, r->arena, &j, &e) < 0)
		rpc_error_err(r, &e);
	else
		rpc_result_members(r, STR(""));
}

struct withdrawal {
	const struct app *app;
	struct job job;
};

static void
withdraw(void *arg)
{
	struct withdrawal *w = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (cancel(w->app, a, &w->job, &e) < 0)
		log_err(LOG_WARN, "mcp", "a call that was taken back", &e);
	arena_free(&a);
	free(w);
}

void
mcp_task_withdraw(
    const struct app *app, const struct owner *o, const struct uuid *id)
{
	struct withdrawal *w = xcalloc(1, sizeof(*w));

	w->app = app;
	w->job.owner = *o;
	w->job.id = *id;
	fiber_spawn(app->loop, withdraw, w);
}

static bool
alter_to_due(struct job *j)
{
	int64_t now_us = clock_wall_us();

	if (j->state != JOB_QUEUED || j->lease_us <= now_us)
		return false;
	j->lease_us = now_us;
	return true;
}

/* The answers are written first and the job is looked at then; who makes a job
 * wait does it the other way round.  So one of them sees both. */
int
mcp_task_wake(const struct app *app, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct job j = { .owner = *o, .id = *id };
	struct job_question *list;
	size_t n, waiting;

	if (job_questions(app->db, a, o, id, &list, &n, &waiting, e) < 0)
		return -1;
	if (waiting > 0 || n == 0)
		return 0;
	if (change(app, a, &j, alter_to_due, e) < 0)
		return -1;
	signals_send(events_signals(app->events), JOBS_SIGNAL);
	return 0;
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

int64_t
mcp_task_patience_us(const struct app *app, const struct job *j)
{
	return j->created_us + app->conf->jobs_keep_us;
}
