/* Newline-delimited JSON-RPC for a client that started us as its child.  A
 * thread reads; each message is served by a fiber of its own, so that one that
 * takes long, or asks the client, does not hold up what cancels or answers
 * it. */

#include <errno.h>
#include <unistd.h>

#include "mcp/stdio_impl.h"
#include "app.h"

#define READ_BYTES 65536

/* Serve the whole lines of what has been read. */
static int
serve_lines(struct stdio *io, struct err *e)
{
	ptrdiff_t end;

	while ((end = str_find(buf_str(&io->in), '\n')) >= 0) {
		if (!io->skipping &&
		    stdio_serve(io, str_make(io->in.p, (size_t)end), e) < 0)
			return -1;
		io->skipping = false;
		buf_drop(&io->in, (size_t)end + 1);
	}
	if (io->in.n <= STDIO_MAX_LINE)
		return 0;
	buf_clear(&io->in);
	if (!io->skipping)
		stdio_refuse_line(io);
	io->skipping = true;
	return 0;
}

struct reading {
	int fd;
	char *room;
	ssize_t n;
	int error;
};

static void
read_some(void *arg)
{
	struct reading *r = arg;

	do
		r->n = read(r->fd, r->room, READ_BYTES);
	while (r->n < 0 && errno == EINTR);
	r->error = errno;
}

static int
read_and_serve(struct stdio *io, struct err *e)
{
	for (;;) {
		struct reading r = { .fd = io->in_fd };

		r.room = buf_reserve(&io->in, READ_BYTES);
		if (fiber_offload(read_some, &r, e) < 0)
			return -1;
		errno = r.error;
		if (r.n < 0)
			return err_sys(e, ERR_IO, "reading a message");
		if (r.n == 0)
			break;
		io->in.n += (size_t)r.n;
		if (serve_lines(io, e) < 0 || io->failed.code != ERR_NONE)
			return -1;
	}
	return io->skipping ? 0 : stdio_serve(io, buf_str(&io->in), e);
}

/* The client has gone: nobody answers what it was asked. */
static void
settle(struct stdio *io)
{
	struct err e = ERR_INIT;

	stdio_give_up_questions(io);
	while (io->running > 0) {
		if (fiber_gate_wait(&io->room, -1, true, &e) < 0)
			break;
	}
	stdio_unlisten(io, STR_NULL);
}

static void
run(void *arg)
{
	struct stdio *io = arg;
	struct err e = ERR_INIT;

	if (read_and_serve(io, &e) < 0 && io->failed.code == ERR_NONE)
		io->failed = e;
	settle(io);
	loop_stop(io->app->loop);
}

int
mcp_stdio(struct app *app, const struct who *who, int in_fd, int out_fd,
    struct err *e)
{
	struct stdio io = { .app = app,
		.who = who,
		.in_fd = in_fd,
		.out_fd = out_fd,
		.session = { .version = era_negotiate(STR("")),
		    .level = MCP_LEVEL_INFO } };

	list_init(&io.calls);
	list_init(&io.questions);
	list_init(&io.listeners);
	fiber_spawn(app->loop, run, &io);
	loop_run(app->loop);
	buf_free(&io.in);
	if (io.failed.code == ERR_NONE)
		return 0;
	*e = io.failed;
	return -1;
}
