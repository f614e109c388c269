/* What a request on stdio writes beside its answer, and what it asks. */

#include <errno.h>
#include <unistd.h>

#include "config/conf.h"
#include "mcp/stdio_impl.h"
#include "app.h"

/* What the client was asked and has not answered. */
struct question {
	struct list link;
	char id[24];
	struct fiber_gate gate;
	struct str answer;
	struct arena *arena;
};

int
stdio_write(struct stdio *io, struct str message, struct err *e)
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
	struct stdio_call *c = r->port_arg;

	if (fiber_is_cancelled(c->fiber))
		return err_set(e, ERR_CANCELED, "the client canceled it");
	return stdio_write(c->io, message, e);
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
	    RPC_OPENING "\"%s\",\"method\":\"%s\","
			"\"params\":%s}",
	    q->id, mcp_ask_method(ask->kind), ask->params);
	rc = stdio_write(io, buf_str(&b), e);
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
	struct stdio *io = ((struct stdio_call *)r->port_arg)->io;
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

const struct mcp_port stdio_port_modern = { .notify = notify };
const struct mcp_port stdio_port_legacy = { .notify = notify, .ask = ask };

void
stdio_take_answer(struct stdio *io, const struct rpc *r)
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

void
stdio_give_up_questions(struct stdio *io)
{
	struct list *node, *tmp;

	list_each (node, tmp, &io->questions)
		fiber_gate_open(&list_item(node, struct question, link)->gate);
}
