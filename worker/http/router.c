/* The table of routes, compiled. */

#include "http/router.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/map.h"
#include "base/xalloc.h"

#define METHODS HTTP_METHOD_OTHER /* those that a route may have */

/* All routes of one pattern. */
struct entry {
	struct entry *next; /* among the patterns with {name} */
	struct str pattern;
	const struct http_route *route[METHODS];
	const char *allow;
};

struct router {
	struct arena *arena;
	const struct http_route *routes;
	struct map *fixed;
	struct entry *patterns; /* with {name} */
};

static const struct str method_name[] = {
	[HTTP_GET] = STR("GET"),
	[HTTP_HEAD] = STR("HEAD"),
	[HTTP_POST] = STR("POST"),
	[HTTP_PUT] = STR("PUT"),
	[HTTP_PATCH] = STR("PATCH"),
	[HTTP_DELETE] = STR("DELETE"),
	[HTTP_OPTIONS] = STR("OPTIONS"),
	[HTTP_METHOD_OTHER] = STR("OTHER"),
};

enum http_method
router_method(struct str name)
{
	enum http_method m = HTTP_GET;

	while (m < HTTP_METHOD_OTHER && !str_eq(name, method_name[m]))
		m++;
	return m;
}

const char *
http_method_name(enum http_method m)
{
	return method_name[m].p;
}

static bool
is_variable(struct str segment)
{
	return segment.n > 2 && segment.p[0] == '{' &&
	       segment.p[segment.n - 1] == '}';
}

static struct str
variable_name(struct str segment)
{
	return str_make(segment.p + 1, segment.n - 2);
}

/* Compare segment by segment; a variable takes one that is not empty. */
static bool
match_pattern(struct str pattern, struct str path, struct router_match *m)
{
	struct str want, have;

	m->params_n = 0;
	while (pattern.p != NULL && path.p != NULL) {
		want = str_cut(pattern, '/', &pattern);
		have = str_cut(path, '/', &path);
		if (!is_variable(want)) {
			if (!str_eq(want, have))
				return false;
			continue;
		}
		if (have.n == 0)
			return false;
		m->param[m->params_n++] =
		    (struct router_param){ variable_name(want), have };
	}
	return pattern.p == NULL && path.p == NULL;
}

static struct entry *
find_entry(const struct router *r, struct str path, struct router_match *m)
{
	struct entry *found = map_get(r->fixed, path);

	m->params_n = 0;
	if (found != NULL)
		return found;
	for (found = r->patterns; found != NULL; found = found->next)
		if (match_pattern(found->pattern, path, m))
			return found;
	m->params_n = 0;
	return NULL;
}

void
router_find(const struct router *r, enum http_method method, struct str path,
    struct router_match *m)
{
	const struct entry *entry = find_entry(r, path, m);

	m->route = NULL;
	m->allow = NULL;
	m->index = 0;
	if (entry == NULL)
		return;
	m->allow = entry->allow;
	if (method == METHODS)
		return;
	m->route = entry->route[method];
	if (m->route == NULL && method == HTTP_HEAD)
		m->route = entry->route[HTTP_GET];
	if (m->route != NULL)
		m->index = (size_t)(m->route - r->routes);
}

/* Well-formed: variables are whole segments, and not too many. */
static bool
check_pattern(struct str pattern)
{
	struct str rest = pattern, segment;
	size_t variables = 0;

	CHECK(pattern.n > 0 && pattern.p[0] == '/');
	while (rest.p != NULL) {
		segment = str_cut(rest, '/', &rest);
		if (is_variable(segment))
			variables++;
		else
			CHECK(str_find(segment, '{') < 0);
	}
	CHECK(variables <= ROUTER_PARAMS_MAX);
	return variables != 0;
}

static struct entry *
find_pattern(struct router *r, struct str pattern)
{
	struct entry *e = map_get(r->fixed, pattern);

	if (e != NULL)
		return e;
	for (e = r->patterns; e != NULL; e = e->next)
		if (str_eq(e->pattern, pattern))
			return e;
	return NULL;
}

static struct entry *
add_entry(struct router *r, struct str pattern)
{
	struct entry *e = arena_one(r->arena, struct entry), **end;

	e->pattern = pattern;
	if (!check_pattern(pattern)) {
		map_put(r->fixed, pattern, e);
		return e;
	}
	for (end = &r->patterns; *end != NULL; end = &(*end)->next)
		;
	*end = e;
	return e;
}

static void
compose_allow(struct router *r, struct entry *e)
{
	struct buf b = BUF_INIT;

	for (int m = 0; m < METHODS; m++) {
		if (e->route[m] == NULL && m != HTTP_OPTIONS &&
		    (m != HTTP_HEAD || e->route[HTTP_GET] == NULL))
			continue;
		if (b.n != 0)
			buf_adds(&b, ", ");
		buf_addstr(&b, method_name[m]);
	}
	e->allow = arena_strndup(r->arena, b.p, b.n);
	buf_free(&b);
}

struct router *
router_new(const struct http_route *routes)
{
	struct router *r = xcalloc(1, sizeof(*r));
	struct entry *e;

	r->arena = arena_new();
	r->routes = routes;
	r->fixed = map_new();
	for (const struct http_route *t = routes; t->pattern != NULL; t++) {
		struct str pattern = str_of(t->pattern);

		CHECK(t->method < METHODS && t->handler != NULL);
		e = find_pattern(r, pattern);
		if (e == NULL)
			e = add_entry(r, pattern);
		CHECK(e->route[t->method] == NULL);
		e->route[t->method] = t;
		compose_allow(r, e);
	}
	return r;
}

void
router_free(struct router **rp)
{
	struct router *r = *rp;

	*rp = NULL;
	if (r == NULL)
		return;
	map_free(&r->fixed);
	arena_free(&r->arena);
	free(r);
}
