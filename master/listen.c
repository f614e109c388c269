#include "listen.h"

#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

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
open_all(const struct addrinfo *ai, const char *name, int *fds, unsigned n,
    struct err *e)
{
	if (probe_free(ai, name, e) < 0)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		fds[i] = open_one(ai, name, e);
		if (fds[i] < 0) {
			while (i > 0)
				close(fds[--i]);
			return -1;
		}
	}
	return 0;
}

int
listen_open(const struct conf *c, int *fds, unsigned n, struct err *e)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV |
					      AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
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
	r = open_all(ai, name, fds, n, e);
	freeaddrinfo(ai);
	return r;
}

void
listen_shut(const int *fds, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		shutdown(fds[i], SHUT_RD);
}
