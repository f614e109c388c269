#ifndef MCP_IMPORT_TASKS_H
#define MCP_IMPORT_TASKS_H

/* The jobs that import files, as the tool import_file begins them and shows
 * them.  Such a job is a task of the protocol by itself: its row has the tool
 * in its input, and its items say what came of each file. */

#include "base/jsonw.h"
#include "store/jobs.h"

struct app;

/* Whether a job is one that a tool has begun. */
bool import_is_task(const struct job *j);
/* Write what came of it, one object, and say it in words.  Reads the items;
 * *failed_r: nothing of it could be stored. */
NODISCARD int import_show(struct jsonw *w, struct buf *text, struct db *db,
    struct arena *a, const struct job *j, bool *failed_r, struct err *e);
/* The same as a tool's whole result, of the modern era. */
NODISCARD int import_write_result(struct jsonw *w, struct db *db,
    struct arena *a, const struct job *j, struct err *e);

/* --- of the room of jobs, which this one does not know (task_job.c) ------- */

/* Queue the import of a file for j->owner; the rest of j but its input is
 * filled in.  Waits for the disk. */
NODISCARD int mcp_import_queue(const struct app *app, struct arena *a,
    struct job *j, struct str name, struct str bytes, struct err *e);
/* Remove the file of one that has ended before its turn.  Waits for the disk.
 */
NODISCARD int mcp_import_forget(
    const struct app *app, const struct job *j, struct err *e);
/* Tell all who listen, as mcp_task_tell() does the clients. */
NODISCARD int mcp_import_tell(const struct app *app, struct db *tx,
    struct arena *a, const struct job *j, struct err *e);

#endif
