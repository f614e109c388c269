#ifndef STORE_MCP_CALLS_H
#define STORE_MCP_CALLS_H

/* Calls in sessions whose answer is a stream that its client may come back to,
 * at any worker: a row says who owes the answer, until that is given. */

#include "store/owner.h"

struct stored_call {
	struct uuid session;
	struct uuid id;	     /* of the stream */
	const char *request; /* id of the client's request, JSON */
	const char *worker;  /* as board_name() names it */
	int64_t lease_us;    /* to be believed until then */
};

NODISCARD int mcp_calls_insert(struct db *db, struct arena *a,
    const struct owner *o, const struct stored_call *c, struct err *e);
/* Of the call, session, id and lease_us count. */
NODISCARD int mcp_calls_renew(struct db *db, struct arena *a,
    const struct owner *o, const struct stored_call *c, struct err *e);
/* Fill in the rest: 1, 0 when nobody owes an answer, -1. */
NODISCARD int mcp_calls_get(struct db *db, struct arena *a,
    const struct owner *o, struct stored_call *c, struct err *e);
/* 1, 0 when somebody else has, -1. */
NODISCARD int mcp_calls_delete(struct db *db, struct arena *a,
    const struct owner *o, const struct stored_call *c, struct err *e);

#endif
