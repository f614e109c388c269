/* TOON: each form of the notation, and strings that need quotes. */

#include "mcp/toon.h"

#include "base/json.h"
#include "tap.h"

static void
is_toon(const char *json, const char *text)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;
	const cJSON *tree = json_parse(a, str_of(json), &e);

	if (tree != NULL)
		toon_write(&out, tree);
	is_str(buf_cstr(&out), text, "%s", json);
	buf_free(&out);
	arena_free(&a);
}

int
main(void)
{
	is_toon("{}", "");
	is_toon("{\"a\":1,\"b\":true,\"c\":null}", "a: 1\nb: true\nc: null");
	is_toon(
	    "{\"a\":{\"b\":{\"c\":1.5}},\"d\":{}}", "a:\n  b:\n    c: 1.5\nd:");
	is_toon(
	    "{\"tags\":[\"x\",\"y\"],\"none\":[]}", "tags[2]: x,y\nnone[0]:");
	is_toon("{\"t\":[{\"id\":1,\"n\":\"a b\"},{\"n\":\"c,d\",\"id\":2}]}",
	    "t[2]{id,n}:\n  1,a b\n  2,\"c,d\"");
	is_toon("{\"l\":[{\"id\":1,\"o\":{\"x\":1}},{\"id\":2}]}",
	    "l[2]:\n  - id: 1\n    o:\n      x: 1\n  - id: 2");
	is_toon("{\"l\":[1,[2,3],{}]}", "l[3]:\n  - 1\n  - [2]: 2,3\n  -");
	is_toon("[1,2]", "[2]: 1,2");
	is_toon("\"x\"", "x");
	is_toon("{\"s\":[\"\",\" a\",\"true\",\"-1\",\"05\",\"a:b\",\"q\\\"\","
		"\"l\\n\",\"{\"]}",
	    "s[9]: \"\",\" a\",\"true\",\"-1\",\"05\",\"a:b\",\"q\\\"\","
	    "\"l\\n\",\"{\"");
	is_toon("{\"2x\":1,\"a b\":2,\"a-b\":3}",
	    "\"2x\": 1\n\"a b\": 2\n\"a-b\": 3");
	return tap_done();
}
