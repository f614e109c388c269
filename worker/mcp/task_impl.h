#ifndef MCP_TASK_IMPL_H
#define MCP_TASK_IMPL_H

/* What the files of tasks share. */

#include "mcp/port.h"
#include "mcp/tasks.h"
#include "store/job_questions.h"

#define TASK_PERCENT 100 /* a job's items_all, of a task */

/* Answer tasks/get; reads what the client is asked.  -1: nothing is answered.
 */
NODISCARD int task_answer_details(
    struct rpc *r, const struct job *j, struct err *e);
/* Cancel j, whose owner and id are filled in.  What waits ends at once; what
 * runs stops within moments, an import after its present file; what has ended
 * stays as it is. */
NODISCARD int task_cancel(
    const struct app *app, struct arena *a, struct job *j, struct err *e);

/* Whether the request is the run of a task, which has a port of its own instead
 * of a stream to its client. */
bool task_port_is(const struct rpc *r);
/* As the store keeps it; with the answer, if there is one. */
struct job_question task_question(struct arena *a, const struct mcp_ask *ask);

#endif
