/* Any bytes as JSON: what is read and written again is read as the same. */

#include "base/check.h"
#include "base/json.h"
#include "base/jsonw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_tree(struct buf *out, const cJSON *tree)
{
	struct jsonw w;

	buf_clear(out);
	jsonw_init(&w, out);
	jsonw_tree(&w, tree);
	jsonw_done(&w);
}

/* The source text of each member is JSON by itself. */
static void
check_members(struct arena *a, struct str text, const cJSON *tree)
{
	const cJSON *item;
	struct err e = ERR_INIT;

	if (!cJSON_IsObject(tree))
		return;
	cJSON_ArrayForEach (item, tree) {
		struct str raw = json_raw_member(text, str_of(item->string));

		CHECK(raw.p >= text.p && raw.n > 0 &&
		      raw.p + raw.n <= text.p + text.n);
		CHECK(json_parse(a, raw, &e) != NULL);
	}
	CHECK(json_raw_member(text, STR("no such member \x01")).p == NULL);
}

static void
check_round(struct arena *a, struct str text, const cJSON *tree)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err e = ERR_INIT;
	const cJSON *again;

	write_tree(&once, tree);
	CHECK(str_is_utf8(buf_str(&once)));
	again = json_parse(a, buf_str(&once), &e);
	CHECK(again != NULL);
	write_tree(&twice, again);
	CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	CHECK(cJSON_Compare(tree, again, true));
	check_members(a, text, tree);
	buf_free(&once);
	buf_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	/* A copy of just that size, so that reading beyond it is seen. */
	struct str text = { arena_memdup(a, data, size), size };
	const cJSON *tree = json_parse(a, text, &e);

	if (tree != NULL)
		check_round(a, text, tree);
	else
		CHECK(e.code == ERR_INVALID && e.msg[0] != '\0');
	arena_free(&a);
	return 0;
}
