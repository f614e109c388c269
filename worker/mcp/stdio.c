/* Newline-delimited JSON-RPC for a client that started us as its child. */

#include <errno.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "mcp/mcp_impl.h"
#include "app.h"

#define MAX_LINE (4 * 1024 * 1024)

struct session {
	struct app *app;
	const struct who *who;
	struct arena *arena;
	struct buf in;
	struct buf out;
	int out_fd;
	bool skipping; /* the rest of a line that was too long */
};

static int
write_all(int fd, struct str s, struct err *e)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, ERR_IO, "writing an answer");
		s = str_make(s.p + n, s.n - (size_t)n);
	}
	return 0;
}

static struct rpc
rpc_of(struct session *s)
{
	return (struct rpc){
		.app = s->app,
		.mcp = s->app->mcp,
		.who = s->who,
		.arena = s->arena,
		.out = &s->out,
		.id = STR("null"),
		.method = METHOD_COUNT,
	};
}

static int
answer(struct session *s, struct rpc *r, struct err *e)
{
	int rc = 0;

	mcp_observe_request(r);
	if (!r->silent) {
		buf_addc(r->out, '\n');
		rc = write_all(s->out_fd, buf_str(r->out), e);
	}
	buf_clear(r->out);
	arena_reset(s->arena);
	return rc;
}

static int
serve_line(struct session *s, struct str line, struct err *e)
{
	struct rpc r = rpc_of(s);
	struct era_input in = { .has_headers = false };

	if (str_trim(line).n == 0)
		return 0;
	if (rpc_read(&r, line, &in))
		mcp_serve(&r);
	return answer(s, &r, e);
}

static int
refuse_long_line(struct session *s, struct err *e)
{
	struct rpc r = rpc_of(s);

	rpc_error(&r, 413, RPC_INVALID_REQUEST,
	    "a message may not be longer than %d bytes", MAX_LINE);
	return answer(s, &r, e);
}

/* Serve the whole lines of what has been read. */
static int
serve_lines(struct session *s, struct err *e)
{
	ptrdiff_t end;
	struct str line;

	while ((end = str_find(buf_str(&s->in), '\n')) >= 0) {
		line = str_make(s->in.p, (size_t)end);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (!s->skipping && serve_line(s, line, e) < 0)
			return -1;
		s->skipping = false;
		buf_drop(&s->in, (size_t)end + 1);
	}
	if (s->in.n <= MAX_LINE)
		return 0;
	buf_clear(&s->in);
	if (s->skipping)
		return 0;
	s->skipping = true;
	return refuse_long_line(s, e);
}

static int
read_and_serve(struct session *s, int in_fd, struct err *e)
{
	char *room;
	ssize_t n;

	for (;;) {
		room = buf_reserve(&s->in, 65536);
		n = read(in_fd, room, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, ERR_IO, "reading a message");
		if (n == 0)
			break;
		s->in.n += (size_t)n;
		if (serve_lines(s, e) < 0)
			return -1;
	}
	return s->skipping ? 0 : serve_line(s, buf_str(&s->in), e);
}

int
mcp_stdio(struct app *app, const struct who *who, int in_fd, int out_fd,
    struct err *e)
{
	struct session s = {
		.app = app, .who = who, .arena = arena_new(), .out_fd = out_fd
	};
	int rc = read_and_serve(&s, in_fd, e);

	buf_free(&s.in);
	buf_free(&s.out);
	arena_free(&s.arena);
	return rc;
}
