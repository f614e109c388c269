#ifndef MCP_ERA_H
#define MCP_ERA_H

/* Which era a message belongs to, and whether it may be served: a pure
 * decision from the message and three headers.  The body decides; a header
 * alone never moves a message to the other era. */

#include <cjson/cJSON.h>

#include "base/buf.h"

enum mcp_era { ERA_LEGACY, ERA_MODERN };
/* As the .def files name them. */
enum mcp_eras {
	LEGACY = 1 << ERA_LEGACY,
	MODERN = 1 << ERA_MODERN,
	BOTH = LEGACY | MODERN
};

enum mcp_method {
#define METHOD(id, name, eras, mirrored, needs, waits, handler) METHOD_##id,
#include "mcp/methods.def"
#undef METHOD
	METHOD_COUNT /* also: none */
};

/* JSON-RPC codes; those from -32020 down to -32099 are the protocol's own. */
enum rpc_code {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL = -32603,
	RPC_RESOURCE_NOT_FOUND = -32002, /* legacy alone */
	RPC_HEADER_MISMATCH = -32020,
	RPC_MISSING_ABILITY = -32021,
	RPC_UNSUPPORTED_VERSION = -32022,
};

#define ERA_MODERN_VERSION "2026-07-28"

/* Members of params._meta. */
#define META_VERSION	  "io.modelcontextprotocol/protocolVersion"
#define META_CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define META_CLIENT	  "io.modelcontextprotocol/clientInfo"
#define META_SERVER	  "io.modelcontextprotocol/serverInfo"
#define META_LOG_LEVEL	  "io.modelcontextprotocol/logLevel"
#define META_SUBSCRIPTION "io.modelcontextprotocol/subscriptionId"

/* Every version we serve, newest first; the first is the modern one.  The last
 * is NULL. */
extern const char *const era_versions[];
/* What `initialize` answers: the version asked for if it is a legacy one we
 * serve, else the newest legacy one. */
const char *era_negotiate(struct str requested);
/* The one revision whose messages may come in an array; `version` is a header's
 * value, which may be absent. */
#define ERA_BATCH_VERSION "2025-03-26"
bool era_may_batch(struct str version);

struct era_input {
	const cJSON *message; /* parsed, any JSON value */
	bool has_headers;     /* HTTP; false on stdio */
	struct str version;   /* MCP-Protocol-Version; STR_NULL when absent */
	struct str method;    /* Mcp-Method */
	struct str name;      /* Mcp-Name */
};

struct era_decision {
	enum mcp_era era;
	enum era_verdict {
		ERA_SERVE,  /* a request for `method` */
		ERA_NOTE,   /* a notification: is not answered */
		ERA_ANSWER, /* to a request of ours */
		ERA_REFUSE, /* status, code and message say why */
	} verdict;
	enum mcp_method method;
	const cJSON *id, *params, *meta; /* of the message; NULL: none */
	const cJSON *capabilities; /* the client's, of a modern one; or NULL */
	int status;		   /* HTTP */
	int code;		   /* JSON-RPC */
	struct str requested;	   /* with RPC_UNSUPPORTED_VERSION */
	char message[200];
};

void era_decide(const struct era_input *in, struct era_decision *out);

const char *era_method_name(enum mcp_method m);
/* What a client has to be able to do for it: bits of mcp/client.h. */
uint32_t era_method_needs(enum mcp_method m);
/* Whether it may have to wait, for the store or for time; and so needs a fiber.
 */
bool era_method_waits(enum mcp_method m);

/* The text of a header that may be written =?base64?...?=, into `out` when it
 * was encoded.  false when the encoding is broken. */
NODISCARD bool era_header_text(
    struct str raw, struct buf *out, struct str *text_r);

#endif
