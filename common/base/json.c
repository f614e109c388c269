#include "base/json_impl.h"

#include <limits.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/xalloc.h"

/* One walk over the text, strict where cJSON is lenient (RFC 8259); it makes a
 * tree of cJSON's kind in the arena, or none where the text alone is wanted. */

#define EXACT_DIGITS 15 /* which a double holds, whatever they are */

static bool scan_value(struct json_scan *s, cJSON *item);

bool
json_scan_fail(struct json_scan *s, const char *what)
{
	err_set(s->e, ERR_INVALID, "JSON: %s at byte %zu", what, s->at);
	return false;
}

static void
scan_space(struct json_scan *s)
{
	int c;

	while ((c = json_peek(s)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		s->at++;
}

static bool
scan_digits(struct json_scan *s)
{
	size_t start = s->at;

	while (json_peek(s) >= '0' && json_peek(s) <= '9')
		s->at++;
	return s->at > start || json_scan_fail(s, "a digit is missing");
}

static int
whole_part(double v)
{
	return v >= INT_MAX ? INT_MAX : v <= INT_MIN ? INT_MIN : (int)v;
}

static bool
make_number(struct json_scan *s, size_t start, cJSON *item)
{
	struct str digits = str_make(s->text.p + start, s->at - start);
	int64_t whole;

	if (digits.n <= EXACT_DIGITS && str_to_i64(digits, &whole)) {
		item->valuedouble = (double)whole;
	} else if (!str_to_f64(digits, &item->valuedouble)) {
		err_set(s->e, ERR_INVALID, "JSON: number is too large");
		return false;
	}
	item->type = cJSON_Number;
	item->valueint = whole_part(item->valuedouble);
	item->valuestring = s->copy + start;
	s->copy[s->at] = '\0';
	return true;
}

static bool
scan_number(struct json_scan *s, cJSON *item)
{
	size_t start = s->at;

	if (json_peek(s) == '-')
		s->at++;
	if (json_peek(s) == '0')
		s->at++;
	else if (!scan_digits(s))
		return false;
	if (json_peek(s) == '.') {
		s->at++;
		if (!scan_digits(s))
			return false;
	}
	if (json_peek(s) == 'e' || json_peek(s) == 'E') {
		s->at++;
		if (json_peek(s) == '+' || json_peek(s) == '-')
			s->at++;
		if (!scan_digits(s))
			return false;
	}
	if (s->at - start > 60)
		return json_scan_fail(s, "number is too long");
	return item == NULL || make_number(s, start, item);
}

static bool
scan_word(struct json_scan *s, const char *word, int type, cJSON *item)
{
	struct str w = str_of(word);

	if (item != NULL) {
		item->type = type;
		item->valueint = type == cJSON_True;
	}

	if (!str_starts(str_make(s->text.p + s->at, s->text.n - s->at), w))
		return json_scan_fail(s, "unexpected character");
	s->at += w.n;
	return true;
}

static bool
scan_member_name(struct json_scan *s, char **name)
{
	scan_space(s);
	if (json_peek(s) != '"')
		return json_scan_fail(s, "a member name is missing");
	if (!json_scan_string(s, name))
		return false;
	scan_space(s);
	if (json_peek(s) != ':')
		return json_scan_fail(s, "':' is missing");
	s->at++;
	return true;
}

static const char *
find_twice_of_few(const cJSON *object)
{
	for (const cJSON *a = object->child; a != NULL; a = a->next) {
		for (const cJSON *b = a->next; b != NULL; b = b->next) {
			if (strcmp(a->string, b->string) == 0)
				return a->string;
		}
	}
	return NULL;
}

static const char *
find_twice_of_many(const cJSON *object)
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
	return twice;
}

static bool
check_members(struct json_scan *s, const cJSON *object, size_t n)
{
	const char *twice =
	    n <= 16 ? find_twice_of_few(object) : find_twice_of_many(object);

	if (twice == NULL)
		return true;
	err_set(
	    s->e, ERR_INVALID, "JSON: member \"%.80s\" stands twice", twice);
	return false;
}

/* cJSON keeps the last child in the first one's prev. */
static cJSON *
add_child(struct json_scan *s, cJSON *parent)
{
	cJSON *child = arena_one(s->arena, cJSON), *first = parent->child;

	if (first == NULL) {
		parent->child = child;
	} else {
		child->prev = first->prev;
		first->prev->next = child;
	}
	parent->child->prev = child;
	return child;
}

/* Elements and the bracket behind them; *n_r how many there were. */
static bool
scan_elements(struct json_scan *s, int close, cJSON *item, size_t *n_r)
{
	cJSON *child = NULL;
	char *name = NULL;

	for (;; ++*n_r) {
		if (close == '}' && !scan_member_name(s, &name))
			return false;
		if (item != NULL) {
			child = add_child(s, item);
			child->string = name;
		}
		if (!scan_value(s, child))
			return false;
		scan_space(s);
		if (json_peek(s) == close)
			break;
		if (json_peek(s) != ',')
			return json_scan_fail(s, "',' or an end is missing");
		s->at++;
	}
	s->at++;
	++*n_r;
	return true;
}

static bool
scan_container(struct json_scan *s, int close, cJSON *item)
{
	size_t n = 0;

	if (++s->depth > JSON_MAX_DEPTH)
		return json_scan_fail(s, "nested too deeply");
	if (item != NULL)
		item->type = close == '}' ? cJSON_Object : cJSON_Array;
	s->at++;
	scan_space(s);
	if (json_peek(s) == close)
		s->at++;
	else if (!scan_elements(s, close, item, &n))
		return false;
	s->depth--;
	return item == NULL || close != '}' || check_members(s, item, n);
}

static bool
scan_text(struct json_scan *s, cJSON *item)
{
	char *text = NULL;

	if (!json_scan_string(s, &text))
		return false;
	if (item != NULL) {
		item->type = cJSON_String;
		item->valuestring = text;
	}
	return true;
}

static bool
scan_value(struct json_scan *s, cJSON *item)
{
	scan_space(s);
	switch (json_peek(s)) {
	case '{':
		return scan_container(s, '}', item);
	case '[':
		return scan_container(s, ']', item);
	case '"':
		return scan_text(s, item);
	case 't':
		return scan_word(s, "true", cJSON_True, item);
	case 'f':
		return scan_word(s, "false", cJSON_False, item);
	case 'n':
		return scan_word(s, "null", cJSON_NULL, item);
	case -1:
		return json_scan_fail(s, "a value is missing");
	case '-':
	case '0' ... '9':
		return scan_number(s, item);
	default:
		return json_scan_fail(s, "no value begins like this");
	}
}

const cJSON *
json_parse(struct arena *a, struct str text, struct err *e)
{
	struct json_scan s = { .text = text,
		.e = e,
		.arena = a,
		.copy = arena_strndup(a, text.p, text.n) };
	cJSON *tree = arena_one(a, cJSON);

	if (!scan_value(&s, tree))
		return NULL;
	scan_space(&s);
	if (s.at != text.n) {
		json_scan_fail(&s, "bytes after the value");
		return NULL;
	}
	return tree;
}

/* Whether a name in its quotes, escapes and all, is this one. */
static bool
is_member_name(struct str quoted, struct str name)
{
	struct str raw = str_make(quoted.p + 1, quoted.n - 2);
	char *plain;
	bool same;

	if (str_find(raw, '\\') < 0)
		return str_eq(raw, name);
	plain = xmalloc(raw.n + 1);
	json_string_decode(plain, raw);
	same = str_eq(str_of(plain), name);
	free(plain);
	return same;
}

struct str
json_raw_member(struct str text, struct str name)
{
	struct json_scan s = { .text = text };

	scan_space(&s);
	if (json_peek(&s) != '{')
		return STR_NULL;
	do {
		size_t start;
		struct str key;

		s.at++;
		scan_space(&s);
		start = s.at;
		if (json_peek(&s) != '"' || !json_scan_string(&s, NULL))
			return STR_NULL;
		key = str_make(text.p + start, s.at - start);
		scan_space(&s);
		s.at++;
		scan_space(&s);
		start = s.at;
		if (!scan_value(&s, NULL))
			return STR_NULL;
		if (is_member_name(key, name))
			return str_make(text.p + start, s.at - start);
		scan_space(&s);
	} while (json_peek(&s) == ',');
	return STR_NULL;
}

/* --- members ------------------------------------------------------------- */

static bool
is_called(const cJSON *item, const char *name)
{
	return item->string != NULL && item->string[0] == name[0] &&
	       strcmp(item->string, name) == 0;
}

const cJSON *
json_get(const cJSON *obj, const char *name)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, obj) {
		if (is_called(item, name))
			return item;
	}
	return NULL;
}

void
json_get_all(
    const cJSON *obj, const char *const *names, const cJSON **found, size_t n)
{
	const cJSON *item;
	size_t i;

	for (i = 0; i < n; i++)
		found[i] = NULL;
	cJSON_ArrayForEach (item, obj) {
		for (i = 0; i < n && !is_called(item, names[i]); i++)
			continue;
		if (i < n)
			found[i] = item;
	}
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
