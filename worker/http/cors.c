/* Whom a browser may be speaking for.
 *
 * Host must name us, or a page elsewhere could have its own name resolve to
 * our address and talk to us as if it were ours (DNS rebinding).  An address
 * in Host is fine: a browser puts there what its user or a page typed, and a
 * name that is bound anew never shows up as an address.  Origin must be ours,
 * of this machine, or configured. */

#include "http/http_impl.h"

static struct str
host_name(struct str host)
{
	struct str name;

	return h1_is_host(host, &name) ? name : STR_NULL;
}

static bool
is_ipv4(struct str s)
{
	struct str rest = s;
	uint64_t part;
	int parts = 0;

	for (; rest.p != NULL; parts++)
		if (!str_to_u64(str_cut(rest, '.', &rest), &part) || part > 255)
			return false;
	return parts == 4;
}

static bool
is_loopback(struct str name)
{
	if (str_ieq(name, STR("localhost")) || str_is(name, "[::1]"))
		return true;
	if (name.n > 10 &&
	    str_ieq(str_make(name.p + name.n - 10, 10), STR(".localhost")))
		return true;
	return is_ipv4(name) && str_starts(name, STR("127."));
}

bool
cors_is_loopback(const struct http_req *req)
{
	struct str host = h1_get(&req->h1, req->base, H1_HOST);
	struct str name = host_name(host);

	return name.p != NULL && is_loopback(name);
}

static bool
is_listed(const struct conf_list *list, struct str name)
{
	struct str item;

	for (size_t i = 0; i < list->n; i++) {
		item = str_of(list->item[i]);
		if (str_is(item, "*") || str_ieq(item, name))
			return true;
		if (str_starts(item, STR("*.")) && name.n >= item.n &&
		    str_ieq(
			str_make(name.p + name.n - (item.n - 1), item.n - 1),
			str_make(item.p + 1, item.n - 1)))
			return true;
	}
	return false;
}

static bool
is_our_host(const struct http_req *req)
{
	const struct conf *conf = req->srv->conf;
	struct str host = h1_get(&req->h1, req->base, H1_HOST), name;

	if (host.p == NULL)
		return req->h1.minor == 0;
	name = host_name(host);
	if (is_loopback(name) || name.p[0] == '[' || is_ipv4(name))
		return true;
	if (str_ieq(name, host_name(str_of(conf->host))))
		return true;
	return is_listed(&conf->allowed_hosts, name);
}

/* Whom a page tells nothing of itself (Referrer-Policy: no-referrer) is told
 * "null" by a form on it; that it is one of ours no page can claim. */
static bool
is_own_null(const struct http_req *req, struct str origin)
{
	return str_is(origin, "null") &&
	       http_header_count(req, "Sec-Fetch-Site") == 1 &&
	       str_is(http_header(req, "Sec-Fetch-Site"), "same-origin");
}

/* "https://name:port" becomes "name:port". */
static struct str
origin_host(struct str origin)
{
	if (str_starts(origin, STR("http://")))
		return str_make(origin.p + 7, origin.n - 7);
	if (str_starts(origin, STR("https://")))
		return str_make(origin.p + 8, origin.n - 8);
	return STR_NULL;
}

static bool
is_our_origin(const struct http_req *req, struct str origin)
{
	struct str host = origin_host(origin), name;

	if (req->h1.known_n[H1_ORIGIN] != 1)
		return false;
	if (is_listed(&req->srv->conf->allowed_origins, origin))
		return true;
	name = host_name(host);
	if (name.p == NULL)
		return false;
	return is_loopback(name) ||
	       str_ieq(host, h1_get(&req->h1, req->base, H1_HOST));
}

static bool
is_header_list(struct str s)
{
	struct str rest = s;

	while (rest.p != NULL)
		if (!h1_is_token(str_trim(str_cut(rest, ',', &rest))))
			return false;
	return true;
}

static void
answer_preflight(struct http_req *req)
{
	struct str wanted = http_header(req, "access-control-request-headers");

	http_add_header(req, "Access-Control-Allow-Methods", req->match.allow);
	if (wanted.n != 0 && wanted.n <= 1024 && is_header_list(wanted))
		http_add_header_str(
		    req, "Access-Control-Allow-Headers", wanted);
	http_add_header(req, "Access-Control-Max-Age", "600");
	http_reply(req, 204, NULL);
}

static int
deny(struct http_req *req, const char *message)
{
	reply_refuse(req, 403, message);
	return 0;
}

/* Pages are for people, whatever script asks. */
static bool
is_page(const struct http_req *req)
{
	const struct http_route *route = req->match.route;

	return route != NULL && route->access >= HTTP_PAGE_OPEN;
}

int
cors_check(struct http_req *req)
{
	struct str origin;

	if (!is_our_host(req))
		return deny(req, "this server does not go by that Host");
	if (req->h1.known_n[H1_ORIGIN] == 0)
		return 1;
	origin = h1_get(&req->h1, req->base, H1_ORIGIN);
	if (is_own_null(req, origin))
		return 1;
	if (!is_our_origin(req, origin))
		return deny(req, "this Origin may not call");
	if (is_page(req))
		return 1;
	http_add_header_str(req, "Access-Control-Allow-Origin", origin);
	http_add_header(req, "Access-Control-Expose-Headers",
	    "DPoP-Nonce, Mcp-Session-Id, RateLimit, RateLimit-Policy, "
	    "Retry-After, "
	    "WWW-Authenticate, X-RateLimit-Limit, X-RateLimit-Remaining, "
	    "X-RateLimit-Reset, X-Request-Id");
	http_add_header(req, "Vary", "Origin");
	if (req->method != HTTP_OPTIONS || req->match.allow == NULL ||
	    http_header(req, "access-control-request-method").p == NULL)
		return 1;
	answer_preflight(req);
	return 0;
}
