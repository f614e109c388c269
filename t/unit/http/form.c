/* Forms, and cookies as they come. */

#include "http/cookie.h"
#include "http/form.h"
#include "tap.h"

static void
test_form(void)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct form f;
	struct str v;

	is_int(form_parse(a, STR("a=1&b=x%20y+z&c=&d&&%65=%C3%A9"), &f, &e), 0,
	    "a form");
	is_int(f.n, 5, "its fields");
	is_int(form_get(&f, "b", &v, &e), 1, "one of them");
	is_str(v.p, "x y z", "decoded");
	is_int(form_get(&f, "e", &v, &e), 1, "names are decoded too");
	is_str(v.p, "\xc3\xa9", "to UTF-8");
	is_int(form_get(&f, "d", &v, &e), 1, "a name alone");
	is_int((long)v.n, 0, "is empty");
	is_int(form_get(&f, "x", &v, &e), 0, "one that is not there");
	is_str(v.p, "", "is empty as well");
	is_int(form_parse(a, STR("a=1&a=2"), &f, &e), 0,
	    "one that is there twice");
	is_int(form_get(&f, "a", &v, &e), -1, "is an error");
	is_str(e.msg, "a stands more than once in the form", "that says so");
	is_int((long)form_str(&f, "a").n, 0, "or as good as none");
	is_int(form_parse(a, STR(""), &f, &e), 0, "nothing");
	is_int(f.n, 0, "has no field");
	arena_free(&a);
}

static void
test_bad_forms(void)
{
	static const struct str bad[] = { STR("a=%"), STR("a=%4"), STR("a=%zz"),
		STR("a=%00"), STR("a=%ff"), STR("%c0%80=1"), STR("a=\0b") };
	struct arena *a = arena_new();
	struct buf many = BUF_INIT;
	struct err e = ERR_INIT;
	struct form f;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		is_int(form_parse(a, bad[i], &f, &e), -1, "bad form %zu", i);
		is_int(e.code, ERR_INVALID, "is invalid");
	}
	for (int i = 0; i < FORM_FIELDS_MAX; i++)
		buf_adds(&many, "a=b&");
	is_int(form_parse(a, buf_str(&many), &f, &e), 0, "as many as may be");
	buf_adds(&many, "a=b");
	is_int(form_parse(a, buf_str(&many), &f, &e), -1, "one more");
	buf_free(&many);
	arena_free(&a);
}

static void
test_cookies(void)
{
	struct str v = STR("-");

	is_int(cookie_find(STR("a=1; b=2"), "b", &v), 1, "a cookie");
	ok(str_is(v, "2"), "its value");
	is_int(cookie_find(STR("a=1;b=x=y"), "b", &v), 1, "without a space");
	ok(str_is(v, "x=y"), "what has an equals sign in it");
	is_int(cookie_find(STR("ab=1; b"), "b", &v), 0, "none without a value");
	is_int(cookie_find(STR("B=1"), "b", &v), 0, "case matters");
	is_int(cookie_find(STR(""), "b", &v), 0, "none at all");
	is_int(cookie_find(STR_NULL, "b", &v), 0, "no header");
	is_int(cookie_find(STR("b=1; b=2"), "b", &v), -1, "two");
	is_int(cookie_find(STR("b=\"1\""), "b", &v), -1, "quotes");
	is_int(cookie_find(STR("b=1,2"), "b", &v), -1, "a comma");
	is_int(cookie_find(STR("b=a b"), "b", &v), -1, "a space");
	is_int(cookie_find(STR("b=\x7f"), "b", &v), -1, "a control character");
	is_int(cookie_find(STR("b=; a=1"), "b", &v), 1, "an empty one");
	is_int((long)v.n, 0, "is empty");
}

int
main(void)
{
	test_form();
	test_bad_forms();
	test_cookies();
	return tap_done();
}
