#include "config/keys.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/xalloc.h"

/* Texts to values and back, by type. */

#define MAX_VALUE 4096

struct unit {
	const char *name;
	int64_t factor;
};

/* Largest first, for writing. */
static const struct unit time_units[] = {
	{ "d", INT64_C(86400000000) },
	{ "h", INT64_C(3600000000) },
	{ "m", 60000000 },
	{ "s", 1000000 },
	{ "ms", 1000 },
	{ "us", 1 },
	{ NULL, 0 },
};
static const struct unit size_units[] = {
	{ "GiB", 1 << 30 },
	{ "MiB", 1 << 20 },
	{ "KiB", 1 << 10 },
	{ "B", 1 },
	{ NULL, 0 },
};
static const struct unit no_units[] = { { NULL, 0 } };

static const struct unit *
units_of(enum conf_type type)
{
	return type == CONF_TIME   ? time_units
	       : type == CONF_SIZE ? size_units
				   : no_units;
}

static const struct unit *
find_unit(const struct unit *units, struct str name)
{
	for (; units->name != NULL; units++) {
		if (str_is(name, units->name))
			return units;
	}
	return NULL;
}

/* "30s", "64KiB", "5": digits and a unit of the type.  `bare` is what a number
 * alone counts in, 0 when that is not allowed. */
static int
parse_scaled(enum conf_type type, struct str text, int64_t bare, int64_t *out,
    struct err *e)
{
	size_t digits = 0;
	int64_t value, factor = bare;
	struct str unit;

	while (digits < text.n &&
	       ((text.p[digits] >= '0' && text.p[digits] <= '9') ||
		   (digits == 0 && text.p[0] == '-')))
		digits++;
	unit = str_trim(str_make(text.p + digits, text.n - digits));
	if (!str_to_i64(str_make(text.p, digits), &value))
		return err_set(
		    e, ERR_CONFIG, "\"%.*s\" is not a number", STR_ARG(text));
	if (unit.n > 0) {
		const struct unit *u = find_unit(units_of(type), unit);

		if (u == NULL)
			return err_set(e, ERR_CONFIG,
			    "\"%.*s\" is not a unit; %s", STR_ARG(unit),
			    type == CONF_TIME ? "write 500ms, 30s, 5m, 2h or 1d"
			    : type == CONF_SIZE
				? "write 512B, 16KiB, 4MiB or 1GiB"
				: "this is a plain number");
		factor = u->factor;
	} else if (factor == 0 && value != 0) {
		return err_set(e, ERR_CONFIG, "\"%.*s\" has no unit; write %s",
		    STR_ARG(text), type == CONF_TIME ? "30s" : "16KiB");
	}
	if (__builtin_mul_overflow(value, factor, out))
		return err_set(
		    e, ERR_CONFIG, "\"%.*s\" is too large", STR_ARG(text));
	return 0;
}

static int
set_number(struct conf *c, const struct conf_key *k, struct str text,
    bool bare_time_ok, struct err *e)
{
	int64_t value, low, high;
	int64_t bare = k->type == CONF_TIME ? (bare_time_ok ? 1000000 : 0) : 1;

	if (parse_scaled(k->type, text, bare, &value, e) < 0)
		return -1;
	CHECK(parse_scaled(k->type, str_of(k->low), bare, &low, NULL) == 0);
	CHECK(parse_scaled(k->type, str_of(k->high), bare, &high, NULL) == 0);
	if (value < low || value > high)
		return err_set(e, ERR_CONFIG, "%.*s is outside %s to %s",
		    STR_ARG(text), k->low, k->high);
	*(int64_t *)conf_field(c, k) = value;
	return 0;
}

static int
set_bool(
    struct conf *c, const struct conf_key *k, struct str text, struct err *e)
{
	bool yes =
	    str_is(text, "true") || str_is(text, "yes") || str_is(text, "on");

	if (!yes && !str_is(text, "false") && !str_is(text, "no") &&
	    !str_is(text, "off"))
		return err_set(e, ERR_CONFIG,
		    "\"%.*s\" is neither true nor false", STR_ARG(text));
	*(bool *)conf_field(c, k) = yes;
	return 0;
}

static int
set_enum(
    struct conf *c, const struct conf_key *k, struct str text, struct err *e)
{
	struct str rest = str_of(k->low);

	while (rest.p != NULL) {
		struct str word = str_cut(rest, '|', &rest);

		if (str_eq(word, text)) {
			*(const char **)conf_field(c, k) =
			    arena_strndup(c->arena, word.p, word.n);
			return 0;
		}
	}
	return err_set(
	    e, ERR_CONFIG, "\"%.*s\" is not one of %s", STR_ARG(text), k->low);
}

/* Nothing that would end a C string early or break a line of the log. */
static int
check_printable(struct str text, struct err *e)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x20 || c == 0x7f)
			return err_set(e, ERR_CONFIG,
			    "holds a line break or another control character");
	}
	return 0;
}

static int
set_text(
    struct conf *c, const struct conf_key *k, struct str text, struct err *e)
{
	char *value = arena_strndup(c->arena, text.p, text.n);

	if (check_printable(text, e) < 0)
		return -1;
	if (k->type == CONF_PATH && text.n > 0 && text.p[0] != '/') {
		char cwd[PATH_MAX];

		if (getcwd(cwd, sizeof(cwd)) == NULL)
			return err_sys(e, ERR_CONFIG, "working directory");
		value = arena_printf(c->arena, "%s/%s", cwd, value);
	}
	*(const char **)conf_field(c, k) = value;
	return 0;
}

int
conf_set_list(struct conf *c, const struct conf_key *k, const struct str *items,
    size_t n, struct err *e)
{
	struct conf_list *list = conf_field(c, k);

	if (k->type != CONF_LIST)
		return err_set(e, ERR_CONFIG, "takes one value, not a list");
	list->n = 0;
	list->item = arena_many(c->arena, n + 1, const char *);
	for (size_t i = 0; i < n; i++) {
		struct str item = str_trim(items[i]);

		if (check_printable(item, e) < 0)
			return -1;
		if (item.n > 0)
			list->item[list->n++] =
			    arena_strndup(c->arena, item.p, item.n);
	}
	return 0;
}

/* Comma-separated, as environment variables write a list. */
static int
set_list_text(
    struct conf *c, const struct conf_key *k, struct str text, struct err *e)
{
	struct str items[256];
	size_t n = 0;

	while (text.p != NULL && text.n > 0) {
		if (n == ARRAY_LEN(items))
			return err_set(e, ERR_CONFIG, "more than %zu items", n);
		items[n++] = str_cut(text, ',', &text);
	}
	return conf_set_list(c, k, items, n, e);
}

int
conf_set(struct conf *c, const struct conf_key *k, struct str text,
    bool bare_time_ok, struct err *e)
{
	if (text.n > MAX_VALUE)
		return err_set(
		    e, ERR_CONFIG, "is longer than %d bytes", MAX_VALUE);
	switch (k->type) {
	case CONF_BOOL:
		return set_bool(c, k, text, e);
	case CONF_INT:
	case CONF_TIME:
	case CONF_SIZE:
		return set_number(c, k, text, bare_time_ok, e);
	case CONF_ENUM:
		return set_enum(c, k, text, e);
	case CONF_LIST:
		return set_list_text(c, k, text, e);
	case CONF_STR:
	case CONF_PATH:
	case CONF_SECRET:
		break;
	}
	return set_text(c, k, text, e);
}

/* --- ${NAME} and file: --------------------------------------------------- */

static int
read_value_file(
    struct arena *a, struct str path, struct str *out, struct err *e)
{
	char *name = arena_strndup(a, path.p, path.n);
	char text[MAX_VALUE + 1];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "cannot open %s", name);
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n < 0)
		return err_sys(e, ERR_CONFIG, "cannot read %s", name);
	if (n > MAX_VALUE)
		return err_set(e, ERR_CONFIG, "%s is longer than %d bytes",
		    name, MAX_VALUE);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	*out = str_make(arena_strndup(a, text, (size_t)n), (size_t)n);
	wipe(text, sizeof(text));
	return 0;
}

static int
expand_variables(
    struct conf_reader *r, struct str text, struct str *out, struct err *e)
{
	struct arena *a = r->conf->arena;
	struct buf b = BUF_INIT;
	size_t i = 0;
	int rc = 0;

	while (i < text.n && rc == 0) {
		struct str value;
		const char *end;
		char *name;

		if (text.p[i] != '$' || i + 1 == text.n ||
		    text.p[i + 1] != '{') {
			buf_addc(&b, text.p[i++]);
			continue;
		}
		end = memchr(text.p + i, '}', text.n - i);
		if (end == NULL) {
			rc = err_set(e, ERR_CONFIG, "\"${\" without \"}\"");
			break;
		}
		name = arena_strndup(
		    a, text.p + i + 2, (size_t)(end - (text.p + i + 2)));
		value = conf_variable(r, name).value;
		if (value.p == NULL)
			rc = err_set(e, ERR_CONFIG,
			    "environment variable %s is not set", name);
		else
			buf_addstr(&b, value);
		i = (size_t)(end - text.p) + 1;
	}
	*out = str_make(arena_strndup(a, buf_cstr(&b), b.n), b.n);
	wipe(b.p, b.n);
	buf_free(&b);
	return rc;
}

int
conf_expand(
    struct conf_reader *r, struct str text, struct str *out, struct err *e)
{
	struct arena *a = r->conf->arena;

	if (expand_variables(r, text, out, e) < 0)
		return -1;
	if (str_starts(*out, STR("file:")))
		return read_value_file(
		    a, str_make(out->p + 5, out->n - 5), out, e);
	return 0;
}

/* --- back to text -------------------------------------------------------- */

static void
format_scaled(const struct unit *u, int64_t value, struct buf *out)
{
	while (u->name != NULL && u[1].name != NULL && value % u->factor != 0)
		u++;
	if (u->name == NULL || value == 0)
		buf_printf(out, "%lld", (long long)value);
	else
		buf_printf(
		    out, "%lld%s", (long long)(value / u->factor), u->name);
}

void
conf_format(const struct conf *c, const struct conf_key *k, struct buf *out)
{
	const void *field = conf_field(c, k);
	const struct conf_list *list;

	switch (k->type) {
	case CONF_BOOL:
		buf_adds(out, *(const bool *)field ? "true" : "false");
		return;
	case CONF_INT:
	case CONF_TIME:
	case CONF_SIZE:
		format_scaled(units_of(k->type), *(const int64_t *)field, out);
		return;
	case CONF_LIST:
		list = field;
		for (size_t i = 0; i < list->n; i++)
			buf_printf(
			    out, "%s%s", i > 0 ? "," : "", list->item[i]);
		return;
	case CONF_STR:
	case CONF_PATH:
	case CONF_SECRET:
	case CONF_ENUM:
		break;
	}
	buf_adds(out, *(const char *const *)field);
}

bool
conf_same(const struct conf *a, const struct conf *b, const struct conf_key *k)
{
	struct buf x = BUF_INIT, y = BUF_INIT;
	bool same;

	conf_format(a, k, &x);
	conf_format(b, k, &y);
	same = str_eq(buf_str(&x), buf_str(&y));
	wipe(x.p, x.n);
	wipe(y.p, y.n);
	buf_free(&x);
	buf_free(&y);
	return same;
}
