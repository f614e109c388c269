/* Headers of the PROXY protocol, whole and byte by byte. */

#include "http/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/buf.h"
#include "tap.h"

#define SIGN "\r\n\r\n\0\r\nQUIT\n"
#define RAW(text)                                                              \
	{                                                                      \
		text, sizeof(text) - 1                                         \
	}
#define V4 "\xcb\x00\x71\x07\x0a\x00\x00\x01\xc3\x50\x01\xbb"
#define V6                                                                     \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05"                           \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x06\xc3\x50\x01\xbb"

static const struct {
	const char *name;
	struct str raw;
	int rc;
	const char *client; /* "": the peer stays */
} cases[] = {
	{ "TCP4", RAW("PROXY TCP4 203.0.113.7 10.0.0.1 50000 443\r\n"), 1,
	    "203.0.113.7" },
	{ "TCP6", RAW("PROXY TCP6 2001:db8::5 2001:db8::6 1 65535\r\n"), 1,
	    "2001:db8::5" },
	{ "UNKNOWN", RAW("PROXY UNKNOWN\r\n"), 1, "" },
	{ "UNKNOWN with words", RAW("PROXY UNKNOWN ffff::1 x  y\r\n"), 1, "" },
	{ "UNKNOWNX", RAW("PROXY UNKNOWNX\r\n"), -1, NULL },
	{ "lower case", RAW("proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n"), -1, NULL },
	{ "two spaces", RAW("PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n"), -1, NULL },
	{ "space at the end", RAW("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n"), -1,
	    NULL },
	{ "too few", RAW("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"), -1, NULL },
	{ "no words", RAW("PROXY \r\n"), -1, NULL },
	{ "UDP4", RAW("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n"), -1, NULL },
	{ "IPv6 as TCP4", RAW("PROXY TCP4 ::1 ::1 1 1\r\n"), -1, NULL },
	{ "IPv4 as TCP6", RAW("PROXY TCP6 1.2.3.4 ::1 1 1\r\n"), -1, NULL },
	{ "a name", RAW("PROXY TCP4 localhost 1.2.3.4 1 1\r\n"), -1, NULL },
	{ "port 65536", RAW("PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n"), -1,
	    NULL },
	{ "port 01", RAW("PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n"), -1, NULL },
	{ "port -1", RAW("PROXY TCP4 1.2.3.4 1.2.3.4 1 -1\r\n"), -1, NULL },
	{ "bare LF", RAW("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n"), -1, NULL },
	{ "NUL", RAW("PROXY UNKNOWN \0\r\n"), -1, NULL },
	{ "a request", RAW("GET / HTTP/1.1\r\n"), -1, NULL },
	{ "a hello", RAW("\x16\x03\x01"), -1, NULL },
	{ "v2 TCP4", RAW(SIGN "\x21\x11\0\x0c" V4), 1, "203.0.113.7" },
	{ "v2 TCP6", RAW(SIGN "\x21\x21\0\x24" V6), 1, "2001:db8::5" },
	{ "v2 with more", RAW(SIGN "\x21\x11\0\x11" V4 "\x04\0\x02\0\0"), 1,
	    "203.0.113.7" },
	{ "v2 LOCAL", RAW(SIGN "\x20\0\0\0"), 1, "" },
	{ "v2 LOCAL with an address", RAW(SIGN "\x20\x11\0\x0c" V4), 1, "" },
	{ "v2 LOCAL of an unknown kind", RAW(SIGN "\x20\x77\0\x01x"), 1, "" },
	{ "v2 unspecified", RAW(SIGN "\x21\0\0\x02xy"), 1, "" },
	{ "v2 UDP4", RAW(SIGN "\x21\x12\0\x0c" V4), 1, "" },
	{ "v2 of an unknown kind", RAW(SIGN "\x21\x13\0\x0c" V4), -1, NULL },
	{ "v2 command 2", RAW(SIGN "\x22\x11\0\x0c" V4), -1, NULL },
	{ "version 3", RAW(SIGN "\x31\x11\0\x0c" V4), -1, NULL },
	{ "v2 too short", RAW(SIGN "\x21\x11\0\x0b" V4), -1, NULL },
	{ "v2 local socket too short", RAW(SIGN "\x21\x31\0\x0c" V4), -1,
	    NULL },
	{ "v2 too long", RAW(SIGN "\x21\x11\x07\xf1"), -1, NULL },
};

/* Of a copy of just that size, so that a sanitizer sees reading beyond it. */
static int
parse(struct str s, struct proxy_header *h)
{
	struct buf b = BUF_INIT;
	int rc;

	buf_addstr(&b, s);
	rc = proxy_parse(b.n > 0 ? b.p : "", b.n, h);
	buf_free(&b);
	return rc;
}

static const char *
client_of(const struct proxy_header *h, char out[INET6_ADDRSTRLEN])
{
	const struct sockaddr_in *v4 = (const void *)&h->client;
	const struct sockaddr_in6 *v6 = (const void *)&h->client;

	out[0] = '\0';
	if (h->client.ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, out, INET6_ADDRSTRLEN);
	else if (h->client.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &v6->sin6_addr, out, INET6_ADDRSTRLEN);
	return out;
}

static void
check_case(const char *name, struct str raw, int rc, const char *client)
{
	char text[INET6_ADDRSTRLEN];
	struct proxy_header h;
	bool prefixes = true;

	is_int(parse(raw, &h), rc, "%s", name);
	if (rc < 0) {
		ok(h.reason != NULL, "with a reason");
		return;
	}
	is_int(h.n, raw.n, "its length");
	is_str(client_of(&h, text), client, "its client");
	for (size_t n = 0; n < raw.n; n++)
		prefixes &= parse(str_make(raw.p, n), &h) == 0;
	ok(prefixes, "more is awaited before");
}

/* Version 1 ends at 107 bytes, whatever it holds. */
static void
test_length(void)
{
	struct buf b = BUF_INIT;
	struct proxy_header h;

	buf_adds(&b, "PROXY UNKNOWN ");
	while (b.n < 105)
		buf_addc(&b, 'x');
	is_int(parse(buf_str(&b), &h), 0, "105 bytes without an end");
	buf_adds(&b, "\r\n");
	is_int(parse(buf_str(&b), &h), 1, "107 with it");
	b.n = 105;
	buf_adds(&b, "x\r\n");
	is_int(parse(buf_str(&b), &h), -1, "108");
	buf_free(&b);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(
		    cases[i].name, cases[i].raw, cases[i].rc, cases[i].client);
	test_length();
	return tap_done();
}
