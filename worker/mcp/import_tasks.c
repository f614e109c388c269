#include "mcp/import_tasks.h"

#include "mcp/call.h"

/* Of a file what the caller is told beside what it has a member for. */
static void
copy_members(struct jsonw *w, const cJSON *from)
{
	static const char *const names[] = { "format", "kind", "joined",
		"measurements", "sleeps", "thresholds", "files", "notes" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (json_get(from, names[i]) == NULL)
			continue;
		jsonw_key(w, names[i]);
		jsonw_tree(w, json_get(from, names[i]));
	}
}

bool
import_is_task(const struct job *j)
{
	return strcmp(j->kind, JOB_IMPORT) == 0 && j->input[0] != '\0';
}

static const char *
message_of(const cJSON *error)
{
	const cJSON *message = json_get(error, "message");

	return cJSON_IsString(message) ? message->valuestring
				       : err_public_text(ERR_INTERNAL);
}

/* How it stands: the file's own word, unless the job never came to it. */
static const char *
status_of(const struct job *j, const struct job_item *item)
{
	if (strcmp(item->state, JOB_ITEM_WAITING) != 0)
		return item->state;
	switch (j->state) {
	case JOB_FAILED:
		return "failed";
	case JOB_CANCELED:
		return "canceled";
	default:
		return "working";
	}
}

static void
show_failures(struct jsonw *w, const struct job_item *item, const char *status,
    const cJSON *result, const cJSON *error)
{
	const cJSON *list = json_get(result, "failures");

	if (cJSON_GetArraySize(list) > 0) {
		jsonw_key(w, "failures");
		jsonw_tree(w, list);
		return;
	}
	if (strcmp(status, "failed") != 0)
		return;
	jsonw_key(w, "failures");
	jsonw_array(w);
	jsonw_object(w);
	jsonw_kv_cstr(w, "file", item->name);
	jsonw_kv_cstr(w, "message", message_of(error));
	jsonw_end_object(w);
	jsonw_end_array(w);
}

static void
show_item(struct jsonw *w, const struct job *j, const struct job_item *item,
    const char *status, const cJSON *result, const cJSON *error)
{
	const cJSON *activities = json_get(result, "activities");

	jsonw_object(w);
	jsonw_kv_cstr(w, "name", item->name);
	jsonw_kv_int(w, "size_bytes", item->size);
	jsonw_kv_cstr(w, "status", status);
	jsonw_key(w, "activities");
	if (activities != NULL) {
		jsonw_tree(w, activities);
	} else {
		jsonw_array(w);
		jsonw_end_array(w);
	}
	copy_members(w, result);
	show_failures(w, item, status, result, error);
	jsonw_kv_uuid(w, "job_id", &j->id);
	jsonw_end_object(w);
}

static int
count_of(const cJSON *result, const char *name)
{
	const cJSON *n = json_get(json_get(result, "files"), name);

	return cJSON_IsNumber(n) ? n->valueint : 0;
}

/* Of an archive its files are counted: no more than some activities are listed.
 */
static void
say_imported(struct buf *text, const cJSON *result)
{
	int n = cJSON_GetArraySize(json_get(result, "activities"));

	if (json_get(result, "files") != NULL)
		buf_printf(
		    text, ", %d of its files", count_of(result, "imported"));
	else if (n > 0)
		buf_printf(text, ", %d activit%s", n, n == 1 ? "y" : "ies");
	if (n > 0)
		buf_adds(text, "; get_activity shows what is new");
}

static void
say_item(struct buf *text, const struct job_item *item, const char *status,
    const cJSON *result, const cJSON *error)
{
	int bad = count_of(result, "failed");

	buf_printf(text, "\"%s\" ", item->name);
	if (strcmp(status, "imported") == 0) {
		buf_adds(text, "is imported");
		say_imported(text, result);
	} else if (strcmp(status, "known") == 0) {
		buf_adds(text,
		    "was imported before, byte for byte; nothing is changed");
	} else if (strcmp(status, "nothing") == 0) {
		buf_adds(text, "is good, but holds nothing that is kept");
	} else if (strcmp(status, "failed") == 0) {
		buf_printf(
		    text, "could not be imported: %s", message_of(error));
	} else if (strcmp(status, "canceled") == 0) {
		buf_adds(text, "is not imported: that was canceled");
	} else {
		buf_adds(text,
		    "is taken in and still being imported: call again with the "
		    "same file, which is imported once");
	}
	if (bad > 0)
		buf_printf(
		    text, "; %d of its files could not be (failures)", bad);
	buf_addc(text, '.');
}

int
import_show(struct jsonw *w, struct buf *text, struct db *db, struct arena *a,
    const struct job *j, bool *failed_r, struct err *e)
{
	const cJSON *result, *error;
	struct job_item *items;
	const char *status;
	size_t n;

	if (jobs_items(db, a, &j->owner, &j->id, &items, &n, e) < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_NOT_FOUND, "the import is forgotten");
	status = status_of(j, &items[0]);
	result = json_parse(a, str_of(items[0].result), NULL);
	/* A file that failed has the error in the result's place. */
	error = result != NULL ? result : json_parse(a, str_of(j->error), NULL);
	*failed_r =
	    strcmp(status, "failed") == 0 || strcmp(status, "canceled") == 0;
	show_item(w, j, &items[0], status, result, error);
	say_item(text, &items[0], status, result, error);
	return 0;
}

/* As it stands in an answer to a request, which it is put into for that. */
static void
write_result(struct buf *out, const struct buf *text,
    const struct buf *structured, bool failed)
{
	buf_adds(out, "{\"id\":0");
	rpc_write_begin(out, ERA_MODERN, RPC_COMPLETE);
	call_result_members(
	    out, buf_str(text), STR_NULL, buf_str(structured), STR_NULL);
	if (failed)
		buf_adds(out, ",\"isError\":true");
	rpc_write_end(out, ERA_MODERN);
}

int
import_write_result(struct jsonw *w, struct db *db, struct arena *a,
    const struct job *j, struct err *e)
{
	struct buf out = BUF_INIT, text = BUF_INIT, structured = BUF_INIT;
	bool failed = false;
	struct jsonw own;
	int rc;

	jsonw_init(&own, &structured);
	rc = import_show(&own, &text, db, a, j, &failed, e);
	if (rc == 0) {
		jsonw_done(&own);
		write_result(&out, &text, &structured, failed);
		jsonw_raw(w, json_raw_member(buf_str(&out), STR("result")));
	}
	buf_free(&out);
	buf_free(&text);
	buf_free(&structured);
	return rc;
}
