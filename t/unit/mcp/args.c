/* Arguments: the schema that follows from a record, and refusals that say how
 * to do better. */

#include "mcp/args.h"

#include "base/json.h"
#include "tap.h"

static const char *const words[] = { "summary", "detailed", NULL };

static const struct mcp_arg args[] = {
	ARG_INT("days", 7, 730, "90", "How many days."),
	ARG_NUM("weight_kg", 20, 400, NULL, "Weight."),
	ARG_STR_REQUIRED("name", 2, 5, "A name."),
	ARG_ENUM("mode", words, "summary", "How much."),
	ARG_BOOL("laps", "true", "With laps."),
	ARG_DATE("from", "First day."),
	ARG_LIST("parts", words, "Which parts."),
	ARG_PROVIDER,
	{ .type = MCP_ARG_END },
};

static struct arena *arena;
static struct mcp_value v[MCP_MAX_ARGS];
static struct buf problem;

static const cJSON *
parse(const char *text)
{
	struct err e = ERR_INIT;
	const cJSON *tree = json_parse(arena, str_of(text), &e);

	if (tree == NULL)
		printf("# %s: %s\n", text, e.msg);
	return tree;
}

static bool
reads(const char *text)
{
	buf_clear(&problem);
	return args_read(args, parse(text), false, v, &problem);
}

static void
refuses(const char *text, const char *because)
{
	bool good = reads(text);

	ok(!good && strstr(buf_cstr(&problem), because) != NULL, "%s: %s", text,
	    good ? "taken" : buf_cstr(&problem));
}

static void
test_values(void)
{
	ok(reads("{\"name\":\"abc\"}"), "what is required suffices");
	ok(v[0].i == 90 && v[0].present && !v[0].given, "a default is there");
	ok(!v[1].present, "no default, no value");
	is_str(v[2].s, "abc", "a string");
	ok(v[3].i == 0 && strcmp(v[3].s, "summary") == 0, "a default word");
	is_int(v[4].i, 1, "a default boolean");
	ok(reads("{\"name\":\"ab\",\"days\":730,\"weight_kg\":64.5,"
		 "\"mode\":\"detailed\",\"laps\":false,"
		 "\"from\":\"1970-01-02\",\"parts\":[\"detailed\"],"
		 "\"provider\":null}"),
	    "everything at once: %s", buf_cstr(&problem));
	ok(v[0].i == 730 && v[1].f == 64.5 && v[3].i == 1 && v[4].i == 0 &&
		v[5].i == 1 && v[6].set == 2 && !v[7].given,
	    "arrives");
	ok(reads("{\"name\":\"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\"}"),
	    "lengths are in characters");
	ok(reads("{\"name\":\"ab\",\"days\":7.0}"), "7.0 is whole");
}

static void
test_refusals(void)
{
	refuses("{}", "\"name\" is missing");
	refuses("{\"name\":\"a\"}", "a string of 2 to 5 characters; \"a\"");
	refuses("{\"name\":\"abcdef\"}", "2 to 5");
	refuses("{\"name\":7}", "; 7 was given");
	refuses("{\"name\":\"ab\",\"days\":6}", "from 7 to 730; 6 was given");
	refuses("{\"name\":\"ab\",\"days\":731}", "731");
	refuses("{\"name\":\"ab\",\"days\":9007199254740993}", "to 730");
	refuses("{\"name\":\"ab\",\"days\":-1e308}", "to 730");
	refuses("{\"name\":\"ab\",\"days\":7.5}", "a whole number");
	refuses("{\"name\":\"ab\",\"days\":\"30\"}", "\"30\" was given");
	refuses("{\"name\":\"ab\",\"days\":true}", "true was given");
	refuses("{\"name\":\"ab\",\"days\":[30]}", "an array was given");
	refuses("{\"name\":\"ab\",\"weight_kg\":1e9}", "from 20 to 400");
	refuses("{\"name\":\"ab\",\"mode\":\"sumary\"}",
	    "Did you mean \"summary\"?");
	refuses("{\"name\":\"ab\",\"mode\":\"sumary\"}",
	    "one of summary, detailed");
	refuses("{\"name\":\"ab\",\"laps\":1}", "true or false; 1");
	refuses("{\"name\":\"ab\",\"from\":\"2026-02-30\"}", "a date such as");
	refuses("{\"name\":\"ab\",\"parts\":\"summary\"}", "a list");
	refuses("{\"name\":\"ab\",\"parts\":[\"summary\",\"summary\"]}",
	    "different words");
	refuses("{\"name\":\"ab\",\"parts\":[\"x\"]}", "out of summary");
	refuses("{\"name\":\"ab\",\"dyas\":30}", "Did you mean \"days\"?");
	refuses("{\"name\":\"ab\",\"zzzzzzzz\":30}", "Arguments: days, ");
	refuses("{\"name\":\"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4x\xc3\xa4\xc3\xa4\"}",
	    "...");
	ok(str_is_utf8(buf_str(&problem)), "a cut keeps characters whole");
}

static void
test_text_values(void)
{
	buf_clear(&problem);
	ok(args_read(args,
	       parse("{\"name\":\"ab\",\"days\":\"30\","
		     "\"laps\":\"false\"}"),
	       true, v, &problem),
	    "prompts give all as strings");
	ok(v[0].i == 30 && v[4].i == 0, "and they are read");
	ok(!args_read(
	       args, parse("{\"name\":\"ab\",\"days\":30}"), true, v, &problem),
	    "and nothing else");
	buf_clear(&problem);
	ok(!args_read(args, parse("{\"name\":\"ab\",\"days\":\"5\"}"), true, v,
	       &problem),
	    "within bounds");
}

static void
test_schema(void)
{
	struct buf out = BUF_INIT;
	struct jsonw w;

	jsonw_init(&w, &out);
	args_schema(&w, args, true);
	jsonw_done(&w);
	is_str(buf_cstr(&out),
	    "{\"type\":\"object\",\"properties\":{"
	    "\"days\":{\"type\":\"integer\",\"description\":\"How many days.\","
	    "\"minimum\":7,\"maximum\":730,\"default\":90},"
	    "\"weight_kg\":{\"type\":\"number\",\"description\":\"Weight.\","
	    "\"minimum\":20,\"maximum\":400},"
	    "\"name\":{\"type\":\"string\",\"description\":\"A name.\","
	    "\"minLength\":2,\"maxLength\":5},"
	    "\"mode\":{\"type\":\"string\",\"description\":\"How much.\","
	    "\"enum\":[\"summary\",\"detailed\"],\"default\":\"summary\"},"
	    "\"laps\":{\"type\":\"boolean\",\"description\":\"With laps.\","
	    "\"default\":true},"
	    "\"from\":{\"type\":\"string\",\"description\":\"First day.\","
	    "\"format\":\"date\"},"
	    "\"parts\":{\"type\":\"array\",\"description\":\"Which parts.\","
	    "\"items\":{\"type\":\"string\",\"enum\":[\"summary\","
	    "\"detailed\"]},\"uniqueItems\":true},"
	    "\"provider\":{\"type\":\"string\",\"description\":\"Only "
	    "of this source, such as file. Default: all.\",\"minLength\":1,"
	    "\"maxLength\":40,\"x-mcp-header\":\"Provider\"}},"
	    "\"required\":[\"name\"],\"additionalProperties\":false}",
	    "a schema");
	buf_clear(&out);
	jsonw_init(&w, &out);
	args_schema(&w, &args[ARRAY_LEN(args) - 1], true);
	is_str(buf_cstr(&out),
	    "{\"type\":\"object\",\"additionalProperties\":false}",
	    "of no arguments");
	buf_free(&out);
}

static const char *
header_fault(const char *given, const char *header)
{
	const struct mcp_arg *a = &args[args_find(args, "provider")];

	return args_check_header(
	    a, parse(given), header != NULL ? str_of(header) : STR_NULL);
}

static void
test_headers(void)
{
	ok(header_fault("{}", NULL) == NULL, "no value, no header");
	ok(header_fault("{\"provider\":null}", NULL) == NULL, "null is none");
	ok(header_fault("{\"provider\":\"file\"}", "file") == NULL, "the same");
	ok(header_fault("{\"provider\":\"file\"}", " file ") == NULL,
	    "space around it");
	ok(header_fault("{\"provider\":\"file\"}", "=?base64?ZmlsZQ==?=") ==
		NULL,
	    "in base64");
	ok(header_fault("{\"provider\":\"file\"}", NULL) != NULL, "missing");
	ok(header_fault("{\"provider\":\"file\"}", "strava") != NULL,
	    "another");
	ok(header_fault("{\"provider\":\"file\"}", "=?base64?ZmlsZQ?=") != NULL,
	    "bad padding");
	ok(header_fault("{}", "file") != NULL, "a header without a value");
	ok(header_fault("{\"provider\":7}", "7.0") == NULL,
	    "numbers compare as numbers");
	ok(header_fault("{\"provider\":true}", "true") == NULL, "booleans");
}

int
main(void)
{
	arena = arena_new();
	test_values();
	test_refusals();
	test_text_values();
	test_schema();
	test_headers();
	buf_free(&problem);
	arena_free(&arena);
	return tap_done();
}
