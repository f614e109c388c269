#include "base/json.h"

#include <limits.h>

#include "base/enc.h"
#include "base/map.h"

/* One walk over the text, strict where cJSON is lenient (RFC 8259); it makes a
 * tree of cJSON's kind in the arena, or none where the text alone is wanted. */

#define EXACT_DIGITS 15 /* which a double holds, whatever they are */

struct scan {
	struct str text;
	size_t at;
	unsigned depth;
	struct err *e;
	struct arena *arena; /* NULL: no tree */
};

static bool scan_value(struct scan *s, cJSON *item);

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

static int
whole_part(double v)
{
	return v >= INT_MAX ? INT_MAX : v <= INT_MIN ? INT_MIN : (int)v;
}

static bool
make_number(struct scan *s, size_t start, cJSON *item)
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
	return true;
}

static bool
scan_number(struct scan *s, cJSON *item)
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
	if (s->at - start > 60)
		return scan_fail(s, "number is too long");
	return item == NULL || make_number(s, start, item);
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

/* The character of an escape that has passed, after its backslash; *p moves
 * behind it. */
static uint32_t
read_escape(const char **p)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *letter = strchr(letters, **p);
	uint32_t c = 0;

	if (*(*p)++ != 'u')
		return (unsigned char)(letter != NULL ? meant[letter - letters]
						      : (*p)[-1]);
	for (int i = 0; i < 4; i++)
		c = c * 16 + (uint32_t)dec_hex_digit(*(*p)++);
	return c;
}

static char *
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* What a string that has passed stands for; no escape is shorter than that. */
static char *
decode_string(struct arena *a, struct str raw)
{
	char *text = arena_alloc(a, raw.n + 1), *out = text;
	const char *p = raw.p, *end = p + raw.n;
	uint32_t c;

	while (p < end) {
		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		p++;
		c = read_escape(&p);
		if (c >= 0xd800 && c <= 0xdbff) {
			p++;
			c = 0x10000 +
			    ((c & 0x3ff) << 10 | (read_escape(&p) & 0x3ff));
		}
		out = put_utf8(out, c);
	}
	*out = '\0';
	return text;
}

/* What a walk through a string has met. */
struct met {
	bool escape;
	bool high; /* a byte beyond ASCII */
};

/* Behind the quote that ends it. */
static bool
scan_to_quote(struct scan *s, struct met *met)
{
	const unsigned char *p = (const unsigned char *)s->text.p;
	size_t at = s->at, n = s->text.n;
	unsigned all = 0;

	for (;;) {
		while (at < n && p[at] >= 0x20 && p[at] != '"' && p[at] != '\\')
			all |= p[at++];
		s->at = at;
		if (at == n)
			return scan_fail(s, "string has no end");
		if (p[at] < 0x20)
			return scan_fail(s, "control byte in a string");
		s->at++;
		if (p[at] == '"')
			break;
		met->escape = true;
		if (!scan_escape(s))
			return false;
		at = s->at;
	}
	met->high = all >= 0x80;
	return true;
}

static bool
scan_string(struct scan *s, char **out)
{
	size_t start = ++s->at;
	struct met met = { false, false };
	struct str raw;

	if (!scan_to_quote(s, &met))
		return false;
	raw = str_make(s->text.p + start, s->at - start - 1);
	if (met.high && !str_is_utf8(raw))
		return scan_fail(s, "string before this is not UTF-8");
	if (s->arena != NULL)
		*out = met.escape ? decode_string(s->arena, raw)
				  : arena_strndup(s->arena, raw.p, raw.n);
	return true;
}

static bool
scan_word(struct scan *s, const char *word, int type, cJSON *item)
{
	struct str w = str_of(word);

	if (item != NULL) {
		item->type = type;
		item->valueint = type == cJSON_True;
	}

	if (!str_starts(str_make(s->text.p + s->at, s->text.n - s->at), w))
		return scan_fail(s, "unexpected character");
	s->at += w.n;
	return true;
}

static bool
scan_member_name(struct scan *s, char **name)
{
	scan_space(s);
	if (scan_peek(s) != '"')
		return scan_fail(s, "a member name is missing");
	if (!scan_string(s, name))
		return false;
	scan_space(s);
	if (scan_peek(s) != ':')
		return scan_fail(s, "':' is missing");
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
check_members(struct scan *s, const cJSON *object, size_t n)
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
add_child(struct scan *s, cJSON *parent)
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
scan_elements(struct scan *s, int close, cJSON *item, size_t *n_r)
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
		if (scan_peek(s) == close)
			break;
		if (scan_peek(s) != ',')
			return scan_fail(s, "',' or an end is missing");
		s->at++;
	}
	s->at++;
	++*n_r;
	return true;
}

static bool
scan_container(struct scan *s, int close, cJSON *item)
{
	size_t n = 0;

	if (++s->depth > JSON_MAX_DEPTH)
		return scan_fail(s, "nested too deeply");
	if (item != NULL)
		item->type = close == '}' ? cJSON_Object : cJSON_Array;
	s->at++;
	scan_space(s);
	if (scan_peek(s) == close)
		s->at++;
	else if (!scan_elements(s, close, item, &n))
		return false;
	s->depth--;
	return item == NULL || close != '}' || check_members(s, item, n);
}

static bool
scan_text(struct scan *s, cJSON *item)
{
	char *text = NULL;

	if (!scan_string(s, &text))
		return false;
	if (item != NULL) {
		item->type = cJSON_String;
		item->valuestring = text;
	}
	return true;
}

static bool
scan_value(struct scan *s, cJSON *item)
{
	scan_space(s);
	switch (scan_peek(s)) {
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
		return scan_fail(s, "a value is missing");
	case '-':
	case '0' ... '9':
		return scan_number(s, item);
	default:
		return scan_fail(s, "no value begins like this");
	}
}

const cJSON *
json_parse(struct arena *a, struct str text, struct err *e)
{
	struct scan s = { .text = text, .e = e, .arena = a };
	cJSON *tree = arena_one(a, cJSON);

	if (!scan_value(&s, tree))
		return NULL;
	scan_space(&s);
	if (s.at != text.n) {
		scan_fail(&s, "bytes after the value");
		return NULL;
	}
	return tree;
}

/* Whether a name in its quotes, escapes and all, is this one. */
static bool
is_member_name(struct str quoted, struct str name)
{
	struct str raw = str_make(quoted.p + 1, quoted.n - 2);
	struct arena *a;
	bool same;

	if (str_find(raw, '\\') < 0)
		return str_eq(raw, name);
	a = arena_new();
	same = str_eq(str_of(decode_string(a, raw)), name);
	arena_free(&a);
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
		if (scan_peek(&s) != '"' || !scan_string(&s, NULL))
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
	} while (scan_peek(&s) == ',');
	return STR_NULL;
}

/* --- members ------------------------------------------------------------- */

const cJSON *
json_get(const cJSON *obj, const char *name)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, obj) {
		if (item->string != NULL && item->string[0] == name[0] &&
		    strcmp(item->string, name) == 0)
			return item;
	}
	return NULL;
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
