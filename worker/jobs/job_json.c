#include "jobs/job_json.h"

static void
show_item(struct jsonw *w, const struct job_item *item)
{
	jsonw_object(w);
	jsonw_kv_cstr(w, "name", item->name);
	jsonw_kv_int(w, "size", item->size);
	jsonw_kv_cstr(w, "status", item->state);
	if (item->result[0] != '\0') {
		jsonw_key(
		    w, strcmp(item->state, "failed") == 0 ? "error" : "result");
		jsonw_raw(w, str_of(item->result));
	}
	jsonw_end_object(w);
}

static void
show_instant(struct jsonw *w, const char *key, int64_t us)
{
	if (us != 0)
		jsonw_kv_instant(w, key, us);
}

static void
show_json(struct jsonw *w, const char *key, const char *json)
{
	if (json == NULL || json[0] == '\0')
		return;
	jsonw_key(w, key);
	jsonw_raw(w, str_of(json));
}

/* What a tool has found is had by tasks/get: by those tokens alone that may
 * call the tool. */
static bool
is_of_tool(const struct job *j)
{
	return strcmp(j->kind, JOB_TASK) == 0;
}

void
job_json(struct jsonw *w, const struct job *j, const struct job_item *items,
    size_t n)
{
	jsonw_object(w);
	jsonw_kv_uuid(w, "id", &j->id);
	jsonw_kv_cstr(w, "kind", j->kind);
	jsonw_kv_cstr(w, "state", job_state_name(j->state));
	if (j->cancel_wanted && !job_is_finished(j))
		jsonw_kv_bool(w, "cancelling", true);
	jsonw_kv_object(w, "progress");
	jsonw_kv_int(w, "done", j->items_done);
	jsonw_kv_int(w, "of", j->items_all);
	if (!job_is_finished(j))
		show_json(w, "so_far", j->result);
	jsonw_end_object(w);
	jsonw_kv_int(w, "attempts", j->attempts);
	show_instant(w, "created_at", j->created_us);
	show_instant(w, "started_at", j->started_us);
	show_instant(w, "finished_at", j->finished_us);
	if (job_is_finished(j) && !is_of_tool(j))
		show_json(w, "result", j->result);
	if (j->state == JOB_FAILED)
		show_json(w, "error", j->error);
	if (items != NULL) {
		jsonw_kv_array(w, "files");
		for (size_t i = 0; i < n; i++)
			show_item(w, &items[i]);
		jsonw_end_array(w);
	}
	jsonw_end_object(w);
}
