/* Raw requests and what becomes of them, whole and byte by byte. */

#include "http/h1.h"

#include <stdlib.h>

#include "base/buf.h"
#include "tap.h"

#define H    "Host: a\r\n"
#define GET  "GET / HTTP/1.1\r\n" H
#define POST "POST / HTTP/1.1\r\n" H
#define MORE 1
#define DONE 0

static const struct h1_limits limits = { 2048, 256, 20 };

#define RAW(text)                                                              \
	{                                                                      \
		text, sizeof(text) - 1                                         \
	}

static const struct {
	const char *name;
	struct str raw;
	int status; /* DONE, MORE or that of the refusal */
} heads[] = {
	/* request line */
	{ "plain GET", RAW(GET "\r\n"), DONE },
	{ "an empty line before", RAW("\r\n" GET "\r\n"), DONE },
	{ "two empty lines before", RAW("\r\n\r\n" GET "\r\n"), 400 },
	{ "bare LF before", RAW("\n" GET "\r\n"), 400 },
	{ "nothing", RAW(""), MORE },
	{ "half a line", RAW("GET / HT"), MORE },
	{ "half a head", RAW(GET), MORE },
	{ "half an end", RAW(GET "\r"), MORE },
	{ "HTTP/0.9", RAW("GET /\r\n"), 400 },
	{ "no version", RAW("GET / \r\n" H "\r\n"), 400 },
	{ "two spaces", RAW("GET  / HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "two spaces later", RAW("GET /  HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "tab for space", RAW("GET\t/ HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "space before", RAW(" GET / HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "space after", RAW("GET / HTTP/1.1 \r\n" H "\r\n"), 400 },
	{ "space in target", RAW("GET /a b HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "lower-case version", RAW("GET / http/1.1\r\n" H "\r\n"), 400 },
	{ "version 1", RAW("GET / HTTP/1\r\n" H "\r\n"), 400 },
	{ "version 1.10", RAW("GET / HTTP/1.10\r\n" H "\r\n"), 400 },
	{ "version 01.1", RAW("GET / HTTP/01.1\r\n" H "\r\n"), 400 },
	{ "version 1.2", RAW("GET / HTTP/1.2\r\n" H "\r\n"), 505 },
	{ "version 2.0", RAW("GET / HTTP/2.0\r\n" H "\r\n"), 505 },
	{ "version 0.9", RAW("GET / HTTP/0.9\r\n" H "\r\n"), 505 },
	{ "HTTP/2 preface", RAW("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400 },
	{ "version of another", RAW("GET / HTTQ/1.1\r\n" H "\r\n"), 400 },
	{ "TLS hello", RAW("\x16\x03\x01\x02\x00\x01\x00"), 400 },
	{ "bare LF", RAW("GET / HTTP/1.1\nHost: a\n\n"), 400 },
	{ "bare LF later", RAW("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400 },
	{ "bare CR", RAW("GET / HTTP/1.1\rHost: a\r\n\r\n"), 400 },
	{ "CR CR LF", RAW("GET / HTTP/1.1\r\r\n" H "\r\n"), 400 },
	/* method */
	{ "unknown method", RAW("BREW / HTTP/1.1\r\n" H "\r\n"), DONE },
	{ "lower-case method", RAW("get / HTTP/1.1\r\n" H "\r\n"), DONE },
	{ "method with slash", RAW("GE/T / HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "method with NUL", RAW("GE\0T / HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "method 0x80", RAW("G\x80T / HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "method too long", RAW("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
	    400 },
	{ "CONNECT", RAW("CONNECT a:80 HTTP/1.1\r\n" H "\r\n"), 400 },
	/* target */
	{ "query", RAW("GET /a?b=c&d=[e] HTTP/1.1\r\n" H "\r\n"), DONE },
	{ "fragment", RAW("GET /a#b HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "relative", RAW("GET a HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "quote", RAW("GET /\" HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "backslash", RAW("GET /..\\a HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "raw UTF-8", RAW("GET /\xc3\xa4 HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "NUL in target", RAW("GET /\0 HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "DEL in target", RAW("GET /\x7f HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "OPTIONS *", RAW("OPTIONS * HTTP/1.1\r\n" H "\r\n"), DONE },
	{ "GET *", RAW("GET * HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "absolute", RAW("GET http://a/b?c HTTP/1.1\r\n" H "\r\n"), DONE },
	{ "absolute, no path", RAW("GET HTTPS://A HTTP/1.1\r\n" H "\r\n"),
	    DONE },
	{ "absolute, query only", RAW("GET http://a?b HTTP/1.1\r\n" H "\r\n"),
	    DONE },
	{ "absolute, other host", RAW("GET http://b/ HTTP/1.1\r\n" H "\r\n"),
	    400 },
	{ "absolute, user", RAW("GET http://u@a/ HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "absolute, empty", RAW("GET http:/// HTTP/1.1\r\n" H "\r\n"), 400 },
	{ "other scheme", RAW("GET ftp://a/ HTTP/1.1\r\n" H "\r\n"), 400 },
	/* Host */
	{ "no Host", RAW("GET / HTTP/1.1\r\n\r\n"), 400 },
	{ "no Host in 1.0", RAW("GET / HTTP/1.0\r\n\r\n"), DONE },
	{ "two Hosts", RAW(GET H "\r\n"), 400 },
	{ "two Hosts in 1.0", RAW("GET / HTTP/1.0\r\n" H H "\r\n"), 400 },
	{ "empty Host", RAW("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400 },
	{ "Host with port", RAW("GET / HTTP/1.1\r\nHost: a.b:80\r\n\r\n"),
	    DONE },
	{ "Host IPv6", RAW("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), DONE },
	{ "Host IPv6, no port", RAW("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
	    DONE },
	{ "Host IPv6 open", RAW("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), 400 },
	{ "Host IPv6 bare", RAW("GET / HTTP/1.1\r\nHost: ::1\r\n\r\n"), 400 },
	{ "Host after ]", RAW("GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n"), 400 },
	{ "Host port 65536", RAW("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
	    400 },
	{ "Host port empty", RAW("GET / HTTP/1.1\r\nHost: a:\r\n\r\n"), 400 },
	{ "Host port word", RAW("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"), 400 },
	{ "Host list", RAW("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"), 400 },
	{ "Host with user", RAW("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400 },
	{ "Host with path", RAW("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400 },
	/* headers */
	{ "header", RAW(GET "X-A: b\r\n\r\n"), DONE },
	{ "empty value", RAW(GET "X-A:\r\n\r\n"), DONE },
	{ "tabs around", RAW(GET "X-A:\t b \t\r\n\r\n"), DONE },
	{ "tab inside", RAW(GET "X-A: b\tc\r\n\r\n"), DONE },
	{ "Latin-1 value", RAW(GET "X-A: \xe4\r\n\r\n"), DONE },
	{ "space before colon", RAW(GET "X-A : b\r\n\r\n"), 400 },
	{ "tab before colon", RAW(GET "X-A\t: b\r\n\r\n"), 400 },
	{ "space in name", RAW(GET "X A: b\r\n\r\n"), 400 },
	{ "empty name", RAW(GET ": b\r\n\r\n"), 400 },
	{ "no colon", RAW(GET "X-A\r\n\r\n"), 400 },
	{ "name 0x80", RAW(GET "X\x80: b\r\n\r\n"), 400 },
	{ "name with NUL", RAW(GET "X\0: b\r\n\r\n"), 400 },
	{ "name with quote", RAW(GET "X\"A: b\r\n\r\n"), 400 },
	{ "obs-fold", RAW(GET "X-A: b\r\n c\r\n\r\n"), 400 },
	{ "obs-fold by tab", RAW(GET "X-A: b\r\n\tc\r\n\r\n"), 400 },
	{ "fold of nothing", RAW("GET / HTTP/1.1\r\n " H "\r\n"), 400 },
	{ "NUL in value", RAW(GET "X-A: b\0c\r\n\r\n"), 400 },
	{ "0x01 in value",
	    RAW(GET "X-A: b\x01"
		    "c\r\n\r\n"),
	    400 },
	{ "DEL in value",
	    RAW(GET "X-A: b\x7f"
		    "c\r\n\r\n"),
	    400 },
	{ "VT in value", RAW(GET "X-A: b\vc\r\n\r\n"), 400 },
	{ "CR in value", RAW(GET "X-A: b\rc\r\n\r\n"), 400 },
	{ "LF in value", RAW(GET "X-A: b\nc\r\n\r\n"), 400 },
	/* length */
	{ "length", RAW(POST "Content-Length: 3\r\n\r\n"), DONE },
	{ "length 0", RAW(POST "Content-Length: 0\r\n\r\n"), DONE },
	{ "length empty", RAW(POST "Content-Length:\r\n\r\n"), 400 },
	{ "length +3", RAW(POST "Content-Length: +3\r\n\r\n"), 400 },
	{ "length -3", RAW(POST "Content-Length: -3\r\n\r\n"), 400 },
	{ "length 0x3", RAW(POST "Content-Length: 0x3\r\n\r\n"), 400 },
	{ "length 3 4", RAW(POST "Content-Length: 3 4\r\n\r\n"), 400 },
	{ "length 3, 3", RAW(POST "Content-Length: 3, 3\r\n\r\n"), 400 },
	{ "length 3.0", RAW(POST "Content-Length: 3.0\r\n\r\n"), 400 },
	{ "length 2^63",
	    RAW(POST "Content-Length: 9223372036854775808\r\n\r\n"), 400 },
	{ "length 2^64",
	    RAW(POST "Content-Length: 18446744073709551616\r\n\r\n"), 400 },
	{ "two lengths",
	    RAW(POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\n"), 400 },
	{ "the same length twice",
	    RAW(POST "Content-Length: 3\r\ncontent-length: 3\r\n\r\n"), 400 },
	{ "length, space before colon", RAW(POST "Content-Length : 3\r\n\r\n"),
	    400 },
	/* coding */
	{ "chunked", RAW(POST "Transfer-Encoding: chunked\r\n\r\n"), DONE },
	{ "Chunked", RAW(POST "transfer-encoding: Chunked \r\n\r\n"), DONE },
	{ "length and chunked",
	    RAW(POST "Content-Length: 3\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n"),
	    400 },
	{ "chunked and length",
	    RAW(POST "Transfer-Encoding: chunked\r\n"
		     "Content-Length: 3\r\n\r\n"),
	    400 },
	{ "chunked in 1.0",
	    RAW("POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n"),
	    400 },
	{ "xchunked", RAW(POST "Transfer-Encoding: xchunked\r\n\r\n"), 501 },
	{ "gzip, chunked", RAW(POST "Transfer-Encoding: gzip, chunked\r\n\r\n"),
	    501 },
	{ "chunked, chunked",
	    RAW(POST "Transfer-Encoding: chunked, chunked\r\n\r\n"), 501 },
	{ "identity", RAW(POST "Transfer-Encoding: identity\r\n\r\n"), 501 },
	{ "coding twice",
	    RAW(POST "Transfer-Encoding: chunked\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n"),
	    400 },
	{ "coding empty", RAW(POST "Transfer-Encoding:\r\n\r\n"), 400 },
	{ "coding with VT", RAW(POST "Transfer-Encoding: \vchunked\r\n\r\n"),
	    400 },
	{ "coding quoted", RAW(POST "Transfer-Encoding: \"chunked\"\r\n\r\n"),
	    400 },
	{ "coding, space before colon",
	    RAW(POST "Transfer-Encoding : chunked\r\n\r\n"), 400 },
	{ "coding folded", RAW(POST "Transfer-Encoding:\r\n chunked\r\n\r\n"),
	    400 },
	/* Expect */
	{ "expect", RAW(POST "Expect: 100-Continue\r\n\r\n"), DONE },
	{ "expect more", RAW(POST "Expect: 200-ok\r\n\r\n"), 417 },
	{ "expect more in 1.0",
	    RAW("POST / HTTP/1.0\r\n" H "Expect: 200-ok\r\n\r\n"), DONE },
};

static int
feed_whole(struct h1 *p, struct str raw)
{
	int rc;

	h1_init(p, &limits);
	rc = h1_feed(p, raw.p, raw.n);
	return rc < 0 ? p->status : rc > 0 ? DONE : MORE;
}

/* Each time into a buffer of just that size, so that reading beyond shows. */
static int
feed_bytes(struct h1 *p, struct str raw)
{
	char *copy;
	int rc = 0;

	h1_init(p, &limits);
	for (size_t n = 1; n <= raw.n && rc == 0; n++) {
		copy = malloc(n);
		memcpy(copy, raw.p, n);
		rc = h1_feed(p, copy, n);
		free(copy);
	}
	return rc < 0 ? p->status : rc > 0 ? DONE : MORE;
}

static void
test_heads(void)
{
	struct h1 p, q;

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		is_int(feed_whole(&p, heads[i].raw), heads[i].status, "%s",
		    heads[i].name);
		is_int(feed_bytes(&q, heads[i].raw), heads[i].status,
		    "%s, byte by byte", heads[i].name);
		if (heads[i].status == DONE)
			ok(p.head_n == q.head_n &&
				memcmp(p.header, q.header,
				    p.headers_n * sizeof(p.header[0])) == 0,
			    "%s, the same twice", heads[i].name);
		else if (heads[i].status > MORE)
			ok(p.reason != NULL, "and says why");
	}
}

static bool
span_is(struct str raw, struct h1_span s, const char *want)
{
	return str_is(h1_str(raw.p, s), want);
}

static void
test_fields(void)
{
	struct str raw =
	    STR("\r\nPOST http://h:1/a%20b?c=d?e HTTP/1.1\r\n"
		"hOST: H:1\r\nConnection: x , Keep-Alive\r\nX-Y:  z w \r\n"
		"Origin: o\r\nconnection: CLOSE\r\nContent-Length: 007\r\n"
		"Expect: 100-continue\r\n\r\nrest");
	struct h1 p;

	is_int(feed_whole(&p, raw), DONE, "a full head");
	is_int(p.head_n, raw.n - 4, "its length");
	ok(span_is(raw, p.method, "POST"), "method");
	ok(span_is(raw, p.authority, "h:1"), "authority");
	ok(span_is(raw, p.path, "/a%20b"), "path");
	ok(span_is(raw, p.query, "c=d?e"), "query");
	ok(p.keep_alive && p.close && p.minor == 1, "connection words");
	is_int(p.content_length, 7, "length");
	ok(p.expect_continue && !p.chunked, "expectation");
	is_int(p.headers_n, 7, "headers");
	ok(span_is(raw, p.header[2].name, "X-Y"), "name");
	ok(span_is(raw, p.header[2].value, "z w"), "value without margins");
	ok(str_is(h1_get(&p, raw.p, H1_HOST), "H:1"), "Host");
	ok(str_is(h1_get(&p, raw.p, H1_ORIGIN), "o"), "Origin");
	ok(h1_get(&p, raw.p, H1_REQUEST_ID).p == NULL, "absent");
}

static int
status_of(struct buf *b)
{
	struct h1 p, q;
	int rc = feed_whole(&p, buf_str(b));

	is_int(feed_bytes(&q, buf_str(b)), rc, "the same byte by byte");
	buf_clear(b);
	return rc;
}

static void
add_n(struct buf *b, char c, size_t n)
{
	while (n-- > 0)
		buf_addc(b, c);
}

static void
test_limits(void)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "GET /");
	add_n(&b, 'a', 255);
	buf_adds(&b, " HTTP/1.1\r\n" H "\r\n");
	is_int(status_of(&b), DONE, "the longest target");
	buf_adds(&b, "GET /");
	add_n(&b, 'a', 256);
	buf_adds(&b, " HTTP/1.1\r\n" H "\r\n");
	is_int(status_of(&b), 414, "one byte more");
	buf_adds(&b, "GET /");
	add_n(&b, 'a', 1000);
	is_int(status_of(&b), 414, "a target without end");
	buf_adds(&b, GET "X: ");
	add_n(&b, 'a', 2048);
	is_int(status_of(&b), 431, "a header without end");
	buf_adds(&b, GET "X: ");
	add_n(&b, 'a', limits.head_bytes - b.n - 4);
	buf_adds(&b, "\r\n\r\n");
	is_int(status_of(&b), DONE, "the largest head");
	buf_adds(&b, GET "X: ");
	add_n(&b, 'a', limits.head_bytes - b.n - 3);
	buf_adds(&b, "\r\n\r\n");
	is_int(status_of(&b), 431, "one byte more");
	buf_adds(&b, GET);
	for (int i = 0; i < 19; i++)
		buf_adds(&b, "X: y\r\n");
	buf_adds(&b, "\r\n");
	is_int(status_of(&b), DONE, "the most headers");
	buf_adds(&b, GET);
	for (int i = 0; i < 20; i++)
		buf_adds(&b, "X: y\r\n");
	buf_adds(&b, "\r\n");
	is_int(status_of(&b), 431, "one more");
	buf_free(&b);
}

static const struct {
	const char *name;
	struct str raw;
	const char *body; /* NULL: refused; "?": more is needed */
	size_t left;
} bodies[] = {
	{ "one chunk", RAW("3\r\nabc\r\n0\r\n\r\n"), "abc", 0 },
	{ "two chunks", RAW("3\r\nabc\r\n02\r\nde\r\n000\r\n\r\n"), "abcde",
	    0 },
	{ "hex", RAW("A\r\n0123456789\r\n0\r\n\r\n"), "0123456789", 0 },
	{ "none", RAW("0\r\n\r\n"), "", 0 },
	{ "and the next request", RAW("0\r\n\r\nGET /"), "", 5 },
	{ "extension", RAW("1;a=b;c=\"d e\"\r\nx\r\n0;z\r\n\r\n"), "x", 0 },
	{ "trailer", RAW("1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n"), "x", 0 },
	{ "unfinished size", RAW("3"), "?", 0 },
	{ "unfinished data", RAW("3\r\nab"), "?", 0 },
	{ "unfinished end", RAW("0\r\n\r"), "?", 0 },
	{ "no size", RAW("\r\nabc\r\n"), NULL, 0 },
	{ "only an extension", RAW(";a\r\nabc\r\n"), NULL, 0 },
	{ "0x3", RAW("0x3\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "+3", RAW("+3\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "-3", RAW("-3\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "space 3", RAW(" 3\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "3 space", RAW("3 \r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "3 and LF", RAW("3\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "2^64+3", RAW("10000000000000003\r\nabc\r\n"), NULL, 0 },
	{ "17 F", RAW("FFFFFFFFFFFFFFFFF\r\nabc\r\n"), NULL, 0 },
	{ "data too short", RAW("3\r\nab\r\n0\r\n\r\n"), NULL, 0 },
	{ "data too long", RAW("3\r\nabcd\r\n0\r\n\r\n"), NULL, 0 },
	{ "no CRLF after data", RAW("3\r\nabc0\r\n\r\n"), NULL, 0 },
	{ "LF after data", RAW("3\r\nabc\n0\r\n\r\n"), NULL, 0 },
	{ "NUL in extension", RAW("1;\0\r\nx\r\n0\r\n\r\n"), NULL, 0 },
	{ "LF in extension", RAW("1;a\nx\r\n0\r\n\r\n"), NULL, 0 },
	{ "trailer without name", RAW("0\r\n: b\r\n\r\n"), NULL, 0 },
	{ "trailer without colon", RAW("0\r\nab\r\n\r\n"), NULL, 0 },
	{ "trailer with space", RAW("0\r\nA : b\r\n\r\n"), NULL, 0 },
	{ "folded trailer", RAW("0\r\nA: b\r\n c\r\n\r\n"), NULL, 0 },
	{ "NUL in trailer", RAW("0\r\nA: \0\r\n\r\n"), NULL, 0 },
	{ "LF for the end", RAW("0\r\n\n"), NULL, 0 },
};

/* Feed in pieces; what came of it, as in the table above. */
static const char *
decode(struct str raw, size_t piece, struct buf *out, size_t *left_r)
{
	struct h1_chunked c = { 0 };
	enum h1_chunked_event event = H1_CHUNK_MORE;
	struct str data;

	buf_clear(out);
	for (size_t at = 0; at < raw.n && event != H1_CHUNK_END; at += piece) {
		struct str in = str_make(raw.p + at, MIN(piece, raw.n - at));

		while (
		    (event = h1_chunked_next(&c, &in, &data)) == H1_CHUNK_DATA)
			buf_addstr(out, data);
		*left_r = raw.n - at - piece + in.n;
		if (piece > raw.n - at)
			*left_r = in.n;
		if (event == H1_CHUNK_BAD)
			return NULL;
	}
	return event == H1_CHUNK_END ? buf_cstr(out) : "?";
}

static void
test_chunked(void)
{
	struct buf out = BUF_INIT;
	size_t left = 0;

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		for (size_t piece = 1; piece <= 64; piece *= 4) {
			const char *got =
			    decode(bodies[i].raw, piece, &out, &left);

			if (bodies[i].body == NULL) {
				ok(got == NULL, "%s by %zu", bodies[i].name,
				    piece);
				continue;
			}
			is_str(got, bodies[i].body, "%s by %zu", bodies[i].name,
			    piece);
			if (got != NULL && got[0] != '?')
				is_int(left, bodies[i].left, "what is left");
		}
	}
	buf_clear(&out);
	buf_adds(&out, "1;");
	add_n(&out, 'a', 300);
	struct buf copy = BUF_INIT;
	ok(decode(buf_str(&out), 1000, &copy, &left) == NULL,
	    "a long extension");
	buf_clear(&out);
	buf_adds(&out, "0\r\n");
	for (int i = 0; i < 1000; i++)
		buf_adds(&out, "Ab: c\r\n");
	ok(decode(buf_str(&out), 9000, &copy, &left) == NULL,
	    "too many trailers");
	buf_free(&copy);
	buf_free(&out);
}

int
main(void)
{
	test_heads();
	test_fields();
	test_limits();
	test_chunked();
	return tap_done();
}
