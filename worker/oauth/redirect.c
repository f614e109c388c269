/* Redirect URIs, read as bytes: what two readers could understand differently
 * is refused when it is registered, and never normalised. */

#include "oauth/redirect.h"

#define HTTPS STR("https://")
#define HTTP  STR("http://")

static const char *const loopbacks[] = { "127.0.0.1", "[::1]", "localhost" };

static bool
is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~' ||
		    strchr("\"<>\\^`{|}*", s.p[i]) != NULL)
			return false;
	}
	return s.n > 0;
}

/* What stands between "//" and the path. */
static struct str
authority_of(struct str uri)
{
	struct str rest = uri;
	size_t n = 0;

	str_cut(uri, '/', &rest);
	if (rest.p == NULL || rest.n == 0 || rest.p[0] != '/')
		return STR_NULL;
	rest.p++;
	rest.n--;
	while (n < rest.n && strchr("/?#", rest.p[n]) == NULL)
		n++;
	return str_make(rest.p, n);
}

static struct str
without_port(struct str authority)
{
	for (size_t i = authority.n; i-- > 0;) {
		if (authority.p[i] == ']')
			break;
		if (authority.p[i] == ':')
			return str_make(authority.p, i);
	}
	return authority;
}

/* "", or ":" and a number from 1 to 65535 without leading zeros. */
static bool
is_port(struct str s)
{
	uint64_t port;

	if (s.n == 0)
		return true;
	return s.p[0] == ':' && s.n > 1 && s.p[1] != '0' &&
	       str_to_u64(str_make(s.p + 1, s.n - 1), &port) && port <= 65535;
}

static bool
is_host_name(struct str host)
{
	if (host.n == 0 || host.p[0] == '.' || host.p[0] == '-')
		return false;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '.' || c == '-'))
			return false;
	}
	return true;
}

static bool
is_loopback_name(struct str host)
{
	for (size_t i = 0; i < ARRAY_LEN(loopbacks); i++) {
		if (str_is(host, loopbacks[i]))
			return true;
	}
	return false;
}

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), here with a dot. */
static bool
is_app_scheme(struct str uri)
{
	struct str rest, scheme = str_cut(uri, ':', &rest);

	if (rest.p == NULL || scheme.n == 0 || str_find(scheme, '.') < 0 ||
	    !((scheme.p[0] | 32) >= 'a' && (scheme.p[0] | 32) <= 'z'))
		return false;
	for (size_t i = 0; i < scheme.n; i++) {
		char c = scheme.p[i];

		if (!(((c | 32) >= 'a' && (c | 32) <= 'z') ||
			(c >= '0' && c <= '9') || strchr("+-.", c) != NULL))
			return false;
	}
	return true;
}

static bool
is_web_place(struct str uri, bool loopback_only)
{
	struct str authority = authority_of(uri);
	struct str host = without_port(authority);
	struct str port = { host.p + host.n, authority.n - host.n };

	if (authority.p == NULL || !is_port(port))
		return false;
	return is_loopback_name(host) || (!loopback_only && is_host_name(host));
}

int
redirect_check(struct str uri, struct err *e)
{
	if (uri.n > REDIRECT_MAX)
		return err_set(e, ERR_INVALID, "a redirect URI is too long");
	if (!is_printable(uri))
		return err_set(e, ERR_INVALID,
		    "a redirect URI has characters that are not allowed");
	if (str_find(uri, '#') >= 0)
		return err_set(e, ERR_INVALID, "a redirect URI has a fragment");
	if (str_starts(uri, HTTPS))
		return is_web_place(uri, false)
			   ? 0
			   : err_set(e, ERR_INVALID,
				 "a redirect URI has no plain host");
	if (str_starts(uri, HTTP))
		return is_web_place(uri, true)
			   ? 0
			   : err_set(e, ERR_INVALID,
				 "a redirect URI with http leads elsewhere"
				 " than to this machine");
	return is_app_scheme(uri)
		   ? 0
		   : err_set(e, ERR_INVALID,
			 "a redirect URI has neither https nor a scheme with"
			 " a dot");
}

/* Split off the port of an http URI to this machine. */
static bool
split(struct str uri, struct str *host_r, struct str *rest_r)
{
	struct str authority = authority_of(uri);
	struct str port;

	if (!str_starts(uri, HTTP) || authority.p == NULL)
		return false;
	*host_r = without_port(authority);
	port = str_make(host_r->p + host_r->n, authority.n - host_r->n);
	if (!is_loopback_name(*host_r) || !is_port(port))
		return false;
	rest_r->p = authority.p + authority.n;
	rest_r->n = uri.n - (size_t)(rest_r->p - uri.p);
	return true;
}

bool
redirect_matches(struct str registered, struct str uri)
{
	struct str host[2], rest[2];

	if (str_eq(registered, uri))
		return true;
	return split(registered, &host[0], &rest[0]) &&
	       split(uri, &host[1], &rest[1]) && str_eq(host[0], host[1]) &&
	       str_eq(rest[0], rest[1]);
}

struct str
redirect_host(struct str uri)
{
	struct str host = without_port(authority_of(uri)), rest;

	return host.n > 0 ? host : str_cut(uri, ':', &rest);
}

bool
redirect_is_loopback(struct str uri)
{
	struct str host, rest;

	return split(uri, &host, &rest);
}

void
redirect_add(struct buf *url, const char *name, struct str value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	buf_addc(url, str_find(buf_str(url), '?') >= 0 ? '&' : '?');
	buf_adds(url, name);
	buf_addc(url, '=');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] != '\0' && strchr(plain, value.p[i]) != NULL)
			buf_addc(url, value.p[i]);
		else
			buf_printf(url, "%%%02X", (unsigned char)value.p[i]);
	}
}
