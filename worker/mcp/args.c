/* A language model wrote the arguments: every refusal says how to do better. */

#include "mcp/args.h"

#include <math.h>

#include "base/check.h"
#include "base/date.h"
#include "base/json.h"
#include "mcp/era.h"

const char *const mcp_sports[] = {
#define SPORT(id, name, family, title) name,
#include "model/sports.def"
#undef SPORT
	NULL,
};

const char *const mcp_formats[] = { "json", "toon", NULL };

static size_t
count_words(const char *const *words)
{
	size_t n = 0;

	while (words[n] != NULL)
		n++;
	return n;
}

static int
find_word(const char *const *words, const char *s)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], s) == 0)
			return i;
	}
	return -1;
}

int
args_find(const struct mcp_arg *args, const char *name)
{
	for (int i = 0; args[i].type != MCP_ARG_END; i++) {
		if (strcmp(args[i].name, name) == 0)
			return i;
	}
	return -1;
}

const char *
args_nearest(struct str word, const char *const *words, size_t n)
{
	unsigned best = 0, limit = word.n < 6 ? 2 : 3;
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned d = str_distance(word, str_of(words[i]));

		if (d <= limit && (found == NULL || d < best)) {
			found = words[i];
			best = d;
		}
	}
	return found;
}

/* --- refusals ------------------------------------------------------------ */

static void
say_words(struct buf *out, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		buf_printf(out, "%s%s", i > 0 ? ", " : "", words[i]);
}

static void
say_allowed(struct buf *out, const struct mcp_arg *a)
{
	switch (a->type) {
	case MCP_ARG_INT:
		buf_printf(
		    out, "a whole number from %.0f to %.0f", a->min, a->max);
		break;
	case MCP_ARG_NUM:
		buf_printf(out, "a number from %g to %g", a->min, a->max);
		break;
	case MCP_ARG_STR:
		if (a->min == a->max)
			buf_printf(out, "a string of %.0f characters", a->min);
		else
			buf_printf(out, "a string of %.0f to %.0f characters",
			    a->min, a->max);
		break;
	case MCP_ARG_ENUM:
		buf_adds(out, "one of ");
		say_words(out, a->words);
		break;
	case MCP_ARG_BOOL:
		buf_adds(out, "true or false");
		break;
	case MCP_ARG_DATE:
		buf_adds(out, "a date such as 2026-11-23");
		break;
	case MCP_ARG_LIST:
		buf_adds(out, "a list of different words out of ");
		say_words(out, a->words);
		break;
	case MCP_ARG_END:
		BUG("no such type");
	}
}

void
args_example(struct buf *out, const struct mcp_arg *a)
{
	const char *word = a->words != NULL ? a->words[0] : a->fallback;

	if (a->example != NULL)
		buf_adds(out, a->example);
	else if (a->type == MCP_ARG_INT || a->type == MCP_ARG_NUM)
		buf_adds(out, a->fallback != NULL ? a->fallback : "");
	else if (a->type == MCP_ARG_BOOL)
		buf_adds(out, "true");
	else if (a->type == MCP_ARG_DATE)
		buf_adds(out, "\"2026-11-23\"");
	else if (a->type == MCP_ARG_LIST)
		buf_printf(out, "[\"%s\"]", word);
	else if (word != NULL)
		buf_printf(out, "\"%s\"", word);
	if ((a->type == MCP_ARG_INT || a->type == MCP_ARG_NUM) &&
	    a->example == NULL && a->fallback == NULL)
		buf_printf(out, "%.15g", a->min);
}

/* The end of a refusal. */
static void
say_example(struct buf *out, const struct mcp_arg *a)
{
	struct buf example = BUF_INIT;

	args_example(&example, a);
	if (example.n > 0)
		buf_printf(
		    out, " Example: {\"%s\": %s}", a->name, buf_cstr(&example));
	if (a->instead != NULL)
		buf_printf(out, " %s", a->instead);
	buf_free(&example);
}

/* A short form of what was given. */
static void
say_given(struct buf *out, const cJSON *item)
{
	struct str s;

	if (cJSON_IsString(item)) {
		s = str_of(item->valuestring);
		while (s.n > 60 || !str_is_utf8(s))
			s.n = s.n > 60 ? 60 : s.n - 1;
		buf_printf(out, "\"%.*s\"%s", STR_ARG(s),
		    item->valuestring[s.n] != '\0' ? "..." : "");
	} else if (cJSON_IsNumber(item)) {
		buf_printf(out, "%.17g", item->valuedouble);
	} else if (cJSON_IsBool(item)) {
		buf_adds(out, cJSON_IsTrue(item) ? "true" : "false");
	} else {
		buf_adds(out, json_type_name(item));
	}
}

static bool
refuse_value(struct buf *problem, const struct mcp_arg *a, const cJSON *item)
{
	const char *near = NULL;

	buf_printf(problem, "The argument \"%s\" must be ", a->name);
	say_allowed(problem, a);
	buf_adds(problem, "; ");
	say_given(problem, item);
	buf_adds(problem, " was given.");
	if (a->type == MCP_ARG_ENUM && cJSON_IsString(item))
		near = args_nearest(
		    str_of(item->valuestring), a->words, count_words(a->words));
	if (near != NULL)
		buf_printf(problem, " Did you mean \"%s\"?", near);
	else
		say_example(problem, a);
	return false;
}

static bool
refuse_unknown(
    struct buf *problem, const struct mcp_arg *args, const cJSON *item)
{
	const char *names[MCP_MAX_ARGS] = { NULL }, *near;
	struct str name = str_of(item->string);
	size_t n = 0;

	for (; args[n].type != MCP_ARG_END; n++)
		names[n] = args[n].name;
	near = args_nearest(name, names, n);
	buf_printf(problem, "There is no argument \"%.*s\".",
	    (int)MIN(name.n, (size_t)60), name.p);
	if (near != NULL)
		buf_printf(problem, " Did you mean \"%s\"?", near);
	if (n == 0)
		buf_adds(problem, " This takes no arguments.");
	for (size_t i = 0; i < n; i++)
		buf_printf(problem, "%s%s%s", i == 0 ? " Arguments: " : ", ",
		    names[i], i + 1 == n ? "." : "");
	return false;
}

/* --- values -------------------------------------------------------------- */

/* Code points of UTF-8 text. */
static size_t
count_characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static bool
read_string(const struct mcp_arg *a, const char *s, struct mcp_value *v)
{
	int32_t day = 0;
	size_t n;

	v->s = s;
	if (a->type == MCP_ARG_DATE) {
		if (!date_parse_day(str_of(s), &day))
			return false;
		v->i = day;
		return true;
	}
	if (a->type == MCP_ARG_ENUM) {
		v->i = find_word(a->words, s);
		return v->i >= 0;
	}
	n = count_characters(s);
	return n >= a->min && n <= a->max;
}

static bool
read_number(const struct mcp_arg *a, double d, struct mcp_value *v)
{
	if (!(d >= a->min && d <= a->max))
		return false;
	if (a->type == MCP_ARG_INT && d != trunc(d))
		return false;
	v->f = d;
	if (a->type == MCP_ARG_INT)
		v->i = (int64_t)d;
	return true;
}

static bool
read_list(const struct mcp_arg *a, const cJSON *list, struct mcp_value *v)
{
	const cJSON *item;
	uint64_t bit;
	int at;

	CHECK(count_words(a->words) <= 64);
	cJSON_ArrayForEach (item, list) {
		at = cJSON_IsString(item)
			 ? find_word(a->words, item->valuestring)
			 : -1;
		bit = UINT64_C(1) << (at & 63);
		if (at < 0 || (v->set & bit) != 0)
			return false;
		v->set |= bit;
	}
	return true;
}

/* A number or a boolean that is written as a string. */
static bool
read_text(const struct mcp_arg *a, const cJSON *item, struct mcp_value *v)
{
	const char *s = cJSON_IsString(item) ? item->valuestring : "";
	double d;

	if (a->type != MCP_ARG_BOOL)
		return str_to_f64(str_of(s), &d) && read_number(a, d, v);
	v->i = strcmp(s, "true") == 0;
	return v->i != 0 || strcmp(s, "false") == 0;
}

static bool
read_value(const struct mcp_arg *a, const cJSON *item, bool as_text,
    struct mcp_value *v)
{
	if (as_text && (a->type == MCP_ARG_INT || a->type == MCP_ARG_NUM ||
			   a->type == MCP_ARG_BOOL))
		return read_text(a, item, v);
	switch (a->type) {
	case MCP_ARG_INT:
	case MCP_ARG_NUM:
		return cJSON_IsNumber(item) &&
		       read_number(a, item->valuedouble, v);
	case MCP_ARG_BOOL:
		v->i = cJSON_IsTrue(item);
		return cJSON_IsBool(item);
	case MCP_ARG_LIST:
		return cJSON_IsArray(item) && read_list(a, item, v);
	case MCP_ARG_STR:
	case MCP_ARG_ENUM:
	case MCP_ARG_DATE:
		return cJSON_IsString(item) &&
		       read_string(a, item->valuestring, v);
	case MCP_ARG_END:
		break;
	}
	BUG("no such type");
}

static void
read_default(const struct mcp_arg *a, struct mcp_value *v)
{
	double d = 0;
	bool good = true;

	if (a->fallback == NULL)
		return;
	if (a->type == MCP_ARG_BOOL)
		v->i = strcmp(a->fallback, "true") == 0;
	else if (a->type == MCP_ARG_INT || a->type == MCP_ARG_NUM)
		good =
		    str_to_f64(str_of(a->fallback), &d) && read_number(a, d, v);
	else
		good = read_string(a, a->fallback, v);
	CHECK(good);
	v->present = true;
}

bool
args_read(const struct mcp_arg *args, const cJSON *given, bool as_text,
    struct mcp_value *v, struct buf *problem)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, given) {
		if (args_find(args, item->string) < 0)
			return refuse_unknown(problem, args, item);
	}
	for (size_t i = 0; args[i].type != MCP_ARG_END; i++) {
		v[i] = (struct mcp_value){ .i = 0 };
		item = json_get(given, args[i].name);
		if (item == NULL || cJSON_IsNull(item)) {
			read_default(&args[i], &v[i]);
			if (!args[i].required)
				continue;
			buf_printf(problem,
			    "The argument \"%s\" is missing: ", args[i].name);
			say_allowed(problem, &args[i]);
			buf_printf(problem, ". %s", args[i].about);
			say_example(problem, &args[i]);
			return false;
		}
		if (!read_value(&args[i], item, as_text, &v[i]))
			return refuse_value(problem, &args[i], item);
		v[i].given = v[i].present = true;
	}
	return true;
}

/* --- mirrored headers ---------------------------------------------------- */

static bool
header_agrees(const cJSON *item, struct str text)
{
	double d;

	if (cJSON_IsString(item))
		return str_is(text, item->valuestring);
	if (cJSON_IsBool(item))
		return str_is(text, cJSON_IsTrue(item) ? "true" : "false");
	return cJSON_IsNumber(item) && str_to_f64(text, &d) &&
	       d == item->valuedouble;
}

const char *
args_check_header(
    const struct mcp_arg *arg, const cJSON *given, struct str header)
{
	const cJSON *item = json_get(given, arg->name);
	struct buf decoded = BUF_INIT;
	const char *fault = NULL;
	struct str text;

	if (item == NULL || cJSON_IsNull(item))
		return header.p == NULL ? NULL : "has no value in the body";
	if (header.p == NULL)
		return "is missing";
	if (!era_header_text(header, &decoded, &text))
		fault = "is badly encoded";
	else if (!header_agrees(item, text))
		fault = "is not the value in the body";
	buf_free(&decoded);
	return fault;
}
