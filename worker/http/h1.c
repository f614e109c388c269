/* The head of a request (RFC 9112 sections 2 to 3, 5 to 7).  Lines are parsed
 * one by one as they become complete; what spans several headers is judged at
 * the empty line. */

#include "http/h1.h"

#include "base/check.h"
#include "base/word.h"

#define METHOD_MAX    32
#define VERSION_BYTES 8 /* HTTP/1.1 */

enum {
	TOKEN = 1,  /* RFC 9110 5.6.2 */
	VALUE = 2,  /* in a field value: VCHAR, SP, HTAB, obs-text */
	TARGET = 4, /* in a request target */
	HOST = 8,   /* in a host name */
};

static const unsigned char class_of[256] = {
	['\t'] = VALUE,
	[' '] = VALUE,
	['!'] = TOKEN | VALUE | TARGET,
	['"'] = VALUE,
	['#'] = TOKEN | VALUE,
	['$' ... '\''] = TOKEN | VALUE | TARGET,
	['(' ... ')'] = VALUE | TARGET,
	['*' ... '+'] = TOKEN | VALUE | TARGET,
	[','] = VALUE | TARGET,
	['-' ... '.'] = TOKEN | VALUE | TARGET | HOST,
	['/'] = VALUE | TARGET,
	['0' ... '9'] = TOKEN | VALUE | TARGET | HOST,
	[':' ... ';'] = VALUE | TARGET,
	['<'] = VALUE,
	['='] = VALUE | TARGET,
	['>'] = VALUE,
	['?' ... '@'] = VALUE | TARGET,
	['A' ... 'Z'] = TOKEN | VALUE | TARGET | HOST,
	['['] = VALUE | TARGET,
	['\\'] = VALUE,
	[']'] = VALUE | TARGET,
	['^'] = TOKEN | VALUE | TARGET,
	['_'] = TOKEN | VALUE | TARGET | HOST,
	['`'] = TOKEN | VALUE | TARGET,
	['a' ... 'z'] = TOKEN | VALUE | TARGET | HOST,
	['{'] = VALUE | TARGET,
	['|'] = TOKEN | VALUE | TARGET,
	['}'] = VALUE | TARGET,
	['~'] = TOKEN | VALUE | TARGET,
	[0x80 ... 0xff] = VALUE,
};

/* To the end whatever it meets: most pass, and it need not branch. */
static bool
all_of(struct str s, unsigned char class)
{
	for (size_t i = 0; i < s.n; i++)
		class &= class_of[(unsigned char)s.p[i]];
	return class != 0;
}

/* As all_of(s, VALUE): most values are long, and of what is printed. */
static bool
is_value(struct str s)
{
	size_t i = 0;
	uint64_t word;

	for (; s.n - i >= WORD_BYTES; i += WORD_BYTES) {
		word = word_load(s.p + i);
		if ((word_below(word, ' ') | word_equal(word, 0x7f)) != 0)
			break;
	}
	return all_of(str_make(s.p + i, s.n - i), VALUE);
}

bool
h1_is_token(struct str s)
{
	return s.n > 0 && all_of(s, TOKEN);
}

static bool
is_port(struct str s)
{
	uint64_t port;

	return s.n <= 5 && str_to_u64(s, &port) && port <= 65535;
}

static bool
is_ipv6_text(struct str s)
{
	if (s.n < 2)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr("0123456789abcdefABCDEF:.", s.p[i]) == NULL ||
		    s.p[i] == '\0')
			return false;
	return true;
}

bool
h1_is_host(struct str s, struct str *name_r)
{
	struct str name, rest;

	if (s.n > 0 && s.p[0] == '[') {
		name = str_cut(s, ']', &rest);
		if (rest.p == NULL ||
		    !is_ipv6_text(str_make(name.p + 1, name.n - 1)))
			return false;
		name.n++;
		if (rest.n > 0 && rest.p[0] != ':')
			return false;
		if (rest.n > 0 && !is_port(str_make(rest.p + 1, rest.n - 1)))
			return false;
	} else {
		name = str_cut(s, ':', &rest);
		if (name.n == 0 || name.n > 255 || !all_of(name, HOST))
			return false;
		if (rest.p != NULL && !is_port(rest))
			return false;
	}
	if (name_r != NULL)
		*name_r = name;
	return true;
}

static int
refuse(struct h1 *p, int status, const char *reason)
{
	p->status = status;
	p->reason = reason;
	return -1;
}

void
h1_init(struct h1 *p, const struct h1_limits *limits)
{
	CHECK(limits->headers <= H1_HEADERS_MAX);
	memset(p, 0, offsetof(struct h1, header));
	p->limits = limits;
	p->content_length = -1;
}

static struct h1_span
span_of(const char *buf, struct str s)
{
	return (struct h1_span){ (uint32_t)(s.p - buf), (uint32_t)s.n };
}

/* http://authority/path: a proxy's way to ask, and never wrong to accept as
 * long as Host agrees. */
static int
parse_absolute(struct h1 *p, const char *buf, struct str target)
{
	struct str rest = target;
	size_t n = 0;

	if (str_ieq(str_make(rest.p, MIN(rest.n, 7)), STR("http://")))
		rest = str_make(rest.p + 7, rest.n - 7);
	else if (str_ieq(str_make(rest.p, MIN(rest.n, 8)), STR("https://")))
		rest = str_make(rest.p + 8, rest.n - 8);
	else
		return refuse(p, 400, "malformed request target");
	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
		n++;
	p->authority = span_of(buf, str_make(rest.p, n));
	if (!h1_is_host(str_make(rest.p, n), NULL))
		return refuse(p, 400, "malformed request target");
	p->path = span_of(buf, str_make(rest.p + n, rest.n - n));
	return 0;
}

static int
parse_target(struct h1 *p, const char *buf, struct str target)
{
	struct str path, query;

	if (target.n > p->limits->target_bytes)
		return refuse(p, 414, "request target too long");
	if (target.n == 0 || !all_of(target, TARGET))
		return refuse(p, 400, "malformed request target");
	p->path = span_of(buf, target);
	if (str_is(target, "*")) {
		if (!str_is(h1_str(buf, p->method), "OPTIONS"))
			return refuse(p, 400, "malformed request target");
	} else if (target.p[0] != '/' && parse_absolute(p, buf, target) < 0) {
		return -1;
	}
	path = str_cut(h1_str(buf, p->path), '?', &query);
	p->path = span_of(buf, path);
	if (query.p != NULL)
		p->query = span_of(buf, query);
	return 0;
}

static int
parse_version(struct h1 *p, struct str v)
{
	if (v.n != VERSION_BYTES || memcmp(v.p, "HTTP/", 5) != 0 ||
	    v.p[5] < '0' || v.p[5] > '9' || v.p[6] != '.' || v.p[7] < '0' ||
	    v.p[7] > '9')
		return refuse(p, 400, "malformed protocol version");
	if (v.p[5] != '1' || v.p[7] > '1')
		return refuse(p, 505, "protocol version not supported");
	p->minor = (uint8_t)(v.p[7] - '0');
	return 0;
}

static int
parse_request_line(struct h1 *p, const char *buf, struct str line)
{
	struct str rest, method, target, version;

	method = str_cut(line, ' ', &rest);
	if (method.n > METHOD_MAX || !h1_is_token(method) || rest.p == NULL)
		return refuse(p, 400, "malformed request line");
	p->method = span_of(buf, method);
	target = str_cut(rest, ' ', &version);
	if (version.p == NULL)
		return refuse(p, 400, "malformed request line");
	if (parse_target(p, buf, target) < 0 || parse_version(p, version) < 0)
		return -1;
	return 0;
}

static enum h1_known
known_header(struct str name)
{
	static const struct {
		struct str name;
		enum h1_known id;
	} table[] = {
		[4] = { STR("host"), H1_HOST },
		[6] = { STR("expect"), H1_EXPECT },
		[10] = { STR("connection"), H1_CONNECTION },
		[12] = { STR("x-request-id"), H1_REQUEST_ID },
		[14] = { STR("content-length"), H1_CONTENT_LENGTH },
		[15] = { STR("x-forwarded-for"), H1_FORWARDED_FOR },
		[17] = { STR("transfer-encoding"), H1_TRANSFER_ENCODING },
	};

	if (name.n < ARRAY_LEN(table) && table[name.n].name.p != NULL &&
	    str_ieq(name, table[name.n].name))
		return table[name.n].id;
	if (str_ieq(name, STR("origin")))
		return H1_ORIGIN;
	return H1_KNOWN_COUNT;
}

/* Connection may stand several times and lists several words. */
static void
note_connection(struct h1 *p, struct str value)
{
	struct str rest = value, word;

	while (rest.p != NULL) {
		word = str_trim(str_cut(rest, ',', &rest));
		if (str_ieq(word, STR("close")))
			p->close = true;
		else if (str_ieq(word, STR("keep-alive")))
			p->keep_alive = true;
	}
}

/* A tab is white space to us and part of the value to others, who would find
 * another end of the body. */
static int
note_known(struct h1 *p, struct str name, struct str raw)
{
	enum h1_known k = known_header(name);

	if (k == H1_KNOWN_COUNT)
		return 0;
	if (p->known_n[k]++ == 0)
		p->known_at[k] = (uint8_t)p->headers_n;
	if (k == H1_CONNECTION)
		note_connection(p, raw);
	if ((k == H1_TRANSFER_ENCODING || k == H1_CONTENT_LENGTH) &&
	    str_find(raw, '\t') >= 0)
		return refuse(p, 400, "tab in a header that frames the body");
	return 0;
}

static int
parse_header(struct h1 *p, const char *buf, struct str line)
{
	struct str name, value;

	if (line.p[0] == ' ' || line.p[0] == '\t')
		return refuse(p, 400, "folded header line");
	name = str_cut(line, ':', &value);
	if (value.p == NULL || !h1_is_token(name))
		return refuse(p, 400, "malformed header line");
	if (!is_value(value))
		return refuse(p, 400, "control byte in a header");
	if (p->headers_n == p->limits->headers)
		return refuse(p, 431, "too many headers");
	if (note_known(p, name, value) < 0)
		return -1;
	value = str_trim(value);
	p->header[p->headers_n++] =
	    (struct h1_header){ span_of(buf, name), span_of(buf, value) };
	return 0;
}

struct str
h1_get(const struct h1 *p, const char *buf, enum h1_known k)
{
	if (p->known_n[k] == 0)
		return STR_NULL;
	return h1_str(buf, p->header[p->known_at[k]].value);
}

static int
judge_host(struct h1 *p, const char *buf)
{
	struct str host = h1_get(p, buf, H1_HOST);

	if (p->known_n[H1_HOST] > 1)
		return refuse(p, 400, "more than one Host");
	if (p->known_n[H1_HOST] == 0)
		return p->minor == 0 ? 0 : refuse(p, 400, "Host is missing");
	if (!h1_is_host(host, NULL))
		return refuse(p, 400, "malformed Host");
	if (p->authority.n != 0 && !str_ieq(host, h1_str(buf, p->authority)))
		return refuse(p, 400, "Host and request target disagree");
	return 0;
}

static bool
is_token_list(struct str s)
{
	struct str rest = s;

	while (rest.p != NULL)
		if (!h1_is_token(str_trim(str_cut(rest, ',', &rest))))
			return false;
	return true;
}

static int
judge_coding(struct h1 *p, const char *buf)
{
	struct str te = h1_get(p, buf, H1_TRANSFER_ENCODING);

	if (p->known_n[H1_CONTENT_LENGTH] != 0)
		return refuse(
		    p, 400, "both Content-Length and Transfer-Encoding");
	if (p->minor == 0)
		return refuse(p, 400, "Transfer-Encoding in HTTP/1.0");
	if (p->known_n[H1_TRANSFER_ENCODING] > 1 || !is_token_list(te))
		return refuse(p, 400, "malformed Transfer-Encoding");
	if (!str_ieq(te, STR("chunked")))
		return refuse(p, 501, "transfer coding not supported");
	p->chunked = true;
	return 0;
}

static int
judge_length(struct h1 *p, const char *buf)
{
	uint64_t n;

	if (p->known_n[H1_CONTENT_LENGTH] > 1)
		return refuse(p, 400, "more than one Content-Length");
	if (!str_to_u64(h1_get(p, buf, H1_CONTENT_LENGTH), &n) || n > INT64_MAX)
		return refuse(p, 400, "malformed Content-Length");
	p->content_length = (int64_t)n;
	return 0;
}

/* What only the whole head can tell. */
static int
judge(struct h1 *p, const char *buf)
{
	if (judge_host(p, buf) < 0)
		return -1;
	if (p->known_n[H1_TRANSFER_ENCODING] != 0 && judge_coding(p, buf) < 0)
		return -1;
	if (p->known_n[H1_CONTENT_LENGTH] != 0 && judge_length(p, buf) < 0)
		return -1;
	if (p->known_n[H1_EXPECT] != 0 && p->minor == 1) {
		if (p->known_n[H1_EXPECT] > 1 ||
		    !str_ieq(h1_get(p, buf, H1_EXPECT), STR("100-continue")))
			return refuse(p, 417, "unknown expectation");
		p->expect_continue = true;
	}
	return 1;
}

/* A line without its end.  1 at the end of the head. */
static int
take_line(struct h1 *p, const char *buf, struct str line)
{
	if (line.n == 0) {
		if (p->in_headers)
			return judge(p, buf);
		/* One empty line before the request (RFC 9112 2.2). */
		if (p->line != 0)
			return refuse(p, 400, "malformed request line");
		return 0;
	}
	if (p->in_headers)
		return parse_header(p, buf, line);
	p->in_headers = true;
	return parse_request_line(p, buf, line);
}

/* Do not wait for the end of what cannot become a request. */
static int
judge_incomplete(struct h1 *p, const char *buf, size_t n)
{
	struct str line = str_make(buf + p->line, n - p->line);

	if (!p->in_headers) {
		if (line.n > 0 && line.p[0] != '\r' &&
		    (class_of[(unsigned char)line.p[0]] & TOKEN) == 0)
			return refuse(p, 400, "malformed request line");
		if (line.n > METHOD_MAX && !memchr(line.p, ' ', METHOD_MAX + 1))
			return refuse(p, 400, "malformed request line");
		if (line.n >
		    p->limits->target_bytes + METHOD_MAX + VERSION_BYTES + 3)
			return refuse(p, 414, "request target too long");
	}
	if (n > p->limits->head_bytes)
		return refuse(p, 431, "header too large");
	return 0;
}

int
h1_feed(struct h1 *p, const char *buf, size_t n)
{
	const char *end;
	size_t line_n;
	int rc;

	while (p->seen < n &&
	       (end = memchr(buf + p->seen, '\n', n - p->seen)) != NULL) {
		line_n = (size_t)(end - buf) - p->line;
		if (line_n == 0 || end[-1] != '\r')
			return refuse(p, 400, "line does not end in CRLF");
		if ((size_t)(end - buf) >= p->limits->head_bytes)
			return refuse(p, 431, "header too large");
		rc = take_line(p, buf, str_make(buf + p->line, line_n - 1));
		p->line = p->seen = (uint32_t)(end - buf) + 1;
		if (rc != 0) {
			p->head_n = p->line;
			return rc;
		}
	}
	p->seen = (uint32_t)n;
	return judge_incomplete(p, buf, n);
}
