#include "listen.h"

#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "config/conf.h"

#define BACKLOG 4096

static int
open_one(const struct addrinfo *ai, const char *name, struct err *e)
{
	int one = 1;
	int fd = socket(ai->ai_family,
	    ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);

	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "socket for %s", name);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0 ||
	    bind(fd, ai->ai_addr, ai->ai_addrlen) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		err_sys(e, ERR_CONFIG, "cannot listen on %s", name);
		close(fd);
		return -1;
	}
	return fd;
}

/* SO_REUSEPORT lets a second server of the same user in unseen; a first socket
 * without it finds that out. */
static int
probe_free(const struct addrinfo *ai, const char *name, struct err *e)
{
	int one = 1;
	int fd = socket(
	    ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC, ai->ai_protocol);
	int r = 0;

	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "socket for %s", name);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) < 0)
		r = err_sys(e, ERR_CONFIG, "cannot listen on %s", name);
	close(fd);
	return r;
}

static int
open_all(const struct addrinfo *ai, const char *name, struct sockets *s,
    unsigned n, struct err *e)
{
	if (probe_free(ai, name, e) < 0)
		return -1;
	for (s->n = 0; s->n < n; s->n++) {
		s->fd[s->n] = open_one(ai, name, e);
		if (s->fd[s->n] < 0)
			return -1;
	}
	return 0;
}

static int
open_configured(
    const struct conf *c, struct sockets *s, unsigned n, struct err *e)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *ai;
	struct str host;
	char node[64], service[8], name[80];
	int port, r;

	conf_listen_address(c, &host, &port);
	snprintf(node, sizeof(node), "%.*s", STR_ARG(host));
	snprintf(service, sizeof(service), "%d", port);
	snprintf(name, sizeof(name), "%s port %d", node, port);
	if (getaddrinfo(node, service, &hints, &ai) != 0)
		return err_set(e, ERR_CONFIG,
		    "server.listen: \"%s\" is not an address", node);
	r = open_all(ai, name, s, n, e);
	freeaddrinfo(ai);
	return r;
}

/* The address in one form, to compare by. */
static void
write_address(const struct conf *c, char *out, size_t size)
{
	struct str host;
	int port;

	conf_listen_address(c, &host, &port);
	snprintf(out, size, "%.*s %d", STR_ARG(host), port);
}

/* --- sockets that were passed -------------------------------------------- */

#define SYSTEMD_ADDRESS	 "systemd"
#define SYSTEMD_FIRST_FD 3

/* How many sockets systemd has passed to this process; 0 for none. */
static unsigned
count_passed(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *fds = getenv("LISTEN_FDS");
	int64_t for_pid, n;

	if (pid == NULL || fds == NULL || !str_to_i64(str_of(pid), &for_pid) ||
	    for_pid != getpid() || !str_to_i64(str_of(fds), &n) || n < 1)
		return 0;
	return (unsigned)MIN(n, SOCKETS_MAX);
}

static int
take_passed(struct sockets *s, unsigned n, struct err *e)
{
	for (unsigned i = 0; i < n; i++) {
		int fd = SYSTEMD_FIRST_FD + (int)i;
		int listens = 0;
		socklen_t size = sizeof(listens);

		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) <
			0 ||
		    !listens)
			return err_set(e, ERR_CONFIG,
			    "descriptor %d, which LISTEN_FDS announced, is no "
			    "listening socket",
			    fd);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		s->fd[s->n++] = fd;
	}
	return 0;
}

/* --- the interface -------------------------------------------------------- */

struct sockets *
sockets_open(const struct conf *c, unsigned n, struct err *e)
{
	struct sockets *s = xcalloc(1, sizeof(*s));
	unsigned passed = count_passed();
	int r;

	if (passed > 0) {
		snprintf(s->address, sizeof(s->address), SYSTEMD_ADDRESS);
		r = take_passed(s, passed, e);
	} else {
		write_address(c, s->address, sizeof(s->address));
		r = open_configured(c, s, MIN(n, SOCKETS_MAX), e);
	}
	if (r < 0)
		sockets_close(&s);
	return s;
}

struct sockets *
sockets_adopt(const char *address, const int *fds, unsigned n)
{
	struct sockets *s = xcalloc(1, sizeof(*s));

	snprintf(s->address, sizeof(s->address), "%s", address);
	s->n = MIN(n, SOCKETS_MAX);
	for (unsigned i = 0; i < s->n; i++) {
		s->fd[i] = fds[i];
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
	}
	return s;
}

void
sockets_shut(const struct sockets *s)
{
	/* The service manager's go on collecting for our successor. */
	if (strcmp(s->address, SYSTEMD_ADDRESS) == 0)
		return;
	for (unsigned i = 0; i < s->n; i++)
		shutdown(s->fd[i], SHUT_RD);
}

void
sockets_close(struct sockets **s)
{
	if (*s == NULL)
		return;
	for (unsigned i = 0; i < (*s)->n; i++)
		close((*s)->fd[i]);
	free(*s);
	*s = NULL;
}

bool
sockets_fit(const struct sockets *s, const struct conf *c)
{
	char wanted[sizeof(s->address)];

	write_address(c, wanted, sizeof(wanted));
	return strcmp(s->address, wanted) == 0 ||
	       strcmp(s->address, SYSTEMD_ADDRESS) == 0;
}

unsigned
sockets_share(
    const struct sockets *s, unsigned i, unsigned n, int out[SOCKETS_MAX])
{
	unsigned count = 0;

	if (n >= s->n) {
		out[count++] = s->fd[i % s->n];
		return count;
	}
	for (unsigned k = i; k < s->n; k += n)
		out[count++] = s->fd[k];
	return count;
}
