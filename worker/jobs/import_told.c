#include "jobs/import_told.h"

#include "base/json.h"
#include "base/jsonw.h"

static const char *const names[COUNT_KINDS] = {
#define X(id, name) [COUNT_##id] = name,
	IMPORT_COUNTED(X)
#undef X
};

const char *
import_count_name(enum import_count c)
{
	return names[c];
}

static const char *
text_of(const cJSON *o, const char *name)
{
	const cJSON *v = json_get(o, name);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static void
read_counts(const cJSON *o, int64_t n[COUNT_KINDS])
{
	for (int i = 0; i < COUNT_KINDS; i++) {
		const cJSON *v = json_get(o, names[i]);

		n[i] = cJSON_IsNumber(v) ? (int64_t)v->valuedouble : 0;
	}
}

static void
read_failures(struct arena *a, const cJSON *list, struct import_told *out)
{
	int n = cJSON_GetArraySize(list);
	const cJSON *one;

	if (!cJSON_IsArray(list) || n <= 0)
		return;
	out->failures = arena_many(a, (size_t)n, struct import_failure);
	cJSON_ArrayForEach (one, list)
		out->failures[out->n_failures++] =
		    (struct import_failure){ text_of(one, "file"),
			    text_of(one, "code"), text_of(one, "message") };
}

/* An archive that could not be opened counts as one file. */
static bool
counts_none(const struct import_told *t)
{
	for (int i = 0; i < COUNT_KINDS; i++) {
		if (t->n[i] != 0)
			return false;
	}
	return true;
}

void
import_told(
    struct arena *a, const struct job_item *item, struct import_told *out)
{
	const cJSON *o = json_parse(a, str_of(item->result), NULL);
	const cJSON *files = json_get(o, "files");

	*out = (struct import_told){
		.is_archive = cJSON_IsObject(files),
		.code = text_of(o, "code"),
		.message = text_of(o, "message"),
	};
	if (out->is_archive)
		read_counts(files, out->n);
	read_failures(a, json_get(o, "failures"), out);
	for (int i = 0; i < COUNT_KINDS && counts_none(out); i++)
		out->n[i] = strcmp(item->state, names[i]) == 0;
}

void
import_told_sum(struct arena *a, const char *json, int64_t n[COUNT_KINDS])
{
	read_counts(json != NULL && json[0] != '\0'
			? json_parse(a, str_of(json), NULL)
			: NULL,
	    n);
}

void
import_count(
    struct arena *a, const struct job_item *item, int64_t n[COUNT_KINDS])
{
	struct import_told told;

	import_told(a, item, &told);
	for (int i = 0; i < COUNT_KINDS; i++)
		n[i] += told.n[i];
}

const char *
import_sum(struct arena *a, const int64_t n[COUNT_KINDS])
{
	struct buf out = BUF_INIT;
	const char *text;
	struct jsonw w;

	jsonw_init(&w, &out);
	jsonw_object(&w);
	for (int i = 0; i < COUNT_KINDS; i++)
		if (i != COUNT_PASSED_OVER || n[i] > 0)
			jsonw_kv_int(&w, names[i], n[i]);
	jsonw_end_object(&w);
	jsonw_done(&w);
	text = arena_strndup(a, out.p, out.n);
	buf_free(&out);
	return text;
}
