/* What we are called. */

#include "auth/site.h"

#include "config/conf.h"

#define MCP_PATH "/mcp"

static struct str
without_slash(struct str s)
{
	while (s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

const char *
site_of(struct http_req *req, const struct conf *conf)
{
	struct str url = without_slash(str_of(conf->public_url));
	struct str host = http_header(req, "Host");

	if (url.n > 0)
		return arena_strndup(http_arena(req), url.p, url.n);
	if (host.n == 0)
		host = STR("localhost");
	return arena_printf(http_arena(req), "http://%.*s", STR_ARG(host));
}

const char *
site_url(struct http_req *req, const struct conf *conf, struct str link)
{
	return arena_printf(http_arena(req), "%s%.*s",
	    str_starts(link, STR("/")) ? site_of(req, conf) : "",
	    STR_ARG(link));
}

const char *
site_resource(struct http_req *req, const struct conf *conf, struct str path)
{
	const char *site = site_of(req, conf);

	return str_is(path, MCP_PATH)
		   ? arena_printf(http_arena(req), "%s" MCP_PATH, site)
		   : site;
}

/* Equal, if scheme and host (all before the path) are compared without case. */
static bool
is_same_url(struct str a, struct str b)
{
	size_t head = 0;
	int slashes = 0;

	if (a.n != b.n)
		return false;
	while (head < a.n && slashes < 3)
		slashes += a.p[head++] == '/';
	return str_ieq(str_make(a.p, head), str_make(b.p, head)) &&
	       memcmp(a.p + head, b.p + head, a.n - head) == 0;
}

bool
site_has_resource(struct http_req *req, const struct conf *conf, struct str url,
    const char **out)
{
	static const char *const paths[] = { MCP_PATH, "" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		*out = site_resource(req, conf, str_of(paths[i]));
		if (is_same_url(without_slash(url), str_of(*out)))
			return true;
	}
	return false;
}
