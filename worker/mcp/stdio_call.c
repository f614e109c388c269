/* A message on stdio from its line to its answer. */

#include <stdlib.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "mcp/batch.h"
#include "mcp/stdio_impl.h"
#include "app.h"

#define MAX_RUNNING 64

static void
cancel(struct stdio *io, struct str id)
{
	struct list *node, *tmp;

	list_each (node, tmp, &io->calls) {
		struct stdio_call *c = list_item(node, struct stdio_call, link);

		if (!str_eq(c->rpc.id, id) ||
		    c->rpc.method == METHOD_INITIALIZE)
			continue;
		c->rpc.withdrawn = true;
		fiber_cancel(c->fiber);
	}
	stdio_unlisten(io, id);
}

static void
take_note(struct stdio *io, struct rpc *r, const char *method)
{
	struct str params = json_raw_member(r->text, STR("params"));
	struct err e = ERR_INIT;
	struct str id;

	if (strcmp(method, "notifications/initialized") == 0 &&
	    r->era == ERA_LEGACY && stdio_watch_lists(r, io, &e) < 0)
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
	struct stdio *io = ((struct stdio_call *)r->port_arg)->io;
	const cJSON *method = json_get(r->message, "method");

	if (kind == RPC_ANSWER)
		stdio_take_answer(io, r);
	else if (cJSON_IsString(method))
		take_note(io, r, method->valuestring);
}

static void
serve(struct stdio_call *c)
{
	struct era_input in = { .has_headers = false };
	struct rpc *r = &c->rpc;
	enum rpc_kind kind;

	if (c->too_long) {
		rpc_error(r, 413, RPC_INVALID_REQUEST,
		    "a message may not be longer than %d bytes",
		    STDIO_MAX_LINE);
		return;
	}
	kind = rpc_read(r, c->line, &in);
	r->port = &stdio_port_modern;
	if (r->era == ERA_LEGACY) {
		r->port = &stdio_port_legacy;
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
call_free(struct stdio_call *c)
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
	struct stdio_call *c = arg;
	struct err e = ERR_INIT;

	c->fiber = fiber_self();
	serve(c);
	mcp_observe_request(&c->rpc);
	if (!c->rpc.silent && !fiber_is_cancelled(c->fiber))
		(void)!stdio_write(c->io, buf_str(&c->out), &e);
	call_free(c);
}

static void
start_call(struct stdio *io, struct str line, bool too_long)
{
	struct stdio_call *c = xcalloc(1, sizeof(*c));

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

int
stdio_serve(struct stdio *io, struct str line, struct err *e)
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

void
stdio_refuse_line(struct stdio *io)
{
	start_call(io, STR(""), true);
}
