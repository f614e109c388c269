#ifndef MCP_MCP_TOKEN_H
#define MCP_MCP_TOKEN_H

/* What we hand to clients to get it back: cursors, the state of a request in
 * several rounds, ids of our own requests.  Sealed, so that nobody makes or
 * reads one but us, on any worker and node. */

#include "base/buf.h"
#include "base/err.h"

struct keyring;
struct mcp_tokens;

/* keyring NULL: tokens of this process alone. */
struct mcp_tokens *mcp_tokens_new(struct keyring *k, struct err *e);
void mcp_tokens_free(struct mcp_tokens **t);

/* Append base64url text.  bound: what must be the same when it comes back. */
void mcp_token_seal(
    struct mcp_tokens *t, struct str bound, struct str plain, struct buf *out);
/* Append what was sealed; false when it is none of ours, or of elsewhere. */
NODISCARD bool mcp_token_open(
    struct mcp_tokens *t, struct str bound, struct str token, struct buf *out);

#endif
