#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "master.h"
#include "status.h"

#define MAX_VERB 32

struct client {
	int fd; /* -1: free */
	size_t n;
	char verb[MAX_VERB];
	enum control_topic topic; /* waited for */
	unsigned due; /* answered when so many have ended; 0: not waiting */
	bool holding; /* kept open until the master ends */
};

struct control {
	int fd;
	struct sockaddr_un addr;
	unsigned done[CONTROL_TOPICS];
	struct client clients[CONTROL_MAX_CLIENTS];
};

static int
socket_address(const struct conf *c, struct sockaddr_un *addr, struct err *e)
{
	struct arena *a = arena_new();
	char *path = conf_data_path(a, c, "pierre.sock");
	int r = 0;

	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(addr->sun_path))
		r = err_set(e, ERR_CONFIG,
		    "server.data_dir: %s is longer than "
		    "the %zu bytes a socket's path may have",
		    path, sizeof(addr->sun_path) - 1);
	else
		memcpy(addr->sun_path, path, strlen(path));
	arena_free(&a);
	return r;
}

/* --- the server's side --------------------------------------------------- */

/* A control without a socket; NULL when its path cannot be. */
static struct control *
new_control(const struct conf *c, struct err *e)
{
	struct control *ctl = xcalloc(1, sizeof(*ctl));

	ctl->fd = -1;
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++)
		ctl->clients[i].fd = -1;
	if (socket_address(c, &ctl->addr, e) < 0) {
		free(ctl);
		return NULL;
	}
	return ctl;
}

static int
bind_socket(struct control *ctl, struct err *e)
{
	ctl->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The lock on the pid file says that a socket found here is stale. */
	unlink(ctl->addr.sun_path);
	if (ctl->fd < 0 ||
	    bind(ctl->fd, (struct sockaddr *)&ctl->addr, sizeof(ctl->addr)) <
		0 ||
	    listen(ctl->fd, CONTROL_MAX_CLIENTS) < 0)
		return err_sys(
		    e, ERR_CONFIG, "control socket %s", ctl->addr.sun_path);
	return 0;
}

struct control *
control_new(const struct conf *c, struct err *e)
{
	struct control *ctl = new_control(c, e);
	mode_t mask;
	int r;

	if (ctl == NULL)
		return NULL;
	mask = umask(0177);
	r = bind_socket(ctl, e);
	umask(mask);
	if (r < 0)
		control_free(&ctl);
	return ctl;
}

struct control *
control_adopt(const struct conf *c, int fd, struct err *e)
{
	struct control *ctl = new_control(c, e);

	if (ctl != NULL)
		ctl->fd = fd;
	return ctl;
}

int
control_fd(const struct control *ctl)
{
	return ctl->fd;
}

void
control_close_listener(struct control *ctl)
{
	close(ctl->fd);
	ctl->fd = -1;
}

void
control_unlink(const struct control *ctl)
{
	unlink(ctl->addr.sun_path);
}

void
control_free(struct control **ctl)
{
	if (*ctl == NULL)
		return;
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		if ((*ctl)->clients[i].fd >= 0)
			close((*ctl)->clients[i].fd);
	}
	if ((*ctl)->fd >= 0)
		close((*ctl)->fd);
	free(*ctl);
	*ctl = NULL;
}

size_t
control_poll(const struct control *ctl, struct pollfd *fds)
{
	size_t n = 0;

	if (ctl->fd >= 0)
		fds[n++] = (struct pollfd){ .fd = ctl->fd, .events = POLLIN };
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		if (ctl->clients[i].fd >= 0)
			fds[n++] = (struct pollfd){ .fd = ctl->clients[i].fd,
				.events = POLLIN };
	}
	return n;
}

static void
drop_client(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

static void
answer(struct client *c, struct str text)
{
	/* Answers are smaller than a socket buffer; who does not take one
	 * whole loses it. */
	if (send(c->fd, text.p, text.n, MSG_NOSIGNAL) != (ssize_t)text.n)
		return;
}

static void
accept_clients(struct control *ctl)
{
	static const int answer_bytes = 1 << 20;

	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		struct client *c = &ctl->clients[i];

		if (c->fd >= 0)
			continue;
		c->fd =
		    accept4(ctl->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (c->fd < 0)
			return;
		setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &answer_bytes,
		    sizeof(answer_bytes));
		c->n = 0;
		c->due = 0;
		c->holding = false;
	}
}

static void
wait_for(struct control *ctl, struct client *c, enum control_topic topic,
    bool under_way)
{
	c->topic = topic;
	c->due = ctl->done[topic] + 1 + under_way;
}

static void
do_verb(
    struct control *ctl, struct client *c, struct master *m, struct str verb)
{
	if (str_is(verb, "reload")) {
		/* What is under way may have read the file already. */
		wait_for(ctl, c, CONTROL_RELOAD, m->state == MASTER_RELOADING);
		master_want_reload(m);
	} else if (str_is(verb, "upgrade")) {
		wait_for(ctl, c, CONTROL_UPGRADE, m->state == MASTER_UPGRADING);
		master_want_upgrade(m);
	} else if (str_is(verb, "reopen")) {
		master_reopen_logs(m);
		answer(c, STR("ok\n"));
		drop_client(c);
	} else if (str_is(verb, "quit") || str_is(verb, "stop")) {
		c->holding = true;
		answer(c, STR("ok\n"));
		master_stop(m, str_is(verb, "stop"));
	} else if (str_is(verb, "status") || str_is(verb, "status-json")) {
		struct buf text = BUF_INIT;

		buf_adds(&text, "ok\n");
		status_write(m, str_is(verb, "status-json"), &text);
		answer(c, buf_str(&text));
		buf_free(&text);
		drop_client(c);
	} else {
		answer(c, STR("error unknown verb\n"));
		drop_client(c);
	}
}

static void
serve_client(struct control *ctl, struct client *c, struct master *m)
{
	char rest[16];
	bool waiting = c->due > 0 || c->holding;
	char *to = waiting ? rest : c->verb + c->n;
	size_t room = waiting ? sizeof(rest) : MAX_VERB - c->n;
	ssize_t n = room > 0 ? recv(c->fd, to, room, 0) : 0;
	const char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop_client(c);
		return;
	}
	if (waiting)
		return;
	c->n += (size_t)n;
	end = memchr(c->verb, '\n', c->n);
	if (end != NULL)
		do_verb(ctl, c, m, str_make(c->verb, (size_t)(end - c->verb)));
}

void
control_serve(struct control *ctl, struct master *m)
{
	accept_clients(ctl);
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		if (ctl->clients[i].fd >= 0)
			serve_client(ctl, &ctl->clients[i], m);
	}
}

void
control_done(struct control *ctl, enum control_topic topic, bool good,
    const char *message)
{
	struct buf text = BUF_INIT;

	ctl->done[topic]++;
	buf_printf(&text, "%s\n%s", good ? "ok" : "error", message);
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		struct client *c = &ctl->clients[i];

		if (c->fd < 0 || c->due == 0 || c->topic != topic ||
		    c->due > ctl->done[topic])
			continue;
		answer(c, buf_str(&text));
		drop_client(c);
	}
	buf_free(&text);
}

/* --- the client's side --------------------------------------------------- */

static int
connect_running(const struct conf *c)
{
	struct sockaddr_un addr;
	struct err e = ERR_INIT;
	int fd;

	if (socket_address(c, &addr, &e) < 0) {
		fprintf(stderr, "pierre-mcp-server: %s\n", e.msg);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		fprintf(stderr,
		    "pierre-mcp-server: no server answers at %s: %s\n",
		    addr.sun_path, strerror(errno));
	return fd;
}

static void
read_answer(int fd, struct buf *text)
{
	ssize_t n;

	do {
		n = recv(fd, buf_reserve(text, 4096), 4096, 0);
		if (n > 0)
			text->n += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
}

int
control_send(const struct conf *c, const char *verb)
{
	struct buf text = BUF_INIT;
	int fd = connect_running(c);
	struct str first, rest;
	bool good;

	if (fd < 0)
		return 1;
	buf_printf(&text, "%s\n", verb);
	if (send(fd, text.p, text.n, MSG_NOSIGNAL) != (ssize_t)text.n)
		perror("pierre-mcp-server");
	buf_clear(&text);
	read_answer(fd, &text);
	close(fd);
	first = str_cut(buf_str(&text), '\n', &rest);
	good = str_is(first, "ok");
	fprintf(good ? stdout : stderr, "%.*s", STR_ARG(rest));
	if (text.n == 0)
		fputs("pierre-mcp-server: the server gave no answer\n", stderr);
	buf_free(&text);
	return good ? 0 : 1;
}
