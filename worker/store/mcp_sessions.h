#ifndef STORE_MCP_SESSIONS_H
#define STORE_MCP_SESSIONS_H

/* Sessions of MCP clients that begin with `initialize`: a row each, so that any
 * worker serves any request, and a session outlives the worker it began on. */

#include "store/owner.h"

struct stored_session {
	struct uuid id;
	const char *version;   /* of the protocol */
	const char *abilities; /* of the client, words */
	const char *log_level;
	int64_t touched_us;
};

NODISCARD int mcp_sessions_insert(struct db *db, struct arena *a,
    const struct owner *o, const struct stored_session *s, struct err *e);
/* 1, 0 when there is none, -1. */
NODISCARD int mcp_sessions_get(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct stored_session *out,
    struct err *e);
/* Say that it is in use. */
NODISCARD int mcp_sessions_touch(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
NODISCARD int mcp_sessions_set_level(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, const char *level,
    struct err *e);
/* With its subscriptions: 1, 0 when there was none, -1. */
NODISCARD int mcp_sessions_delete(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
/* Delete up to `limit` sessions of anybody not used since a time; how many. */
NODISCARD int mcp_sessions_purge(struct db *db, struct arena *a,
    int64_t before_us, int64_t limit, int64_t *n_r, struct err *e);

/* Resources that a session watches.  on: add one, else remove it. */
NODISCARD int mcp_subscriptions_set(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *session, const char *uri, bool on,
    struct err *e);
NODISCARD int mcp_subscriptions_list(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *session, const char ***list_r,
    size_t *n_r, struct err *e);

#endif
