#include "mcp/shape.h"

#include "mcp/toon.h"

#define MAX_FIELDS 40

struct fields {
	struct str name[MAX_FIELDS];
	size_t n;
};

static int
read_fields(const char *text, struct fields *f, struct err *e)
{
	struct str rest = str_of(text), name;

	f->n = 0;
	while (rest.p != NULL) {
		name = str_trim(str_cut(rest, ',', &rest));
		if (name.n == 0)
			continue;
		if (f->n == MAX_FIELDS)
			return err_set(e, ERR_INVALID,
			    "The argument \"fields\" names more than %d",
			    MAX_FIELDS);
		f->name[f->n++] = name;
	}
	if (f->n == 0)
		return err_set(e, ERR_INVALID,
		    "The argument \"fields\" must name members, such as "
		    "\"id,name,distance_m\"");
	return 0;
}

static bool
is_named(const struct fields *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++) {
		if (str_is(f->name[i], name))
			return true;
	}
	return false;
}

static bool
stands_in(const cJSON *list, struct str name)
{
	const cJSON *entry, *member;

	cJSON_ArrayForEach (entry, list) {
		cJSON_ArrayForEach (member, entry) {
			if (str_is(name, member->string))
				return true;
		}
	}
	return false;
}

/* A field that no entry has may be a slip: say which there are. */
static int
check_fields(const struct fields *f, const cJSON *list, struct err *e)
{
	const cJSON *first = cJSON_GetArrayItem(list, 0), *member;
	struct buf there = BUF_INIT;

	for (size_t i = 0; i < f->n && first != NULL; i++) {
		if (stands_in(list, f->name[i]))
			continue;
		cJSON_ArrayForEach (member, first)
			buf_printf(&there, "%s%s", there.n > 0 ? "," : "",
			    member->string);
		err_set(e, ERR_INVALID,
		    "The argument \"fields\" names \"%.*s\", which no entry "
		    "has. Valid: \"%.120s\"",
		    (int)MIN(f->name[i].n, (size_t)40), f->name[i].p,
		    buf_cstr(&there));
		buf_free(&there);
		return -1;
	}
	return 0;
}

static void
write_entry(struct jsonw *w, const cJSON *entry, const struct fields *f)
{
	const cJSON *member;

	jsonw_object(w);
	cJSON_ArrayForEach (member, entry) {
		if (!is_named(f, member->string))
			continue;
		jsonw_key(w, member->string);
		jsonw_tree(w, member);
	}
	jsonw_end_object(w);
}

static void
write_answer(struct jsonw *w, const cJSON *answer, const char *list,
    const struct fields *f)
{
	const cJSON *member, *entry;

	jsonw_object(w);
	cJSON_ArrayForEach (member, answer) {
		jsonw_key(w, member->string);
		if (strcmp(member->string, list) != 0) {
			jsonw_tree(w, member);
			continue;
		}
		jsonw_array(w);
		cJSON_ArrayForEach (entry, member)
			write_entry(w, entry, f);
		jsonw_end_array(w);
	}
	jsonw_end_object(w);
}

static int
take_fields(
    struct mcp_call *call, const char *list, const char *wanted, struct err *e)
{
	const cJSON *answer =
	    json_parse(call_arena(call), buf_str(&call->structured), e);
	struct fields f;

	if (answer == NULL || read_fields(wanted, &f, e) < 0 ||
	    check_fields(&f, json_get(answer, list), e) < 0)
		return -1;
	buf_clear(&call->structured);
	jsonw_init(&call->w, &call->structured);
	write_answer(&call->w, answer, list, &f);
	return 0;
}

static bool
wants_toon(const struct mcp_call *call)
{
	return args_find(call->args, "format") >= 0 &&
	       strcmp(call_str(call, "format"), "toon") == 0;
}

int
call_shape(struct mcp_call *call, const struct mcp_tool *tool, struct err *e)
{
	const char *fields =
	    tool->list != NULL ? call_str(call, "fields") : NULL;
	const cJSON *answer;

	if (call->ready.p != NULL || call->structured.n == 0)
		return 0;
	if (fields != NULL && take_fields(call, tool->list, fields, e) < 0)
		return -1;
	if (!wants_toon(call))
		return 0;
	answer = json_parse(call_arena(call), buf_str(&call->structured), e);
	if (answer == NULL)
		return -1;
	toon_write(&call->encoded, answer);
	return 0;
}
