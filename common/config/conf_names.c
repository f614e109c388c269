/* Keys that name hosts: what a browser or a client could really send. */

#include <stdio.h>

#include "config/keys.h"

static bool
has_only(struct str s, const char *others)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') &&
		    !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return s.n > 0;
}

/* A name or an IPv4 address, or an IPv6 address with or without brackets; no
 * port, since it is cut off before the names are compared. */
static bool
is_host(struct str s)
{
	ptrdiff_t colon = str_find(s, ':');
	struct str rest;

	if (colon < 0)
		return has_only(s, ".-_");
	rest = str_make(s.p + colon + 1, s.n - (size_t)colon - 1);
	return str_find(rest, ':') >= 0 && has_only(s, ":.[]");
}

/* "example.com", "example.com:8443", "[::1]:8443". */
static bool
is_authority(struct str s)
{
	ptrdiff_t end =
	    s.n > 0 && s.p[0] == '[' ? str_find(s, ']') + 1 : str_find(s, ':');
	uint64_t port;

	if (end == 0)
		return false;
	if (end < 0 || (size_t)end == s.n)
		return is_host(s);
	return s.p[end] == ':' &&
	       str_to_u64(
		   str_make(s.p + end + 1, s.n - (size_t)end - 1), &port) &&
	       port >= 1 && port <= 65535 &&
	       is_host(str_make(s.p, (size_t)end));
}

static void
check_public_url(struct conf_reader *r)
{
	struct str url = str_of(r->conf->public_url);
	size_t scheme = str_starts(url, STR("https://"))  ? 8
			: str_starts(url, STR("http://")) ? 7
							  : 0;

	if (url.n == 0)
		return;
	if (scheme == 0 ||
	    !is_authority(str_make(url.p + scheme, url.n - scheme)))
		conf_complain_of(r, CONF_KEY_public_url,
		    "\"%s\" is not http(s)://host[:port]", r->conf->public_url);
}

static void
complain_of_host(struct conf_reader *r, enum conf_key_index i, const char *name)
{
	conf_complain_of(r, i,
	    "\"%s\" is not the name of a host, as pierre.example.com, without "
	    "scheme and port",
	    name);
}

static void
check_hosts(struct conf_reader *r)
{
	const struct conf *c = r->conf;

	if (c->host[0] != '\0' && !is_host(str_of(c->host)))
		complain_of_host(r, CONF_KEY_host, c->host);
	for (size_t i = 0; i < c->allowed_hosts.n; i++) {
		struct str name = str_of(c->allowed_hosts.item[i]);

		if (str_starts(name, STR("*.")))
			name = str_make(name.p + 2, name.n - 2);
		if (!str_is(name, "*") && !is_host(name))
			complain_of_host(r, CONF_KEY_allowed_hosts,
			    c->allowed_hosts.item[i]);
	}
}

/* "https://app.example.com", as a browser sends it, or "*". */
static bool
is_origin(struct str s)
{
	ptrdiff_t scheme = str_find(s, ':');

	if (str_is(s, "*"))
		return true;
	return scheme > 0 && s.n > (size_t)scheme + 3 &&
	       memcmp(s.p + scheme, "://", 3) == 0 &&
	       is_authority(
		   str_make(s.p + scheme + 3, s.n - (size_t)scheme - 3));
}

static void
check_origins(struct conf_reader *r)
{
	const struct conf_list *list = &r->conf->allowed_origins;

	for (size_t i = 0; i < list->n; i++) {
		if (!is_origin(str_of(list->item[i])))
			conf_complain_of(r, CONF_KEY_allowed_origins,
			    "\"%s\" is not an origin such as "
			    "https://app.example.com",
			    list->item[i]);
	}
}

void
conf_check_names(struct conf_reader *r)
{
	check_public_url(r);
	check_hosts(r);
	check_origins(r);
}
