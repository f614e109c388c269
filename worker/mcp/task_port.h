#ifndef MCP_TASK_PORT_H
#define MCP_TASK_PORT_H

/* What a call that runs as a task has instead of a stream to its client. */

#include "mcp/tasks.h"
#include "store/job_questions.h"

/* Whether the request is such a run. */
bool task_port_is(const struct rpc *r);
/* As the store keeps it; with the answer, if there is one. */
struct job_question task_question(struct arena *a, const struct mcp_ask *ask);

#endif
