/* Answers that are too long: which entries of a list are left out. */

#include "mcp/shape.h"

#include "tap.h"

#define ENTRIES 1000
#define BUDGET	(56 * 1024)

static const struct mcp_arg args[] = {
	ARG_FIELDS("n"),
	{ .type = MCP_ARG_END },
};

static struct arena *arena;
static struct rpc rpc;

/* {"days":[{"n":0,"text":"..."},...],"of":"all"} */
static void
write_answer(struct mcp_call *call, int entries)
{
	struct jsonw *w = call_out(call);

	jsonw_object(w);
	jsonw_kv_array(w, "days");
	for (int i = 0; i < entries; i++) {
		jsonw_object(w);
		jsonw_kv_int(w, "n", i);
		jsonw_kv_cstr(w, "text",
		    "as long as what is known of a day may well be; and then "
		    "some");
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_kv_cstr(w, "of", "all");
	jsonw_end_object(w);
}

static const cJSON *
shape(struct mcp_call *call, const struct mcp_tool *tool, int entries)
{
	struct err e = ERR_INIT;

	*call = (struct mcp_call){ .rpc = &rpc, .args = args };
	jsonw_init(&call->w, &call->structured);
	write_answer(call, entries);
	is_int(
	    call_shape(call, tool, &e), 0, "an answer of %d entries", entries);
	return json_parse(arena, buf_str(&call->structured), &e);
}

static void
release(struct mcp_call *call)
{
	buf_free(&call->structured);
	buf_free(&call->text);
}

static int
first_of(const cJSON *list)
{
	return json_get(cJSON_GetArrayItem(list, 0), "n")->valueint;
}

static void
is_cut(const struct mcp_tool *tool, bool at_front)
{
	struct mcp_call call;
	const cJSON *answer = shape(&call, tool, ENTRIES);
	const cJSON *list = json_get(answer, "days");
	int n = cJSON_GetArraySize(list), left_out = ENTRIES - n;

	ok(call.structured.n <= BUDGET + 100 &&
		call.structured.n > BUDGET - 200,
	    "it takes what it may, %zu bytes", call.structured.n);
	is_int(json_get(answer, "left_out")->valueint, left_out,
	    "says what is left out");
	is_int(first_of(list), at_front ? left_out : 0, "that is the oldest");
	is_str(json_get(answer, "of")->valuestring, "all", "the rest stays");
	ok(strstr(buf_cstr(&call.text), "of 1000 days, the oldest, are left") !=
		NULL,
	    "%s", buf_cstr(&call.text));
	release(&call);
}

int
main(void)
{
	const struct mcp_tool newest = { .list = "days" };
	const struct mcp_tool oldest = { .list = "days", .oldest_first = true };
	const struct mcp_tool paged = { .list = "days", .pages = true };
	struct mcp_call call;
	const cJSON *answer;

	arena = rpc.arena = arena_new();
	is_cut(&newest, false);
	is_cut(&oldest, true);
	answer = shape(&call, &paged, ENTRIES);
	is_int(cJSON_GetArraySize(json_get(answer, "days")), ENTRIES,
	    "a tool that pages has its own way");
	release(&call);
	answer = shape(&call, &newest, 10);
	ok(json_get(answer, "left_out") == NULL && call.text.n == 0,
	    "a short one stays whole");
	release(&call);
	arena_free(&arena);
	return tap_done();
}
