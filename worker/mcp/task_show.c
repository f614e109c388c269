/* What a task looks like: in answers, and to those who listen. */

#include "config/conf.h"
#include "mcp/changes.h"
#include "mcp/import_tasks.h"
#include "mcp/task_impl.h"
#include "app.h"

#define POLL_MS 500 /* between two tasks/get */
/* A longer result is fetched by tasks/get: an event holds no more. */
#define TOLD_MAX (128 * 1024)

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
		    (long long)(j->items_done * TASK_PERCENT / j->items_all));
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

/* What stands between the braces of an object. */
static struct str
members_of(const struct buf *object)
{
	return str_make(object->p + 1, object->n - 2);
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

int
task_answer_details(struct rpc *r, const struct job *j, struct err *e)
{
	struct buf b = BUF_INIT;
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	rc = write_details(&w, r->app, r->app->db, r->arena, j, e);
	if (rc == 0) {
		jsonw_end_object(&w);
		rpc_result_members(r, members_of(&b));
	}
	buf_free(&b);
	return rc;
}
