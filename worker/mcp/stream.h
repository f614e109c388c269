#ifndef MCP_STREAM_H
#define MCP_STREAM_H

/* The answer to a POST as a stream: opened by the first side message, and else
 * never, so that most answers are plain JSON.
 *
 * In a session of the legacy era each message is an event of the store, too:
 * when the connection is lost, or this worker drains, the call goes on and the
 * client comes again with Last-Event-ID, at any worker (resume.c). */

#include "mcp/debt.h"

struct sse;

struct mcp_stream {
	struct sse *sse; /* NULL: not open, or the client is gone */
	bool opened;
	bool logged; /* its messages are kept */
	struct uuid id;
	char topic[EVENT_TOPIC_MAX + 1];
	struct mcp_debt debt; /* of a call, when logged */
};

/* Ports of HTTP; their port_arg is a struct mcp_stream. */
extern const struct mcp_port stream_port_modern;
extern const struct mcp_port stream_port_legacy;

/* Send r->out, unless it is silent, and end.  false: never opened, so that the
 * answer is to be plain. */
NODISCARD bool stream_finish(struct rpc *r, struct mcp_stream *s);

/* Close the connection and let the client come again; only when logged. */
void stream_hang_up(struct rpc *r);

/* GET with Last-Event-ID of such a stream: what came after that event, up to
 * the answer.  Answers the request. */
void stream_resume(struct rpc *r, struct str last_event_id);

/* A POSTed answer to a request of ours; r->silent and r->status are set. */
void stream_take_answer(struct rpc *r);

#endif
