/* Newline-delimited JSON-RPC for a client that started us as its child.  A
 * thread reads; each message is served by a fiber of its own, so that one that
 * takes long, or asks the client, does not hold up what cancels or answers
 * it. */

#include "mcp/stdio.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "loop/fiber.h"
#include "mcp/batch.h"
#include "mcp/mcp_impl.h"
#include "app.h"

#define MAX_LINE    (4 * 1024 * 1024)
#define MAX_RUNNING 64
#define READ_BYTES  65536

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
struct call {
	struct list link;
	struct stdio *io;
	struct fiber *fiber;
	struct arena *arena;
	struct str line;
	struct buf out;
	struct rpc rpc;
	bool too_long; /* instead of a line */
};

/* What the client was asked and has not answered. */
struct question {
	struct list link;
	char id[24];
	struct fiber_gate gate;
	struct str answer;
	struct arena *arena;
};

struct listening {
	struct list link;
	struct stdio *io;
	struct mcp_listener *listener;
	struct buf id; /* of the request */
};

/* --- writing ------------------------------------------------------------- */

/* One line; the client reads, or nothing goes on. */
static int
write_line(struct stdio *io, struct str message, struct err *e)
{
	struct buf b = BUF_INIT;
	struct str s;
	int rc = 0;

	buf_addstr(&b, message);
	buf_addc(&b, '\n');
	s = buf_str(&b);
	while (rc == 0 && s.n > 0) {
		ssize_t n = write(io->out_fd, s.p, s.n);

		if (n < 0 && errno != EINTR)
			rc = err_sys(e, ERR_IO, "writing a message");
		else if (n > 0)
			s = str_make(s.p + n, s.n - (size_t)n);
	}
	buf_free(&b);
	if (rc < 0 && io->failed.code == ERR_NONE)
		io->failed = *e;
	return rc;
}

static int
notify(struct rpc *r, struct str message, struct err *e)
{
	struct call *c = r->port_arg;

	if (fiber_is_cancelled(c->fiber))
		return err_set(e, ERR_CANCELED, "the client canceled it");
	return write_line(c->io, message, e);
}

/* --- questions ----------------------------------------------------------- */

static int
send_question(struct stdio *io, struct question *q, const struct mcp_ask *ask,
    struct err *e)
{
	static unsigned numbers;
	struct buf b = BUF_INIT;
	int rc;

	snprintf(q->id, sizeof(q->id), "ask-%u", ++numbers);
	buf_printf(&b,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"method\":\"%s\","
	    "\"params\":%s}",
	    q->id, mcp_ask_method(ask->kind), ask->params);
	rc = write_line(io, buf_str(&b), e);
	buf_free(&b);
	return rc;
}

static int
await_answer(
    struct rpc *r, struct question *q, struct mcp_ask *ask, struct err *e)
{
	int64_t ms = r->app->conf->mcp_answer_timeout_us / 1000;
	const cJSON *message;

	if (fiber_gate_wait(&q->gate, ms, false, e) < 0)
		return -1;
	message = json_parse(r->arena, q->answer, e);
	return message != NULL ? mcp_ask_take(ask, message, e) : -1;
}

static int
ask(struct rpc *r, struct mcp_ask *asks, size_t n, struct err *e)
{
	struct stdio *io = ((struct call *)r->port_arg)->io;
	struct question *list = arena_many(r->arena, n + 1, struct question);
	size_t sent = 0;
	int rc = 0;

	for (; rc == 0 && sent < n; sent++) {
		list[sent] = (struct question){ .arena = r->arena };
		list_add_tail(&io->questions, &list[sent].link);
		rc = send_question(io, &list[sent], &asks[sent], e);
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = await_answer(r, &list[i], &asks[i], e);
	for (size_t i = 0; i < sent; i++)
		list_del(&list[i].link);
	return rc;
}

static const struct mcp_port port_modern = { .notify = notify };
static const struct mcp_port port_legacy = { .notify = notify, .ask = ask };

static void
take_answer(struct stdio *io, const struct rpc *r)
{
	const cJSON *id = json_get(r->message, "id");
	struct list *node, *tmp;

	list_each (node, tmp, &io->questions) {
		struct question *q = list_item(node, struct question, link);

		if (!cJSON_IsString(id) || strcmp(id->valuestring, q->id) != 0)
			continue;
		q->answer = str_make(
		    arena_memdup(q->arena, r->text.p, r->text.n), r->text.n);
		fiber_gate_open(&q->gate);
	}
}

/* --- listening ----------------------------------------------------------- */

static bool
send_change(void *arg, UNUSED struct str event_id, struct str message)
{
	struct listening *l = arg;
	struct err e = ERR_INIT;

	return write_line(l->io, message, &e) == 0;
}

static void
close_listening(void *arg)
{
	struct listening *l = arg;

	list_del(&l->link);
	listener_free(&l->listener);
	buf_free(&l->id);
	free(l);
}

static struct listening *
listening_new(
    struct rpc *r, struct stdio *io, struct mcp_filter *filter, struct str id)
{
	struct listening *l = xcalloc(1, sizeof(*l));
	struct mcp_outlet out = { send_change, close_listening, l };

	l->io = io;
	buf_addstr(&l->id, id);
	l->listener = listener_new(r, id, filter, &out);
	list_add_tail(&io->listeners, &l->link);
	return l;
}

void
stdio_listen(
    struct rpc *r, struct mcp_filter *filter, struct str acknowledgment)
{
	struct stdio *io = ((struct call *)r->port_arg)->io;
	struct listening *l = listening_new(r, io, filter, r->id);
	struct err e = ERR_INIT;

	if (write_line(io, acknowledgment, &e) < 0 ||
	    listener_start(l->listener, STR_NULL, &e) < 0) {
		close_listening(l);
		rpc_error_err(r, &e);
		return;
	}
	r->silent = r->kept = true;
}

/* What a session hears of without asking: from its beginning on. */
static int
watch_lists(struct rpc *r, struct stdio *io, struct err *e)
{
	struct mcp_filter filter;
	struct listening *l;

	if (io->watcher != NULL)
		return 0;
	filter_init(&filter);
	filter.tools = filter.prompts = filter.resources = true;
	l = listening_new(r, io, &filter, STR(""));
	io->watcher = l->listener;
	if (listener_start(l->listener, STR_NULL, e) == 0)
		return 0;
	io->watcher = NULL;
	close_listening(l);
	return -1;
}

int
stdio_watch(struct rpc *r, const char *uri, bool on, struct err *e)
{
	struct stdio *io = ((struct call *)r->port_arg)->io;

	if (watch_lists(r, io, e) < 0)
		return -1;
	listener_watch(io->watcher, uri, on);
	return 0;
}

/* --- serving ------------------------------------------------------------- */

static void
cancel(struct stdio *io, struct str id)
{
	struct list *node, *tmp;

	list_each (node, tmp, &io->calls) {
		struct call *c = list_item(node, struct call, link);

		if (!str_eq(c->rpc.id, id) ||
		    c->rpc.method == METHOD_INITIALIZE)
			continue;
		c->rpc.withdrawn = true;
		fiber_cancel(c->fiber);
	}
	list_each (node, tmp, &io->listeners) {
		struct listening *l = list_item(node, struct listening, link);

		if (str_eq(buf_str(&l->id), id))
			close_listening(l);
	}
}

static void
take_note(struct stdio *io, struct rpc *r, const char *method)
{
	struct str params = json_raw_member(r->text, STR("params"));
	struct err e = ERR_INIT;
	struct str id;

	if (strcmp(method, "notifications/initialized") == 0 &&
	    r->era == ERA_LEGACY && watch_lists(r, io, &e) < 0)
		log_err(LOG_WARN, "mcp", "listening", &e);
	if (strcmp(method, "notifications/cancelled") != 0 || params.n == 0)
		return;
	id = json_raw_member(params, STR("requestId"));
	if (id.n > 0)
		cancel(io, id);
}

static void
take_other(struct rpc *r, enum rpc_kind kind)
{
	struct stdio *io = ((struct call *)r->port_arg)->io;
	const cJSON *method = json_get(r->message, "method");

	if (kind == RPC_ANSWER)
		take_answer(io, r);
	else if (cJSON_IsString(method))
		take_note(io, r, method->valuestring);
}

static void
serve(struct call *c)
{
	struct era_input in = { .has_headers = false };
	struct rpc *r = &c->rpc;
	enum rpc_kind kind;

	if (c->too_long) {
		rpc_error(r, 413, RPC_INVALID_REQUEST,
		    "a message may not be longer than %d bytes", MAX_LINE);
		return;
	}
	kind = rpc_read(r, c->line, &in);
	r->port = &port_modern;
	if (r->era == ERA_LEGACY) {
		r->port = &port_legacy;
		r->session = &c->io->session;
		r->client = r->session->client;
	}
	if (kind == RPC_REQUEST)
		mcp_serve(r);
	else if (kind == RPC_BATCH)
		batch_serve(r, &in, take_other);
	else if (kind != RPC_DONE)
		take_other(r, kind);
}

static void
call_free(struct call *c)
{
	struct stdio *io = c->io;

	list_del(&c->link);
	buf_free(&c->out);
	arena_free(&c->arena);
	free(c);
	io->running--;
	fiber_gate_open(&io->room);
}

static void
run_call(void *arg)
{
	struct call *c = arg;
	struct err e = ERR_INIT;

	c->fiber = fiber_self();
	serve(c);
	mcp_observe_request(&c->rpc);
	if (!c->rpc.silent && !fiber_is_cancelled(c->fiber))
		(void)!write_line(c->io, buf_str(&c->out), &e);
	call_free(c);
}

static void
start_call(struct stdio *io, struct str line, bool too_long)
{
	struct call *c = xcalloc(1, sizeof(*c));

	c->io = io;
	c->arena = arena_new();
	c->too_long = too_long;
	c->line = str_make(arena_memdup(c->arena, line.p, line.n), line.n);
	c->rpc = (struct rpc){
		.app = io->app,
		.mcp = io->app->mcp,
		.who = io->who,
		.arena = c->arena,
		.out = &c->out,
		.port_arg = c,
		.id = STR("null"),
		.method = METHOD_COUNT,
	};
	list_add_tail(&io->calls, &c->link);
	io->running++;
	fiber_spawn(io->app->loop, run_call, c);
}

static int
begin_line(struct stdio *io, struct str line, struct err *e)
{
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (str_trim(line).n == 0)
		return 0;
	while (io->running >= MAX_RUNNING) {
		if (fiber_gate_wait(&io->room, -1, false, e) < 0)
			return -1;
	}
	start_call(io, line, false);
	return 0;
}

/* --- reading ------------------------------------------------------------- */

/* Serve the whole lines of what has been read. */
static int
serve_lines(struct stdio *io, struct err *e)
{
	ptrdiff_t end;

	while ((end = str_find(buf_str(&io->in), '\n')) >= 0) {
		if (!io->skipping &&
		    begin_line(io, str_make(io->in.p, (size_t)end), e) < 0)
			return -1;
		io->skipping = false;
		buf_drop(&io->in, (size_t)end + 1);
	}
	if (io->in.n <= MAX_LINE)
		return 0;
	buf_clear(&io->in);
	if (!io->skipping)
		start_call(io, STR(""), true);
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
	return io->skipping ? 0 : begin_line(io, buf_str(&io->in), e);
}

/* The client has gone: nobody answers what it was asked. */
static void
settle(struct stdio *io)
{
	struct list *node, *tmp;
	struct err e = ERR_INIT;

	list_each (node, tmp, &io->questions)
		fiber_gate_open(&list_item(node, struct question, link)->gate);
	while (io->running > 0) {
		if (fiber_gate_wait(&io->room, -1, true, &e) < 0)
			break;
	}
	list_each (node, tmp, &io->listeners)
		close_listening(list_item(node, struct listening, link));
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
