#ifndef PROC_PROGRAM_H
#define PROC_PROGRAM_H

/* What the program calls itself when it was called by this path: pierrectl, or
 * pierre-mcp-server.  Static text. */
const char *program_name(const char *path);

#endif
