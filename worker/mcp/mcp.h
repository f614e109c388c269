#ifndef MCP_MCP_H
#define MCP_MCP_H

/* The Model Context Protocol endpoint: one JSON-RPC message a POST, or one a
 * line on stdio.  Serves revision 2026-07-28, whose requests are complete in
 * themselves, and the revisions before it, which begin a session with
 * `initialize`. */

#include <stdio.h>

#include "base/err.h"

struct app;
struct http_req;
struct mcp;
struct who;

/* Answers that are the same for everybody, prepared once a process. */
struct mcp *mcp_new(const struct app *app, struct err *e);
void mcp_free(struct mcp **m);

/* POST /mcp; the guard has found who asks. */
void mcp_http(struct http_req *req);
/* GET /mcp: a session's own stream, or an answer's that was lost. */
void mcp_http_get(struct http_req *req);
/* DELETE /mcp: the end of a session. */
void mcp_http_delete(struct http_req *req);

/* Serve newline-delimited JSON-RPC until in_fd ends.  Runs app->loop; 0 at the
 * end of the input, -1 when reading or writing failed. */
NODISCARD int mcp_stdio(struct app *app, const struct who *who, int in_fd,
    int out_fd, struct err *e);

/* The mdoc rows of a manual table: "tools", "resources", "prompts".  false:
 * no such table. */
NODISCARD bool mcp_print_mdoc(FILE *out, const char *table);

#endif
