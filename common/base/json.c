#include "base/json.h"

#include <math.h>

#include "base/enc.h"
#include "base/map.h"

/* A validator walks the text first, since cJSON is more lenient than RFC 8259;
 * what passes it cJSON can read. */

struct scan {
	struct str text;
	size_t at;
	unsigned depth;
	struct err *e;
};

static bool scan_value(struct scan *s);

static bool
scan_fail(struct scan *s, const char *what)
{
	err_set(s->e, ERR_INVALID, "JSON: %s at byte %zu", what, s->at);
	return false;
}

static int
scan_peek(const struct scan *s)
{
	return s->at < s->text.n ? (unsigned char)s->text.p[s->at] : -1;
}

static void
scan_space(struct scan *s)
{
	int c;

	while ((c = scan_peek(s)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		s->at++;
}

static bool
scan_digits(struct scan *s)
{
	size_t start = s->at;

	while (scan_peek(s) >= '0' && scan_peek(s) <= '9')
		s->at++;
	return s->at > start || scan_fail(s, "a digit is missing");
}

static bool
scan_number(struct scan *s)
{
	size_t start = s->at;

	if (scan_peek(s) == '-')
		s->at++;
	if (scan_peek(s) == '0')
		s->at++;
	else if (!scan_digits(s))
		return false;
	if (scan_peek(s) == '.') {
		s->at++;
		if (!scan_digits(s))
			return false;
	}
	if (scan_peek(s) == 'e' || scan_peek(s) == 'E') {
		s->at++;
		if (scan_peek(s) == '+' || scan_peek(s) == '-')
			s->at++;
		if (!scan_digits(s))
			return false;
	}
	return s->at - start <= 60 || scan_fail(s, "number is too long");
}

/* The four digits of \uXXXX; -1 when they are not. */
static int
scan_hex4(struct scan *s)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		int c = scan_peek(s);
		int digit = c < 0 ? -1 : dec_hex_digit((char)c);

		if (digit < 0)
			return -1;
		v = v * 16 + digit;
		s->at++;
	}
	return v;
}

static bool
scan_unicode(struct scan *s)
{
	int low, high = scan_hex4(s);

	if (high < 0)
		return scan_fail(s, "\\u wants four hexadecimal digits");
	if (high == 0)
		return scan_fail(s, "NUL in a string");
	if (high >= 0xdc00 && high <= 0xdfff)
		return scan_fail(s, "lone surrogate");
	if (high < 0xd800 || high > 0xdbff)
		return true;
	if (scan_peek(s) != '\\')
		return scan_fail(s, "lone surrogate");
	s->at++;
	if (scan_peek(s) != 'u')
		return scan_fail(s, "lone surrogate");
	s->at++;
	low = scan_hex4(s);
	return (low >= 0xdc00 && low <= 0xdfff) ||
	       scan_fail(s, "lone surrogate");
}

static bool
scan_escape(struct scan *s)
{
	int c = scan_peek(s);

	s->at++;
	if (c == 'u')
		return scan_unicode(s);
	return (c > 0 && strchr("\"\\/bfnrt", c) != NULL) ||
	       scan_fail(s, "unknown escape");
}

static bool
scan_string(struct scan *s)
{
	size_t start = ++s->at;

	for (;;) {
		int c = scan_peek(s);

		if (c < 0)
			return scan_fail(s, "string has no end");
		if (c < 0x20)
			return scan_fail(s, "control byte in a string");
		s->at++;
		if (c == '"')
			break;
		if (c == '\\' && !scan_escape(s))
			return false;
	}
	return str_is_utf8(str_make(s->text.p + start, s->at - start)) ||
	       scan_fail(s, "string before this is not UTF-8");
}

static bool
scan_word(struct scan *s, const char *word)
{
	struct str w = str_of(word);

	if (!str_starts(str_make(s->text.p + s->at, s->text.n - s->at), w))
		return scan_fail(s, "unexpected character");
	s->at += w.n;
	return true;
}

static bool
scan_member_name(struct scan *s)
{
	scan_space(s);
	if (scan_peek(s) != '"')
		return scan_fail(s, "a member name is missing");
	if (!scan_string(s))
		return false;
	scan_space(s);
	if (scan_peek(s) != ':')
		return scan_fail(s, "':' is missing");
	s->at++;
	return true;
}

static bool
scan_container(struct scan *s, int close)
{
	bool object = close == '}';

	if (++s->depth > JSON_MAX_DEPTH)
		return scan_fail(s, "nested too deeply");
	s->at++;
	scan_space(s);
	if (scan_peek(s) == close) {
		s->at++;
		s->depth--;
		return true;
	}
	for (;;) {
		if ((object && !scan_member_name(s)) || !scan_value(s))
			return false;
		scan_space(s);
		if (scan_peek(s) == close)
			break;
		if (scan_peek(s) != ',')
			return scan_fail(s, "',' or an end is missing");
		s->at++;
	}
	s->at++;
	s->depth--;
	return true;
}

static bool
scan_value(struct scan *s)
{
	scan_space(s);
	switch (scan_peek(s)) {
	case '{':
		return scan_container(s, '}');
	case '[':
		return scan_container(s, ']');
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	case -1:
		return scan_fail(s, "a value is missing");
	case '-':
	case '0' ... '9':
		return scan_number(s);
	default:
		return scan_fail(s, "no value begins like this");
	}
}

/* --- duplicate keys, numbers out of range -------------------------------- */

static int
duplicate_key(const char *name, struct err *e)
{
	return err_set(
	    e, ERR_INVALID, "JSON: member \"%.80s\" stands twice", name);
}

static int
check_few_members(const cJSON *object, struct err *e)
{
	for (const cJSON *a = object->child; a != NULL; a = a->next) {
		for (const cJSON *b = a->next; b != NULL; b = b->next) {
			if (strcmp(a->string, b->string) == 0)
				return duplicate_key(a->string, e);
		}
	}
	return 0;
}

static int
check_many_members(const cJSON *object, struct err *e)
{
	struct map *seen = map_new();
	const char *twice = NULL;
	const cJSON *c;

	cJSON_ArrayForEach (c, object) {
		if (map_put(seen, str_of(c->string), seen) != NULL) {
			twice = c->string;
			break;
		}
	}
	map_free(&seen);
	return twice != NULL ? duplicate_key(twice, e) : 0;
}

/* What the grammar alone lets through. */
static int
check_tree(const cJSON *item, struct err *e)
{
	const cJSON *c;
	size_t n = 0;

	if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
		return err_set(e, ERR_INVALID, "JSON: number is too large");
	cJSON_ArrayForEach (c, item) {
		n++;
		if (check_tree(c, e) < 0)
			return -1;
	}
	if (!cJSON_IsObject(item))
		return 0;
	return n <= 16 ? check_few_members(item, e)
		       : check_many_members(item, e);
}

static void
delete_tree(void *tree)
{
	cJSON_Delete(tree);
}

const cJSON *
json_parse(struct arena *a, struct str text, struct err *e)
{
	struct scan s = { .text = text, .e = e };
	cJSON *tree;

	if (!scan_value(&s))
		return NULL;
	scan_space(&s);
	if (s.at != text.n) {
		scan_fail(&s, "bytes after the value");
		return NULL;
	}
	tree = cJSON_ParseWithLength(text.p, text.n);
	if (tree == NULL) {
		err_set(e, ERR_INVALID, "JSON: cannot be read");
		return NULL;
	}
	arena_cleanup(a, delete_tree, tree);
	return check_tree(tree, e) < 0 ? NULL : tree;
}

/* Whether a name in its quotes, escapes and all, is this one. */
static bool
is_member_name(struct str quoted, struct str name)
{
	cJSON *decoded;
	bool same;

	if (str_find(quoted, '\\') < 0)
		return str_eq(str_make(quoted.p + 1, quoted.n - 2), name);
	decoded = cJSON_ParseWithLength(quoted.p, quoted.n);
	same = cJSON_IsString(decoded) &&
	       str_eq(str_of(decoded->valuestring), name);
	cJSON_Delete(decoded);
	return same;
}

struct str
json_raw_member(struct str text, struct str name)
{
	struct scan s = { .text = text };

	scan_space(&s);
	if (scan_peek(&s) != '{')
		return STR_NULL;
	do {
		size_t start;
		struct str key;

		s.at++;
		scan_space(&s);
		start = s.at;
		if (scan_peek(&s) != '"' || !scan_string(&s))
			return STR_NULL;
		key = str_make(text.p + start, s.at - start);
		scan_space(&s);
		s.at++;
		scan_space(&s);
		start = s.at;
		if (!scan_value(&s))
			return STR_NULL;
		if (is_member_name(key, name))
			return str_make(text.p + start, s.at - start);
		scan_space(&s);
	} while (scan_peek(&s) == ',');
	return STR_NULL;
}

/* --- members ------------------------------------------------------------- */

const cJSON *
json_get(const cJSON *obj, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(obj, name);
}

const char *
json_type_name(const cJSON *item)
{
	if (cJSON_IsObject(item))
		return "an object";
	if (cJSON_IsArray(item))
		return "an array";
	if (cJSON_IsString(item))
		return "a string";
	if (cJSON_IsNumber(item))
		return "a number";
	if (cJSON_IsBool(item))
		return "a boolean";
	return "null";
}
