#include "mcp/shape.h"

#include "mcp/toon.h"

#define MAX_FIELDS 40
/* A longer answer costs a model more than it is worth. */
#define ANSWER_MAX ((size_t)56 * 1024)

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
		if (f != NULL && !is_named(f, member->string))
			continue;
		jsonw_key(w, member->string);
		jsonw_tree(w, member);
	}
	jsonw_end_object(w);
}

/* What of an answer is given. */
struct part {
	const char *list;
	const struct fields *fields; /* of each entry; NULL: all */
	size_t from, n;		     /* entries of the list */
	int64_t left_out;
};

static void
write_list(struct jsonw *w, const cJSON *list, const struct part *p)
{
	const cJSON *entry;
	size_t i = 0;

	jsonw_array(w);
	cJSON_ArrayForEach (entry, list) {
		if (i >= p->from && i - p->from < p->n)
			write_entry(w, entry, p->fields);
		i++;
	}
	jsonw_end_array(w);
}

static void
write_part(struct mcp_call *call, const cJSON *answer, const struct part *p)
{
	struct jsonw *w = &call->w;
	const cJSON *member;

	buf_clear(&call->structured);
	jsonw_init(w, &call->structured);
	jsonw_object(w);
	cJSON_ArrayForEach (member, answer) {
		jsonw_key(w, member->string);
		if (strcmp(member->string, p->list) == 0)
			write_list(w, member, p);
		else
			jsonw_tree(w, member);
	}
	if (p->left_out > 0)
		jsonw_kv_int(w, "left_out", p->left_out);
	jsonw_end_object(w);
}

static int
take_fields(
    struct mcp_call *call, const char *list, const char *wanted, struct err *e)
{
	const cJSON *answer =
	    json_parse(call_arena(call), buf_str(&call->structured), e);
	struct fields f;
	struct part all = { list, &f, 0, SIZE_MAX, 0 };

	if (answer == NULL || read_fields(wanted, &f, e) < 0 ||
	    check_fields(&f, json_get(answer, list), e) < 0)
		return -1;
	write_part(call, answer, &all);
	return 0;
}

/* --- not too long -------------------------------------------------------- */

/* How long each entry is as JSON, with its comma. */
static size_t *
measure(struct arena *a, const cJSON *list, size_t n)
{
	size_t *size = arena_many(a, n, size_t), i = 0;
	struct buf b = BUF_INIT;
	const cJSON *entry;
	struct jsonw w;

	cJSON_ArrayForEach (entry, list) {
		buf_clear(&b);
		jsonw_init(&w, &b);
		jsonw_tree(&w, entry);
		size[i++] = b.n + 1;
	}
	buf_free(&b);
	return size;
}

/* Leave out the oldest entries, as many as are too many. */
static int
leave_out(struct mcp_call *call, const struct mcp_tool *tool, struct err *e)
{
	struct arena *a = call_arena(call);
	const cJSON *answer = json_parse(a, buf_str(&call->structured), e);
	const cJSON *list = json_get(answer, tool->list);
	size_t n = (size_t)cJSON_GetArraySize(list), *size, total;
	struct part p = { tool->list, NULL, 0, n, 0 };

	if (answer == NULL)
		return -1;
	size = measure(a, list, n);
	for (total = call->structured.n; total > ANSWER_MAX && p.n > 1; p.n--)
		total -= size[tool->oldest_first ? p.from++ : p.n - 1];
	p.left_out = (int64_t)(n - p.n);
	if (p.left_out == 0)
		return 0;
	write_part(call, answer, &p);
	call_text(call,
	    " %lld of %zu %s, the oldest, are left out, since the answer would "
	    "be too long: ask for a shorter range, or name fields.",
	    (long long)p.left_out, n, tool->list);
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
	if (call->structured.n > ANSWER_MAX && tool->list != NULL &&
	    !tool->pages && leave_out(call, tool, e) < 0)
		return -1;
	if (!wants_toon(call))
		return 0;
	answer = json_parse(call_arena(call), buf_str(&call->structured), e);
	if (answer == NULL)
		return -1;
	toon_write(&call->encoded, answer);
	return 0;
}
