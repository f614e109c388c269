/* Which era a message belongs to and what is refused: a line a case, with
 * every row of the protocol's error table that is decided from the message
 * and its headers. */

#include "mcp/era.h"

#include "base/json.h"
#include "tap.h"

#define META_IS(version, more)                                                 \
	"\"_meta\":{\"" META_VERSION "\":" version more "}"
#define CAPS ",\"" META_CAPABILITIES "\":{}"
#define GOOD META_IS("\"2026-07-28\"", CAPS)
#define REQ(method, params)                                                    \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method                   \
	"\",\"params\":{" params "}}"
#define NOTE(method, params)                                                   \
	"{\"jsonrpc\":\"2.0\",\"method\":\"" method "\",\"params\":{" params   \
	"}}"
#define NEW "2026-07-28"
#define OLD "2025-11-25"

struct row {
	const char *what;
	const char *body;
	const char *version, *method, *name; /* headers; NULL: absent */
	enum mcp_era era;
	enum era_verdict verdict;
	int status;
	int code;
	enum mcp_method serves;
};

#define SERVES(era, m)		   era, ERA_SERVE, 200, 0, METHOD_##m
#define NOTES(era)		   era, ERA_NOTE, 200, 0, METHOD_COUNT
#define ANSWERS(era)		   era, ERA_ANSWER, 200, 0, METHOD_COUNT
#define REFUSES(era, status, code) era, ERA_REFUSE, status, code, METHOD_COUNT

static const struct row rows[] = {
	/* neither request nor notification */
	{ "a batch", "[" REQ("ping", "") "]", NULL, NULL, NULL,
	    REFUSES(ERA_LEGACY, 400, -32600) },
	{ "a batch with a modern element", "[" REQ("tools/list", GOOD) "]", NEW,
	    NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "a number", "1", NULL, NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "null", "null", NULL, NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "an empty object", "{}", NULL, NULL, NULL,
	    REFUSES(ERA_LEGACY, 400, -32600) },
	{ "no jsonrpc", "{\"id\":1,\"method\":\"ping\"}", NULL, NULL, NULL,
	    REFUSES(ERA_LEGACY, 400, -32600) },
	{ "jsonrpc 1.0", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
	    NULL, NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "jsonrpc as a number",
	    "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}", NULL, NULL, NULL,
	    REFUSES(ERA_LEGACY, 400, -32600) },
	{ "no method and no result", "{\"jsonrpc\":\"2.0\",\"id\":1}", NULL,
	    NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "method is a number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
	    NULL, NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "id is null", "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
	    NULL, NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "id is a fraction",
	    "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", NULL, NULL,
	    NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "id is an object",
	    "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", NULL, NULL,
	    NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "id is a boolean",
	    "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}", NULL, NULL,
	    NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "params is an array",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}",
	    NULL, NULL, NULL, REFUSES(ERA_LEGACY, 400, -32602) },
	{ "_meta is a string", REQ("ping", "\"_meta\":\"x\""), NULL, NULL, NULL,
	    REFUSES(ERA_LEGACY, 400, -32602) },

	/* responses: nobody waits for one */
	{ "a legacy response", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
	    OLD, NULL, NULL, ANSWERS(ERA_LEGACY) },
	{ "a legacy error response",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}", NULL, NULL, NULL,
	    ANSWERS(ERA_LEGACY) },
	{ "a response with both",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{},\"result\":{}}", NULL,
	    NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "a response with a modern header",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", NEW, NULL, NULL,
	    REFUSES(ERA_LEGACY, 400, -32600) },

	/* modern, served */
	{ "discover", REQ("server/discover", GOOD), NEW, "server/discover",
	    NULL, SERVES(ERA_MODERN, DISCOVER) },
	{ "tools/list", REQ("tools/list", GOOD), NEW, "tools/list", NULL,
	    SERVES(ERA_MODERN, TOOLS_LIST) },
	{ "tools/call", REQ("tools/call", "\"name\":\"x\"," GOOD), NEW,
	    "tools/call", "x", SERVES(ERA_MODERN, TOOLS_CALL) },
	{ "prompts/get", REQ("prompts/get", "\"name\":\"x\"," GOOD), NEW,
	    "prompts/get", "x", SERVES(ERA_MODERN, PROMPTS_GET) },
	{ "resources/read", REQ("resources/read", "\"uri\":\"a://b\"," GOOD),
	    NEW, "resources/read", "a://b",
	    SERVES(ERA_MODERN, RESOURCES_READ) },
	{ "space around header values",
	    REQ("tools/call", "\"name\":\"x\"," GOOD), " " NEW " ",
	    "\ttools/call ", "  x  ", SERVES(ERA_MODERN, TOOLS_CALL) },
	{ "Mcp-Name in base64", REQ("tools/call", "\"name\":\"x\"," GOOD), NEW,
	    "tools/call", "=?base64?eA==?=", SERVES(ERA_MODERN, TOOLS_CALL) },
	{ "clientInfo is there",
	    REQ("tools/list",
		META_IS("\"2026-07-28\"", CAPS
		    ",\"" META_CLIENT "\":{\"name\":\"c\",\"version\":\"1\"}")),
	    NEW, "tools/list", NULL, SERVES(ERA_MODERN, TOOLS_LIST) },
	{ "no name in the body is the handler's business",
	    REQ("tools/call", GOOD), NEW, "tools/call", NULL,
	    SERVES(ERA_MODERN, TOOLS_CALL) },
	{ "a name that is a number is, too",
	    REQ("tools/call", "\"name\":7," GOOD), NEW, "tools/call", "7",
	    SERVES(ERA_MODERN, TOOLS_CALL) },

	/* the envelope */
	{ "version is a number", REQ("tools/list", META_IS("7", CAPS)), NEW,
	    "tools/list", NULL, REFUSES(ERA_MODERN, 400, -32602) },
	{ "no clientCapabilities",
	    REQ("tools/list", META_IS("\"2026-07-28\"", "")), NEW, "tools/list",
	    NULL, REFUSES(ERA_MODERN, 400, -32602) },
	{ "clientCapabilities is an array",
	    REQ("tools/list",
		META_IS("\"2026-07-28\"", ",\"" META_CAPABILITIES "\":[]")),
	    NEW, "tools/list", NULL, REFUSES(ERA_MODERN, 400, -32602) },
	{ "clientInfo is a string",
	    REQ("tools/list",
		META_IS("\"2026-07-28\"", CAPS ",\"" META_CLIENT "\":\"c\"")),
	    NEW, "tools/list", NULL, REFUSES(ERA_MODERN, 400, -32602) },
	{ "the envelope is judged before headers",
	    REQ("tools/list", META_IS("\"2026-07-28\"", "")), OLD, NULL, NULL,
	    REFUSES(ERA_MODERN, 400, -32602) },

	/* versions */
	{ "header and body differ", REQ("tools/list", GOOD), OLD, "tools/list",
	    NULL, REFUSES(ERA_MODERN, 400, -32020) },
	{ "header and unsupported body differ",
	    REQ("tools/list", META_IS("\"2099-01-01\"", CAPS)), NEW,
	    "tools/list", NULL, REFUSES(ERA_MODERN, 400, -32020) },
	{ "unknown version", REQ("tools/list", META_IS("\"2099-01-01\"", CAPS)),
	    "2099-01-01", "tools/list", NULL,
	    REFUSES(ERA_MODERN, 400, -32022) },
	{ "unknown version without a header",
	    REQ("tools/list", META_IS("\"2099-01-01\"", CAPS)), NULL, NULL,
	    NULL, REFUSES(ERA_MODERN, 400, -32022) },
	{ "a legacy version in _meta",
	    REQ("tools/list", META_IS("\"2025-11-25\"", CAPS)), OLD,
	    "tools/list", NULL, REFUSES(ERA_MODERN, 400, -32022) },

	/* headers that must be there */
	{ "no MCP-Protocol-Version", REQ("tools/list", GOOD), NULL,
	    "tools/list", NULL, REFUSES(ERA_MODERN, 400, -32020) },
	{ "no Mcp-Method", REQ("tools/list", GOOD), NEW, NULL, NULL,
	    REFUSES(ERA_MODERN, 400, -32020) },
	{ "another Mcp-Method", REQ("tools/list", GOOD), NEW, "tools/call",
	    NULL, REFUSES(ERA_MODERN, 400, -32020) },
	{ "Mcp-Method in other case", REQ("tools/list", GOOD), NEW,
	    "Tools/List", NULL, REFUSES(ERA_MODERN, 400, -32020) },
	{ "no Mcp-Name", REQ("tools/call", "\"name\":\"x\"," GOOD), NEW,
	    "tools/call", NULL, REFUSES(ERA_MODERN, 400, -32020) },
	{ "another Mcp-Name", REQ("tools/call", "\"name\":\"x\"," GOOD), NEW,
	    "tools/call", "y", REFUSES(ERA_MODERN, 400, -32020) },
	{ "another Mcp-Name of a resource",
	    REQ("resources/read", "\"uri\":\"a://b\"," GOOD), NEW,
	    "resources/read", "a://c", REFUSES(ERA_MODERN, 400, -32020) },
	{ "Mcp-Name without padding", REQ("tools/call", "\"name\":\"x\"," GOOD),
	    NEW, "tools/call",
	    "=?base64?eA?=", REFUSES(ERA_MODERN, 400, -32020) },
	{ "Mcp-Name with a foreign character",
	    REQ("tools/call", "\"name\":\"x\"," GOOD), NEW, "tools/call",
	    "=?base64?e*==?=", REFUSES(ERA_MODERN, 400, -32020) },
	{ "markers of base64 have one case",
	    REQ("tools/call", "\"name\":\"x\"," GOOD), NEW, "tools/call",
	    "=?BASE64?eA==?=", REFUSES(ERA_MODERN, 400, -32020) },
	{ "an unknown method wants its header too", REQ("no/such", GOOD), NEW,
	    NULL, NULL, REFUSES(ERA_MODERN, 400, -32020) },

	/* methods */
	{ "unknown method", REQ("no/such", GOOD), NEW, "no/such", NULL,
	    REFUSES(ERA_MODERN, 404, -32601) },
	{ "modern initialize", REQ("initialize", GOOD), NEW, "initialize", NULL,
	    REFUSES(ERA_MODERN, 404, -32601) },
	{ "modern ping", REQ("ping", GOOD), NEW, "ping", NULL,
	    REFUSES(ERA_MODERN, 404, -32601) },
	{ "logging/setLevel", REQ("logging/setLevel", GOOD), NEW,
	    "logging/setLevel", NULL, REFUSES(ERA_MODERN, 404, -32601) },
	{ "resources/subscribe", REQ("resources/subscribe", GOOD), NEW,
	    "resources/subscribe", NULL, REFUSES(ERA_MODERN, 404, -32601) },
	{ "subscriptions/listen", REQ("subscriptions/listen", GOOD), NEW,
	    "subscriptions/listen", NULL, SERVES(ERA_MODERN, LISTEN) },
	{ "completion/complete", REQ("completion/complete", GOOD), NEW,
	    "completion/complete", NULL, SERVES(ERA_MODERN, COMPLETE) },

	/* modern header, no claim in the body */
	{ "no _meta", REQ("tools/list", ""), NEW, "tools/list", NULL,
	    REFUSES(ERA_MODERN, 400, -32602) },
	{ "no params at all",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}", NEW,
	    "tools/list", NULL, REFUSES(ERA_MODERN, 400, -32602) },
	{ "_meta without the version", REQ("tools/list", "\"_meta\":{}"), NEW,
	    "tools/list", NULL, REFUSES(ERA_MODERN, 400, -32602) },
	{ "a header later than any version", REQ("tools/list", ""),
	    "2099-01-01", NULL, NULL, REFUSES(ERA_MODERN, 400, -32602) },
	{ "initialize with a modern header", REQ("initialize", ""), NEW, NULL,
	    NULL, REFUSES(ERA_MODERN, 400, -32020) },

	/* legacy */
	{ "initialize", REQ("initialize", "\"protocolVersion\":\"x\""), NULL,
	    NULL, NULL, SERVES(ERA_LEGACY, INITIALIZE) },
	{ "initialize with a legacy header", REQ("initialize", ""), OLD, NULL,
	    NULL, SERVES(ERA_LEGACY, INITIALIZE) },
	{ "initialize does not look at the header", REQ("initialize", ""),
	    "rubbish", NULL, NULL, SERVES(ERA_LEGACY, INITIALIZE) },
	{ "ping", REQ("ping", ""), OLD, NULL, NULL, SERVES(ERA_LEGACY, PING) },
	{ "ping without params",
	    "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\"}", OLD, NULL,
	    NULL, SERVES(ERA_LEGACY, PING) },
	{ "no header counts as 2025-03-26", REQ("tools/list", ""), NULL, NULL,
	    NULL, SERVES(ERA_LEGACY, TOOLS_LIST) },
	{ "2025-06-18", REQ("tools/list", ""), "2025-06-18", NULL, NULL,
	    SERVES(ERA_LEGACY, TOOLS_LIST) },
	{ "2025-03-26", REQ("tools/list", ""), "2025-03-26", NULL, NULL,
	    SERVES(ERA_LEGACY, TOOLS_LIST) },
	{ "2024-11-05", REQ("tools/list", ""), "2024-11-05", NULL, NULL,
	    SERVES(ERA_LEGACY, TOOLS_LIST) },
	{ "legacy tools/call with a _meta of its own",
	    REQ("tools/call", "\"_meta\":{\"progressToken\":1}"), OLD, NULL,
	    NULL, SERVES(ERA_LEGACY, TOOLS_CALL) },
	{ "Mcp-Name says nothing in the legacy era",
	    REQ("tools/call", "\"name\":\"x\""), OLD, "tools/list", "y",
	    SERVES(ERA_LEGACY, TOOLS_CALL) },
	{ "an unknown legacy version", REQ("tools/list", ""), "2025-01-01",
	    NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "rubbish for a version", REQ("tools/list", ""), "2026-07-2x", NULL,
	    NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "an unknown legacy method", REQ("no/such", ""), OLD, NULL, NULL,
	    REFUSES(ERA_LEGACY, 200, -32601) },
	{ "legacy discover", REQ("server/discover", ""), NULL, NULL, NULL,
	    REFUSES(ERA_LEGACY, 200, -32601) },
	{ "legacy logging/setLevel", REQ("logging/setLevel", ""), OLD, NULL,
	    NULL, SERVES(ERA_LEGACY, SET_LEVEL) },

	/* notifications */
	{ "initialized", NOTE("notifications/initialized", ""), OLD, NULL, NULL,
	    NOTES(ERA_LEGACY) },
	{ "any legacy notification", NOTE("no/such", ""), NULL, NULL, NULL,
	    NOTES(ERA_LEGACY) },
	{ "a notification of an unknown version", NOTE("no/such", ""),
	    "2025-01-01", NULL, NULL, REFUSES(ERA_LEGACY, 400, -32600) },
	{ "a notification with a modern header",
	    NOTE("notifications/cancelled", ""), NEW, NULL, NULL,
	    NOTES(ERA_MODERN) },
	{ "a modern notification needs no headers",
	    NOTE("notifications/cancelled", GOOD), NULL, NULL, NULL,
	    NOTES(ERA_MODERN) },
	{ "a notification with a bad envelope",
	    NOTE("notifications/cancelled", META_IS("\"2026-07-28\"", "")), NEW,
	    NULL, NULL, REFUSES(ERA_MODERN, 400, -32602) },
	{ "a notification of an unserved version",
	    NOTE("notifications/cancelled", META_IS("\"2099-01-01\"", CAPS)),
	    NULL, NULL, NULL, REFUSES(ERA_MODERN, 400, -32022) },
	{ "a notification whose header differs",
	    NOTE("notifications/cancelled", GOOD), OLD, NULL, NULL,
	    REFUSES(ERA_MODERN, 400, -32020) },
};

static struct str
header(const char *s)
{
	return s != NULL ? str_of(s) : STR_NULL;
}

static void
decide(struct arena *a, const char *body, const struct row *row,
    bool has_headers, struct era_decision *d)
{
	struct err e = ERR_INIT;
	struct era_input in = { .has_headers = has_headers };

	in.message = json_parse(a, str_of(body), &e);
	if (in.message == NULL)
		printf("# %s\n", e.msg);
	if (row != NULL) {
		in.version = header(row->version);
		in.method = header(row->method);
		in.name = header(row->name);
	}
	era_decide(&in, d);
}

static void
test_table(struct arena *a)
{
	struct era_decision d;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];

		decide(a, r->body, r, true, &d);
		ok(d.era == r->era && d.verdict == r->verdict &&
			d.status == r->status && d.code == r->code &&
			d.method == r->serves,
		    "%s", r->what);
		if (d.era != r->era || d.verdict != r->verdict ||
		    d.status != r->status || d.code != r->code)
			printf("#   era %d verdict %d status %d code %d: %s\n",
			    d.era, d.verdict, d.status, d.code, d.message);
		if ((d.verdict == ERA_REFUSE) != (d.message[0] != '\0'))
			ok(false, "%s: refusals say why", r->what);
	}
}

static void
test_stdio(struct arena *a)
{
	struct era_decision d;

	decide(a, REQ("tools/call", "\"name\":\"x\"," GOOD), NULL, false, &d);
	ok(d.verdict == ERA_SERVE && d.era == ERA_MODERN,
	    "stdio has no headers to miss");
	decide(a, REQ("tools/list", ""), NULL, false, &d);
	ok(d.verdict == ERA_SERVE && d.era == ERA_LEGACY,
	    "and no header to be modern by");
}

static void
test_versions(struct arena *a)
{
	struct era_decision d;

	is_str(era_negotiate(STR("2025-06-18")), "2025-06-18",
	    "a version we serve is agreed to");
	is_str(
	    era_negotiate(STR("2024-11-05")), "2024-11-05", "the oldest too");
	is_str(era_negotiate(STR("2026-07-28")), "2025-11-25",
	    "the modern one is not negotiated");
	is_str(era_negotiate(STR("1999-01-01")), "2025-11-25",
	    "nor an unknown one");
	is_str(era_negotiate(STR("")), "2025-11-25", "nor none");
	decide(a, REQ("tools/list", META_IS("\"2099-01-01\"", CAPS)), NULL,
	    true, &d);
	ok(str_is(d.requested, "2099-01-01"), "the requested version is told");
}

static void
test_header_text(void)
{
	struct buf b = BUF_INIT;
	struct str t;

	ok(era_header_text(STR("=?base64?w6TDtg==?="), &b, &t) &&
		str_is(t, "\xc3\xa4\xc3\xb6"),
	    "base64 of UTF-8");
	ok(era_header_text(STR("=?base64?"), &b, &t) && str_is(t, "=?base64?"),
	    "one marker alone is literal");
	ok(era_header_text(STR("=?base64?="), &b, &t) &&
		str_is(t, "=?base64?="),
	    "markers that overlap are literal");
	ok(era_header_text(STR("=?base64?"
			       "?="),
	       &b, &t) &&
		t.n == 0,
	    "nothing encoded is nothing");
	ok(!era_header_text(STR("=?base64?/w==?="), &b, &t),
	    "what is no UTF-8 is refused");
	buf_free(&b);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_table(a);
	test_stdio(a);
	test_versions(a);
	test_header_text();
	arena_free(&a);
	return tap_done();
}
