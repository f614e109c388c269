#ifndef MCP_MCP_SESSION_H
#define MCP_MCP_SESSION_H

/* Sessions of the legacy era.  Over HTTP a session is a row of the store that
 * any worker reads; on stdio it is the process. */

#include "base/uuid.h"
#include "mcp/jsonrpc.h"
#include "mcp/port.h"
#include "store/event_log.h"

struct mcp_session {
	struct uuid id;	      /* zero: not of the store */
	const char *version;  /* of era_versions[] */
	uint32_t client;      /* bits of mcp/client.h */
	enum mcp_level level; /* messages below it are not wanted */
};

/* Make the session that an `initialize` begins; it is announced in the reply's
 * headers.  Fills r->session. */
NODISCARD int mcp_session_begin(struct rpc *r, const char *version,
    const cJSON *capabilities, struct err *e);
/* Find the session that the request's header names: r->session, r->client.
 * 1; 0 when it names none; -1: answered, as 404 when there is no such. */
NODISCARD int mcp_session_find(struct rpc *r);

/* 0, or -1 when the store failed. */
NODISCARD int mcp_session_set_level(
    struct rpc *r, enum mcp_level level, struct err *e);
NODISCARD int mcp_session_watch(
    struct rpc *r, const char *uri, bool on, struct err *e);
/* End it, its streams too. */
NODISCARD int mcp_session_end(struct rpc *r, struct err *e);

/* Streams of the store, by their names. */
void mcp_session_topic(const struct mcp_session *s, const char *kind,
    const char *name, char out[EVENT_TOPIC_MAX + 1]);

struct owner rpc_owner(const struct rpc *r);

#endif
