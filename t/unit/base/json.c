#include <limits.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "tap.h"

static const char *const good[] = { "null", " true ", "-0.5e+3", "[]", "{}",
	"[1,[2,{\"a\":[]}]]", "\"\\ud83d\\ude00\\n\"", "\"\xc3\xa9\"",
	"{\"a\":1,\"A\":2}" };
static const char *const bad[] = { "", "nul", "01", "1.", ".5", "+1", "1e",
	"[1,]", "[1 2]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "\"\n\"", "\"abc",
	"\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\u0000\"",
	"\"\xff\"", "1 2", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
	"{\"x\":{\"b\":0,\"b\":0}}", "1e999", "[-1e400]",
	"1000000000000000000000000000000000000000000000000000000000000", "[",
	"{", "NaN", "'a'", "\xef\xbb\xbf{}" };

static void
test_strictness(struct arena *a)
{
	struct err e;
	struct buf deep = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		e = ERR_INIT;
		ok(json_parse(a, str_of(good[i]), &e) != NULL, "good: %s %s",
		    good[i], e.msg);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		e = ERR_INIT;
		ok(json_parse(a, str_of(bad[i]), &e) == NULL &&
			e.code == ERR_INVALID,
		    "bad %zu: %s", i, e.msg);
	}
	for (int i = 0; i <= JSON_MAX_DEPTH; i++)
		buf_addc(&deep, '[');
	ok(json_parse(a, buf_str(&deep), &e) == NULL, "too deep: %s", e.msg);
	buf_clear(&deep);
	buf_addc(&deep, '{');
	for (int i = 0; i < 5000; i++)
		buf_printf(&deep, "\"k%d\":0,", i);
	buf_adds(&deep, "\"k77\":0}");
	ok(json_parse(a, buf_str(&deep), &e) == NULL, "many members: %s",
	    e.msg);
	ok(json_parse(a, str_make("{}\0", 3), &e) == NULL, "NUL after the end");
	ok(json_parse(a, STR("garbage"), &e) == NULL &&
		strstr(e.msg, "no value begins like this") != NULL,
	    "words: %s", e.msg);
	buf_free(&deep);
}

static void
test_members(struct arena *a)
{
	struct err e = ERR_INIT;
	struct str text =
	    STR("{ \"id\" : 9007199254740993 , \"s\":\"x\",\"n\":1.5}");
	const cJSON *o = json_parse(a, text, &e);
	struct str raw = json_raw_member(text, STR("id"));

	ok(str_is(raw, "9007199254740993"), "the digits of an id stay");
	ok(json_raw_member(text, STR("none")).p == NULL, "absent raw member");
	raw = json_raw_member(STR("{\"\\u0069d\":7}"), STR("id"));
	ok(str_is(raw, "7"), "a name with an escape");
	is_str(json_type_name(json_get(o, "s")), "a string", "string");
	is_str(json_type_name(json_get(o, "n")), "a number", "number");
	ok(json_get(o, "S") == NULL, "names have case");
}

static const char *
text_of(struct arena *a, const char *quoted)
{
	struct err e = ERR_INIT;
	const cJSON *item = json_parse(a, str_of(quoted), &e);

	return cJSON_IsString(item) ? item->valuestring
				    : arena_strdup(a, e.msg);
}

static void
test_tree(struct arena *a)
{
	struct err e = ERR_INIT;
	const cJSON *o, *item;

	is_str(text_of(a, "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t.\""),
	    "a\"\\/\b\f\n\r\t.", "escapes of one letter");
	is_str(text_of(
		   a, "\"\\u0041\\u007F\\u00e9\\u20ac\\uFFFD\\uD83d\\ude00x\""),
	    "A\x7f\xc3\xa9\xe2\x82\xac\xef\xbf\xbd\xf0\x9f\x98\x80x",
	    "escapes of code points, one to four bytes long");
	is_str(text_of(a, "\"\""), "", "an empty string");
	is_str(text_of(a, "\"1234567\xc3\xa9 and further\""),
	    "1234567\xc3\xa9 and further", "UTF-8 across a word");
	o = json_parse(a,
	    STR("{\"a\":[1,-2.5e1,1e300,true,false,null,[],{}],"
		"\"\\u0062\":{\"c\":\"d\"}}"),
	    &e);
	item = json_get(o, "a");
	ok(cJSON_IsArray(item) && cJSON_GetArraySize(item) == 8, "8 elements");
	ok(item->child->prev == cJSON_GetArrayItem(item, 7),
	    "the first knows the last");
	item = cJSON_GetArrayItem(item, 1);
	ok(item->valuedouble == -25 && item->valueint == -25, "a number");
	is_str(item->valuestring, "-2.5e1", "as it was written");
	ok(item->next->valueint == INT_MAX, "one that is no int");
	ok(cJSON_IsTrue(item->next->next) &&
		cJSON_IsFalse(item->next->next->next) &&
		cJSON_IsNull(item->next->next->next->next),
	    "true, false and null");
	is_str(json_get(json_get(o, "b"), "c")->valuestring, "d",
	    "under a name with an escape");
	ok(json_get(o, "b")->next == NULL, "the last has no next");
}

static void
test_tree_again(struct arena *a)
{
	struct str text = STR("{\"a\":[1,-0,2.50,1E+2,12345678901234567890,"
			      "-9223372036854775807],\"b\":\"\\n\"}");
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	struct jsonw w;

	jsonw_init(&w, &b);
	jsonw_tree(&w, json_parse(a, text, &e));
	jsonw_done(&w);
	is_str(buf_cstr(&b), text.p, "a tree is written as it was read");
	buf_free(&b);
}

static void
test_several(struct arena *a)
{
	static const char *const names[] = { "b", "none", "a" };
	struct err e = ERR_INIT;
	const cJSON *found[3];
	const cJSON *o = json_parse(a, STR("{\"a\":1,\"b\":2,\"c\":3}"), &e);

	json_get_all(o, names, found, 3);
	ok(found[0] == json_get(o, "b") && found[1] == NULL &&
		found[2] == json_get(o, "a"),
	    "members by their names");
	json_get_all(json_parse(a, STR("[1,2]"), &e), names, found, 3);
	ok(found[0] == NULL && found[2] == NULL, "an array has none");
	json_get_all(NULL, names, found, 3);
	ok(found[0] == NULL, "nothing has none");
}

/* Each byte of ASCII at each place of a word, there and back. */
static void
test_there_and_back(struct arena *a)
{
	size_t wrong = 0;

	for (size_t n = 1; n < 20; n++) {
		for (size_t at = 0; at < n; at++) {
			for (int c = 1; c < 128; c++) {
				char text[20] = "abcdefghijklmnopqrs";
				struct buf out = BUF_INIT;
				struct jsonw w;

				text[n] = '\0';
				text[at] = (char)c;
				jsonw_init(&w, &out);
				jsonw_cstr(&w, text);
				wrong += strcmp(text_of(a, buf_cstr(&out)),
					     text) != 0;
				buf_free(&out);
			}
		}
	}
	is_int(wrong, 0, "what is written is read");
}

static void
test_writer(void)
{
	struct buf out = BUF_INIT;
	struct jsonw w;

	jsonw_init(&w, &out);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "s", "a\"\\\n\x01\x7f\xff\xc3\xa9");
	jsonw_kv_array(&w, "a");
	jsonw_int(&w, INT64_MIN);
	jsonw_double(&w, 0.1);
	jsonw_double(&w, -0.0);
	jsonw_double(&w, NAN);
	jsonw_fixed(&w, -2.004, 2);
	jsonw_fixed(&w, -0.0001, 2);
	jsonw_fixed(&w, 12.5, 3);
	jsonw_fixed(&w, 1e300, 1);
	jsonw_end_array(&w);
	jsonw_kv_fixed_opt(&w, "gone", NAN, 1);
	jsonw_kv_instant(&w, "t", 1500000);
	jsonw_kv_day(&w, "d", 0);
	jsonw_end_object(&w);
	jsonw_done(&w);
	is_str(buf_cstr(&out),
	    "{\"s\":\"a\\\"\\\\\\n\\u0001\\u007f\xef\xbf\xbd\xc3\xa9\","
	    "\"a\":[-9223372036854775808,0.1,0,null,-2,0,12.5,1e+300],"
	    "\"t\":\"1970-01-01T00:00:01.500Z\",\"d\":\"1970-01-01\"}",
	    "writer");
	buf_free(&out);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_strictness(a);
	test_members(a);
	test_tree(a);
	test_tree_again(a);
	test_several(a);
	test_there_and_back(a);
	test_writer();
	arena_free(&a);
	return tap_done();
}
