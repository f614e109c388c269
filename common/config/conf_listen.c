/* server.listen: what its items say. */

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/un.h>

#include "base/buf.h"
#include "config/keys.h"

/* "127.0.0.1:8081", "[::1]:8081"; false when it is neither. */
static bool
split_address(struct str s, struct str *host, int *port)
{
	ssize_t colon = (ssize_t)s.n - 1;
	int64_t number;

	while (colon >= 0 && s.p[colon] != ':')
		colon--;
	if (colon < 0 ||
	    !str_to_i64(
		str_make(s.p + colon + 1, s.n - (size_t)colon - 1), &number) ||
	    number < 0 || number > 65535)
		return false;
	*port = (int)number;
	*host = str_make(s.p, (size_t)colon);
	if (host->n > 2 && host->p[0] == '[' && host->p[host->n - 1] == ']')
		*host = str_make(host->p + 1, host->n - 2);
	else if (str_find(*host, ':') >= 0)
		return false;
	return host->n > 0 && host->n < CONF_LISTEN_NAME - 16;
}

/* Take " word" off the end. */
static bool
take_word(struct str *s, const char *word)
{
	size_t n = strlen(word);

	if (s->n < n + 2 || memcmp(s->p + s->n - n, word, n) != 0 ||
	    s->p[s->n - n - 1] != ' ')
		return false;
	*s = str_trim(str_make(s->p, s->n - n));
	return true;
}

static int
parse_path(struct str path, struct conf_listener *out, struct err *e)
{
	struct sockaddr_un addr;

	if (path.n == 0 || path.p[0] != '/')
		return err_set(e, ERR_CONFIG,
		    "\"unix:%.*s\" does not name a socket by its whole path",
		    STR_ARG(path));
	if (path.n >= sizeof(addr.sun_path))
		return err_set(e, ERR_CONFIG,
		    "\"%.*s\" is longer than the %zu bytes a socket's path may "
		    "have",
		    STR_ARG(path), sizeof(addr.sun_path) - 1);
	/* A comma parts the items where they are handed on. */
	if (str_find(path, ',') >= 0)
		return err_set(
		    e, ERR_CONFIG, "\"%.*s\" holds a comma", STR_ARG(path));
	snprintf(out->name, sizeof(out->name), "unix:%.*s", STR_ARG(path));
	out->path = out->name + 5;
	return 0;
}

static int
parse_item(struct str s, struct conf_listener *out, struct err *e)
{
	bool tls, proxy;

	*out = (struct conf_listener){ .port = 0 };
	do {
		tls = take_word(&s, "tls");
		proxy = take_word(&s, "proxy");
		out->tls |= tls;
		out->proxy |= proxy;
	} while (tls || proxy);
	if (str_starts(s, STR("unix:")))
		return parse_path(str_make(s.p + 5, s.n - 5), out, e);
	if (!split_address(s, &out->host, &out->port))
		return err_set(e, ERR_CONFIG,
		    "\"%.*s\" is not address:port, nor unix:/path", STR_ARG(s));
	return 0;
}

/* server.port stands for the port of the first address. */
static void
name_address(const struct conf *c, size_t i, struct conf_listener *l)
{
	struct conf_listener other;
	bool first = c->port != 0;

	if (l->path != NULL)
		return;
	for (size_t k = 0; k < i && first; k++)
		first =
		    parse_item(str_of(c->listen.item[k]), &other, NULL) < 0 ||
		    other.path != NULL;
	if (first)
		l->port = (int)c->port;
	snprintf(l->name, sizeof(l->name), "%.*s port %d", STR_ARG(l->host),
	    l->port);
}

int
conf_listener(
    const struct conf *c, size_t i, struct conf_listener *out, struct err *e)
{
	if (parse_item(str_of(c->listen.item[i]), out, e) < 0)
		return -1;
	name_address(c, i, out);
	return 0;
}

static void
check_tls(struct conf_reader *r, bool wanted)
{
	const struct conf *c = r->conf;

	if (wanted && (c->tls_certificate[0] == '\0' || c->tls_key[0] == '\0'))
		conf_complain_of(r, CONF_KEY_listen,
		    "the word tls needs tls.certificate and tls.key");
}

static bool
is_loopback(struct str host)
{
	return str_is(host, "localhost") || str_is(host, "::1") ||
	       str_starts(host, STR("127."));
}

static bool
is_named_before(const struct conf *c, size_t i, const char *name)
{
	struct conf_listener other;

	for (size_t k = 0; k < i; k++)
		if (conf_listener(c, k, &other, NULL) == 0 &&
		    strcmp(other.name, name) == 0)
			return true;
	return false;
}

void
conf_check_listen(struct conf_reader *r)
{
	struct conf *c = r->conf;
	struct buf text = BUF_INIT;
	struct conf_listener l;
	bool tls = false, open = false;

	if (c->listen.n == 0 || c->listen.n > CONF_LISTEN_MAX)
		conf_complain_of(r, CONF_KEY_listen,
		    "takes 1 to %d addresses, not %zu", CONF_LISTEN_MAX,
		    c->listen.n);
	for (size_t i = 0; i < c->listen.n; i++) {
		struct err e = ERR_INIT;

		if (conf_listener(c, i, &l, &e) < 0)
			conf_complain_of(r, CONF_KEY_listen, "%s", e.msg);
		else if (is_named_before(c, i, l.name))
			conf_complain_of(r, CONF_KEY_listen,
			    "%s stands there twice", l.name);
		tls |= l.tls;
		open |= l.path == NULL && !is_loopback(l.host);
		buf_printf(&text, "%s%s", i > 0 ? ", " : "", c->listen.item[i]);
	}
	c->listen_text = arena_strndup(c->arena, text.p, text.n);
	buf_free(&text);
	check_tls(r, tls);
	if (open && c->mcp_fixture)
		conf_complain_of(r, CONF_KEY_mcp_fixture,
		    "is for loopback addresses alone, and server.listen names "
		    "another");
}
