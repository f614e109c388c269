#ifndef MCP_ROUNDS_H
#define MCP_ROUNDS_H

/* A request in several rounds, as the modern era has it: what a call wants to
 * know is its first answer, and the client asks again with the replies.  The
 * call begins anew each time, and finds earlier replies in the sealed state
 * that the client brings along. */

#include "mcp/jsonrpc.h"
#include "mcp/port.h"

#define ROUNDS_MAX_ASKS 16

struct mcp_rounds {
	const cJSON *given;   /* replies that come with this request */
	const cJSON *earlier; /* those out of the state */
	bool has_state;
	struct mcp_ask known[ROUNDS_MAX_ASKS]; /* answered, in this run */
	size_t n_known;
	struct mcp_ask wanted[ROUNDS_MAX_ASKS];
	size_t n_wanted;
};

/* Read inputResponses and requestState.  false: answered with an error. */
NODISCARD bool rounds_begin(struct mcp_rounds *m, struct rpc *r);
/* Fill the answers in.  1 all are there; 0 some are wanted of the client
 * first; -1 with ERR_INVALID: a reply is no object. */
NODISCARD int rounds_ask(
    struct mcp_rounds *m, struct mcp_ask *asks, size_t n, struct err *e);
/* Answer with what is wanted. */
void rounds_answer(const struct mcp_rounds *m, struct rpc *r);

#endif
