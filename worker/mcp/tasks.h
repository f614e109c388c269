#ifndef MCP_TASKS_H
#define MCP_TASKS_H

/* Tasks (the extension io.modelcontextprotocol/tasks): calls of tools that go
 * on after their answer, as jobs of the store, whatever becomes of the worker
 * that began them.  A task runs the same code as a call in a request does, from
 * its top; when that asks the client something, the task waits, and is run anew
 * when everything is answered. */

#include "mcp/mcp_impl.h"
#include "store/jobs.h"

struct map;

/* Answer a tools/call with a task; false: the client takes no tasks, or the
 * call runs as one, so that it is to be run at once. */
NODISCARD bool mcp_task_start(
    struct rpc *r, const struct mcp_tool *tool, const cJSON *arguments);

/* Whether the token may call the tools that these tasks run, and so hear of
 * them; false: answered with an error.  Those that are not there are passed
 * over.  Waits. */
NODISCARD bool mcp_tasks_may_hear(struct rpc *r, const struct map *ids);
/* Whether a call of this client may be answered with a task. */
bool mcp_takes_tasks(const struct rpc *r);
/* Answer with a job that is there as a task. */
void mcp_task_answer(struct rpc *r, const struct job *j);
/* Cancel the job of a call that its client has taken back: in a fiber of its
 * own, since that of the call waits no more. */
void mcp_task_withdraw(
    const struct app *app, const struct owner *o, const struct uuid *id);

/* --- for whoever runs jobs ----------------------------------------------- */

struct mcp_task {
	const struct app *app;
	const struct job *job;
	struct arena *arena;
	/* Asked several times a second; false: stop. */
	bool (*go_on)(void *arg);
	/* It has come so far, of 100. */
	void (*progress)(void *arg, int64_t done);
	void *arg;
	/* Filled in. */
	const char *result; /* JSON: the tool's result */
	bool waits;	    /* for answers */
};

/* In a fiber.  0: result or waits are set; -1: the tool failed, or was
 * stopped. */
NODISCARD int mcp_task_run(struct mcp_task *t, struct err *e);
/* Tell those who listen, inside the transaction that changes the job. */
NODISCARD int mcp_task_tell(const struct app *app, struct db *tx,
    struct arena *a, const struct job *j, struct err *e);
/* Make a task due that waits though everything is answered. */
NODISCARD int mcp_task_wake(const struct app *app, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
/* Until when a task waits for answers. */
int64_t mcp_task_patience_us(const struct app *app, const struct job *j);

#endif
