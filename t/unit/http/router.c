/* Which route a method and a path find. */

#include "http/router.h"

#include "tap.h"

static void
nothing(UNUSED struct http_req *req)
{
}

#define ROUTE(m, p)                                                            \
	{                                                                      \
		.method = (m), .pattern = (p), .handler = nothing              \
	}

static const struct http_route routes[] = {
	ROUTE(HTTP_GET, "/"),
	ROUTE(HTTP_GET, "/a"),
	ROUTE(HTTP_POST, "/a"),
	ROUTE(HTTP_GET, "/a/{id}"),
	ROUTE(HTTP_DELETE, "/a/{id}"),
	ROUTE(HTTP_GET, "/a/{id}/b/{other}"),
	ROUTE(HTTP_GET, "/a/fixed"),
	ROUTE(HTTP_HEAD, "/h"),
	ROUTE(HTTP_GET, "/h"),
	ROUTE(HTTP_OPTIONS, "/o"),
	ROUTE(HTTP_POST, "/only"),
	{ .pattern = NULL },
};

static const struct {
	enum http_method method;
	const char *path;
	int index; /* -1: no such method, -2: no such path */
	const char *params;
	const char *allow;
} cases[] = {
	{ HTTP_GET, "/", 0, "", "GET, HEAD, OPTIONS" },
	{ HTTP_GET, "", -2, "", NULL },
	{ HTTP_GET, "/a", 1, "", "GET, HEAD, POST, OPTIONS" },
	{ HTTP_POST, "/a", 2, "", "GET, HEAD, POST, OPTIONS" },
	{ HTTP_HEAD, "/a", 1, "", "GET, HEAD, POST, OPTIONS" },
	{ HTTP_PUT, "/a", -1, "", "GET, HEAD, POST, OPTIONS" },
	{ HTTP_METHOD_OTHER, "/a", -1, "", "GET, HEAD, POST, OPTIONS" },
	{ HTTP_OPTIONS, "/a", -1, "", "GET, HEAD, POST, OPTIONS" },
	{ HTTP_GET, "/a/", -2, "", NULL },
	{ HTTP_GET, "/a/x", 3, "id=x;", "GET, HEAD, DELETE, OPTIONS" },
	{ HTTP_DELETE, "/a/x", 4, "id=x;", "GET, HEAD, DELETE, OPTIONS" },
	{ HTTP_GET, "/a/x/", -2, "", NULL },
	{ HTTP_GET, "/a/x/b", -2, "", NULL },
	{ HTTP_GET, "/a/x/b/y", 5, "id=x;other=y;", "GET, HEAD, OPTIONS" },
	{ HTTP_GET, "/a/x/c/y", -2, "", NULL },
	{ HTTP_GET, "/a//b/y", -2, "", NULL },
	{ HTTP_GET, "/a/x/b/y/z", -2, "", NULL },
	{ HTTP_GET, "/a/fixed", 6, "", "GET, HEAD, OPTIONS" },
	{ HTTP_DELETE, "/a/fixed", -1, "", "GET, HEAD, OPTIONS" },
	{ HTTP_HEAD, "/h", 7, "", "GET, HEAD, OPTIONS" },
	{ HTTP_OPTIONS, "/o", 9, "", "OPTIONS" },
	{ HTTP_HEAD, "/only", -1, "", "POST, OPTIONS" },
	{ HTTP_GET, "/A", -2, "", NULL },
	{ HTTP_GET, "a", -2, "", NULL },
	{ HTTP_GET, "//a", -2, "", NULL },
	{ HTTP_GET, "/{id}", -2, "", NULL },
	{ HTTP_GET, "*", -2, "", NULL },
};

static void
join_params(const struct router_match *m, char *out, size_t n)
{
	out[0] = '\0';
	for (size_t i = 0; i < m->params_n; i++) {
		size_t used = strlen(out);

		snprintf(out + used, n - used, "%.*s=%.*s;",
		    STR_ARG(m->param[i].name), STR_ARG(m->param[i].value));
	}
}

int
main(void)
{
	struct router *r = router_new(routes);
	struct router_match m;
	char params[128];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *name = http_method_name(cases[i].method);

		router_find(r, cases[i].method, str_of(cases[i].path), &m);
		is_int(m.route != NULL ? (int)m.index
		       : m.allow       ? -1
				       : -2,
		    cases[i].index, "%s %s", name, cases[i].path);
		join_params(&m, params, sizeof(params));
		if (cases[i].index >= 0)
			is_str(params, cases[i].params, "its parameters");
		if (cases[i].allow != NULL)
			is_str(m.allow, cases[i].allow, "and methods");
	}
	is_int(router_method(STR("GET")), HTTP_GET, "GET");
	is_int(router_method(STR("OPTIONS")), HTTP_OPTIONS, "OPTIONS");
	is_int(router_method(STR("OTHER")), HTTP_METHOD_OTHER, "OTHER");
	is_int(router_method(STR("get")), HTTP_METHOD_OTHER, "get");
	router_free(&r);
	return tap_done();
}
