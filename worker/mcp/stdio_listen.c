/* Listeners on stdio: of subscriptions/listen, and of the one session. */

#include <stdlib.h>

#include "base/xalloc.h"
#include "mcp/stdio_impl.h"

struct listening {
	struct list link;
	struct stdio *io;
	struct mcp_listener *listener;
	struct buf id; /* of the request */
};

static bool
send_change(void *arg, UNUSED struct str event_id, struct str message)
{
	struct listening *l = arg;
	struct err e = ERR_INIT;

	return stdio_write(l->io, message, &e) == 0;
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
	struct stdio *io = ((struct stdio_call *)r->port_arg)->io;
	struct listening *l = listening_new(r, io, filter, r->id);
	struct err e = ERR_INIT;

	if (stdio_write(io, acknowledgment, &e) < 0 ||
	    listener_start(l->listener, STR_NULL, &e) < 0) {
		close_listening(l);
		rpc_error_err(r, &e);
		return;
	}
	r->silent = r->kept = true;
}

int
stdio_watch_lists(struct rpc *r, struct stdio *io, struct err *e)
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
	struct stdio *io = ((struct stdio_call *)r->port_arg)->io;

	if (stdio_watch_lists(r, io, e) < 0)
		return -1;
	listener_watch(io->watcher, uri, on);
	return 0;
}

void
stdio_unlisten(struct stdio *io, struct str id)
{
	struct list *node, *tmp;

	list_each (node, tmp, &io->listeners) {
		struct listening *l = list_item(node, struct listening, link);

		if (id.p == NULL || str_eq(buf_str(&l->id), id))
			close_listening(l);
	}
}
