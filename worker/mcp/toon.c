#include "mcp/toon.h"

#include "base/jsonw.h"

static bool
is_plain(const cJSON *v)
{
	return !cJSON_IsObject(v) && !cJSON_IsArray(v);
}

/* --- strings ------------------------------------------------------------- */

static bool
looks_like_number(struct str s)
{
	double d;

	if (s.n > 0 && (*s.p == '-' || *s.p == '+'))
		return true;
	return s.n > 0 && *s.p >= '0' && *s.p <= '9' &&
	       (str_to_f64(s, &d) || *s.p == '0');
}

static bool
needs_quotes(struct str s)
{
	static const char special[] = ":\"\\[]{},";

	if (s.n == 0 || s.p[0] == ' ' || s.p[s.n - 1] == ' ' ||
	    str_is(s, "true") || str_is(s, "false") || str_is(s, "null") ||
	    looks_like_number(s))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 ||
		    memchr(special, s.p[i], sizeof(special) - 1) != NULL)
			return true;
	}
	return false;
}

static void
write_string(struct buf *out, struct str s)
{
	if (!needs_quotes(s)) {
		buf_addstr(out, s);
		return;
	}
	buf_addc(out, '"');
	jsonw_escape(out, s);
	buf_addc(out, '"');
}

/* A key may stand bare when it is a name. */
static void
write_key(struct buf *out, const char *key)
{
	struct str s = str_of(key);
	bool bare = s.n > 0 && !(s.p[0] >= '0' && s.p[0] <= '9');

	for (size_t i = 0; i < s.n && bare; i++)
		bare = (s.p[i] >= 'a' && s.p[i] <= 'z') ||
		       (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		       (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_' ||
		       s.p[i] == '.';
	if (!bare)
		buf_addc(out, '"');
	if (bare)
		buf_addstr(out, s);
	else
		jsonw_escape(out, s);
	if (!bare)
		buf_addc(out, '"');
}

static void
write_plain(struct buf *out, const cJSON *v)
{
	struct jsonw w;

	if (cJSON_IsString(v)) {
		write_string(out, str_of(v->valuestring));
		return;
	}
	jsonw_init(&w, out);
	jsonw_tree(&w, v);
}

/* --- structure ----------------------------------------------------------- */

static void write_members(struct buf *out, const cJSON *obj, unsigned depth);
static void write_array(struct buf *out, const cJSON *list, unsigned depth);

static void
begin_line(struct buf *out, unsigned depth)
{
	if (out->n > 0)
		buf_addc(out, '\n');
	for (unsigned i = 0; i < depth; i++)
		buf_adds(out, "  ");
}

static bool
all_plain(const cJSON *list)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, list) {
		if (!is_plain(item))
			return false;
	}
	return true;
}

static bool
has_members_of(const cJSON *obj, const cJSON *first)
{
	const cJSON *a;

	if (!cJSON_IsObject(obj) ||
	    cJSON_GetArraySize(obj) != cJSON_GetArraySize(first))
		return false;
	cJSON_ArrayForEach (a, first) {
		const cJSON *b =
		    cJSON_GetObjectItemCaseSensitive(obj, a->string);

		if (b == NULL || !is_plain(b))
			return false;
	}
	return true;
}

/* Objects of the same plain members: they make a table. */
static bool
is_table(const cJSON *list)
{
	const cJSON *first = cJSON_GetArrayItem(list, 0), *item;

	if (!cJSON_IsObject(first) || first->child == NULL)
		return false;
	cJSON_ArrayForEach (item, list) {
		if (!has_members_of(item, first))
			return false;
	}
	return true;
}

static void
write_plain_list(struct buf *out, const cJSON *list)
{
	const cJSON *item;
	const char *between = " ";

	buf_addc(out, ':');
	cJSON_ArrayForEach (item, list) {
		buf_adds(out, between);
		write_plain(out, item);
		between = ",";
	}
}

static void
write_table(struct buf *out, const cJSON *list, unsigned depth)
{
	const cJSON *first = cJSON_GetArrayItem(list, 0), *row, *column;
	const char *between = "{";

	cJSON_ArrayForEach (column, first) {
		buf_adds(out, between);
		write_key(out, column->string);
		between = ",";
	}
	buf_adds(out, "}:");
	cJSON_ArrayForEach (row, list) {
		begin_line(out, depth + 1);
		between = "";
		cJSON_ArrayForEach (column, first) {
			buf_adds(out, between);
			write_plain(out, cJSON_GetObjectItemCaseSensitive(
					     row, column->string));
			between = ",";
		}
	}
}

/* What follows a key: ": value", or lines below. */
static void
write_value(struct buf *out, const cJSON *v, unsigned depth)
{
	if (cJSON_IsArray(v)) {
		write_array(out, v, depth);
		return;
	}
	buf_addc(out, ':');
	if (cJSON_IsObject(v)) {
		write_members(out, v, depth + 1);
	} else {
		buf_addc(out, ' ');
		write_plain(out, v);
	}
}

/* The first member stands on the line of the hyphen, the others below it. */
static void
write_item(struct buf *out, const cJSON *item, unsigned depth)
{
	const cJSON *member;
	bool first = true;

	begin_line(out, depth);
	buf_addc(out, '-');
	if (!cJSON_IsObject(item)) {
		buf_addc(out, ' ');
		if (cJSON_IsArray(item))
			write_array(out, item, depth);
		else
			write_plain(out, item);
		return;
	}
	cJSON_ArrayForEach (member, item) {
		if (first)
			buf_addc(out, ' ');
		else
			begin_line(out, depth + 1);
		first = false;
		write_key(out, member->string);
		write_value(out, member, depth + 1);
	}
}

static void
write_array(struct buf *out, const cJSON *list, unsigned depth)
{
	const cJSON *item;

	buf_printf(out, "[%d]", cJSON_GetArraySize(list));
	if (all_plain(list)) {
		write_plain_list(out, list);
	} else if (is_table(list)) {
		write_table(out, list, depth);
	} else {
		buf_addc(out, ':');
		cJSON_ArrayForEach (item, list)
			write_item(out, item, depth + 1);
	}
}

static void
write_members(struct buf *out, const cJSON *obj, unsigned depth)
{
	const cJSON *member;

	cJSON_ArrayForEach (member, obj) {
		begin_line(out, depth);
		write_key(out, member->string);
		write_value(out, member, depth);
	}
}

void
toon_write(struct buf *out, const cJSON *value)
{
	struct buf text = BUF_INIT;

	if (cJSON_IsObject(value))
		write_members(&text, value, 0);
	else if (cJSON_IsArray(value))
		write_array(&text, value, 0);
	else
		write_plain(&text, value);
	buf_addstr(out, buf_str(&text));
	buf_free(&text);
}
