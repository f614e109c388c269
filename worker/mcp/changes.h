#ifndef MCP_CHANGES_H
#define MCP_CHANGES_H

/* What is new for clients that listen: lists that changed, resources that were
 * updated, tasks that moved.  Published to a stream of the store, whoever
 * notices it, and passed on by the listeners of all workers. */

#include "store/owner.h"

/* Add a notification to the person's stream: inside the transaction that makes
 * it true, as its last statement.  params: a JSON object as text, or NULL. */
NODISCARD int changes_publish(struct db *db, struct arena *a,
    const struct owner *o, const char *method, const char *params,
    struct err *e);

#endif
