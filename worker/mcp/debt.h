#ifndef MCP_DEBT_H
#define MCP_DEBT_H

/* An answer that is owed: a call of a session whose answer is a stream of the
 * store, which its client may read at any worker.  Whoever runs the call says
 * so in a row and renews it; when it dies, whoever reads the stream answers in
 * its place that nothing will come. */

#include "loop/loop.h"
#include "mcp/mcp_session.h"
#include "store/mcp_calls.h"

/* --- who owes ------------------------------------------------------------- */

struct mcp_debt {
	const struct app *app; /* NULL: nothing is owed */
	struct owner owner;
	struct stored_call call;
	struct timer renew;
};

/* From now on r's answer is owed to this stream of its session; d stays where
 * it is until debt_pay() or debt_cancel(). */
NODISCARD int debt_take(struct mcp_debt *d, struct rpc *r,
    const struct uuid *stream, struct err *e);
/* Give the answer, as the last event of the topic. */
NODISCARD int debt_pay(struct mcp_debt *d, const char *topic, struct str answer,
    int64_t *seq_r, struct err *e);
/* There will be none; does nothing when nothing is owed. */
void debt_cancel(struct mcp_debt *d);

/* --- who waits ------------------------------------------------------------ */

struct mcp_creditor;

/* Look now and then whether an answer is still owed to a stream of r's session.
 * When its debtor has died the answer is given here; when none is owed and no
 * event comes after seq(arg), nothing(arg) is called, once. */
struct mcp_creditor *creditor_new(struct rpc *r, const struct uuid *stream,
    const char *topic, int64_t (*seq)(void *arg), void (*nothing)(void *arg),
    void *arg);
void creditor_free(struct mcp_creditor **c);

#endif
