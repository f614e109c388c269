#ifndef MCP_STDIO_IMPL_H
#define MCP_STDIO_IMPL_H

/* What the files of stdio share. */

#include "base/list.h"
#include "loop/fiber.h"
#include "mcp/mcp_impl.h"
#include "mcp/stdio.h"

#define STDIO_MAX_LINE (4 * 1024 * 1024)

struct stdio {
	struct app *app;
	const struct who *who;
	struct mcp_session session;   /* of the legacy era */
	struct mcp_listener *watcher; /* what the session watches */
	struct list calls;
	struct list questions;
	struct list listeners;
	unsigned running;
	struct fiber_gate room; /* fewer run than may */
	struct buf in;
	int in_fd;
	int out_fd;
	bool skipping; /* the rest of a line that was too long */
	struct err failed;
};

/* A message under way. */
struct stdio_call {
	struct list link;
	struct stdio *io;
	struct fiber *fiber;
	struct arena *arena;
	struct str line;
	struct buf out;
	struct rpc rpc;
	bool too_long; /* instead of a line */
};

/* --- stdio_port.c: what is written --------------------------------------- */

extern const struct mcp_port stdio_port_modern;
extern const struct mcp_port stdio_port_legacy;

/* One line; the client reads, or nothing goes on. */
NODISCARD int stdio_write(struct stdio *io, struct str message, struct err *e);
/* The client's answer to a question. */
void stdio_take_answer(struct stdio *io, const struct rpc *r);
/* Nobody answers what is open. */
void stdio_give_up_questions(struct stdio *io);

/* --- stdio_listen.c ------------------------------------------------------ */

/* What a session hears of without asking: from its beginning on. */
NODISCARD int stdio_watch_lists(struct rpc *r, struct stdio *io, struct err *e);
/* End the listeners of this request (raw JSON), or all (STR_NULL). */
void stdio_unlisten(struct stdio *io, struct str id);

/* --- stdio_call.c -------------------------------------------------------- */

/* Serve a message in a fiber of its own; waits when too many are under way. */
NODISCARD int stdio_serve(struct stdio *io, struct str line, struct err *e);
/* Refuse one that is longer than STDIO_MAX_LINE. */
void stdio_refuse_line(struct stdio *io);

#endif
