#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/keys.h"

/* The file .env beside the configuration: lines NAME=VALUE in the form that
 * shells and dotenv libraries read.  systemd and container engines read less of
 * it, and hand on a comment behind a value as part of the value. */

#define MAX_FILE      65536
#define MAX_VARIABLES 512

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Without a comment, which begins at a "#" that has a space beside it, and
 * without a pair of quotes. */
static struct str
strip_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '#' && ((i > 0 && is_space(s.p[i - 1])) ||
					 (i + 1 < s.n && is_space(s.p[i + 1]))))
			s.n = i;
	}
	s = str_trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') &&
	    s.p[s.n - 1] == s.p[0])
		s = str_make(s.p + 1, s.n - 2);
	return s;
}

/* --- the file ------------------------------------------------------------ */

/* `s` begins with a quote.  0 with *out and what follows the closing one. */
static int
unquote(struct arena *a, struct str s, struct str *out, struct str *rest)
{
	char *text = arena_strndup(a, s.p, s.n);
	size_t n = 0, i = 1;

	while (i < s.n && s.p[i] != s.p[0]) {
		if (s.p[0] == '"' && s.p[i] == '\\' && i + 1 < s.n &&
		    strchr("\"\\$`", s.p[i + 1]) != NULL)
			i++;
		text[n++] = s.p[i++];
	}
	if (i == s.n)
		return -1;
	text[n] = '\0';
	*out = str_make(text, n);
	*rest = str_trim(str_make(s.p + i + 1, s.n - i - 1));
	return 0;
}

/* NULL, or what is wrong with the value. */
static const char *
parse_value(struct arena *a, struct str s, struct str *out)
{
	struct str rest;
	size_t n = 0;

	if (s.n > 0 && (s.p[0] == '"' || s.p[0] == '\'')) {
		if (unquote(a, s, out, &rest) < 0)
			return "a quote without its end";
		return rest.n == 0 || rest.p[0] == '#'
			   ? NULL
			   : "more after the closing quote";
	}
	while (n < s.n && (s.p[n] != '#' || (n > 0 && !is_space(s.p[n - 1]))))
		n++;
	s = str_trim(str_make(s.p, n));
	*out = str_make(arena_strndup(a, s.p, s.n), s.n);
	return NULL;
}

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '_' && !isalnum((unsigned char)s.p[i]))
			return false;
	}
	return s.n > 0 && !isdigit((unsigned char)s.p[0]);
}

static struct conf_variable *
find(struct conf_dotenv *d, struct str name)
{
	for (size_t i = 0; i < d->n; i++) {
		if (str_eq(d->v[i].name, name))
			return &d->v[i];
	}
	return NULL;
}

static void
read_line(struct conf_reader *r, struct str line, size_t number)
{
	struct conf_dotenv *d = &r->dotenv;
	struct arena *a = r->conf->arena;
	struct conf_variable *v;
	struct str value, name;
	const char *wrong = NULL;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
		return;
	name = str_cut(line, '=', &value);
	if (str_starts(name, STR("export ")))
		name = str_make(name.p + 7, name.n - 7);
	name = str_trim(name);
	v = find(d, name);
	if (value.p == NULL || !is_name(name))
		wrong = "is not NAME=VALUE";
	else if (v == NULL && d->n == MAX_VARIABLES)
		wrong = "too many variables";
	if (wrong == NULL) {
		v = v != NULL ? v : &d->v[d->n++];
		v->name = str_make(arena_strndup(a, name.p, name.n), name.n);
		v->line = number;
		wrong = parse_value(a, str_trim(value), &v->value);
	}
	/* The line itself may hold a secret. */
	if (wrong != NULL)
		conf_complain(r, d->path, number, 1, "%s", wrong);
}

/* The whole file in the arena; STR_NULL when there is none, or after a
 * complaint. */
static struct str
read_whole(struct conf_reader *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;
	ssize_t n;

	if (fd < 0) {
		if (errno != ENOENT)
			conf_complain(r, path, 0, 0, "%s", strerror(errno));
		return STR_NULL;
	}
	text = arena_alloc(r->conf->arena, MAX_FILE);
	n = read(fd, text, MAX_FILE);
	if (n < 0)
		conf_complain(r, path, 0, 0, "%s", strerror(errno));
	else if (n == MAX_FILE)
		conf_complain(
		    r, path, 0, 0, "is longer than %d bytes", MAX_FILE - 1);
	close(fd);
	return n < 0 || n == MAX_FILE ? STR_NULL : str_make(text, (size_t)n);
}

void
conf_read_dotenv(struct conf_reader *r)
{
	struct arena *a = r->conf->arena;
	const char *slash = strrchr(r->file, '/');
	int n = slash != NULL ? (int)(slash - r->file) + 1 : 0;
	struct str rest;
	size_t number = 0;

	r->dotenv.path = arena_printf(a, "%.*s.env", n, r->file);
	rest = read_whole(r, r->dotenv.path);
	if (rest.p == NULL)
		return;
	r->dotenv.v = arena_zalloc(a, MAX_VARIABLES * sizeof(*r->dotenv.v));
	while (rest.p != NULL) {
		struct str line = str_cut(rest, '\n', &rest);

		read_line(r, line, ++number);
	}
}

/* --- either --------------------------------------------------------------- */

/* Whether the environment's value is the file's, as a program hands it on that
 * does not know comments. */
static bool
comes_from_file(struct str value, const struct conf_variable *v)
{
	struct str rest;

	if (!str_starts(value, v->value))
		return false;
	rest = str_trim(str_make(value.p + v->value.n, value.n - v->value.n));
	return rest.n == 0 || rest.p[0] == '#';
}

struct conf_variable
conf_variable(struct conf_reader *r, const char *name)
{
	const struct conf_variable *v = find(&r->dotenv, str_of(name));
	const char *value = getenv(name);

	if (value == NULL)
		return v != NULL ? *v
				 : (struct conf_variable){ .value = STR_NULL };
	if (v != NULL && comes_from_file(str_of(value), v))
		return *v;
	return (struct conf_variable){ .name = str_of(name),
		.value = strip_value(str_of(value)) };
}
