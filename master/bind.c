#include "bind.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "config/conf.h"
#include "ownership.h"

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
open_all(const struct addrinfo *ai, const char *name, unsigned n, int *out,
    struct err *e)
{
	unsigned opened = 0;

	if (probe_free(ai, name, e) < 0)
		return -1;
	while (opened < n) {
		out[opened] = open_one(ai, name, e);
		if (out[opened] < 0)
			break;
		opened++;
	}
	if (opened == n)
		return (int)n;
	while (opened > 0)
		close(out[--opened]);
	return -1;
}

static int
open_address(const struct conf_listener *l, unsigned n, int *out, struct err *e)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *ai;
	char node[CONF_LISTEN_NAME], service[8];
	int r;

	snprintf(node, sizeof(node), "%.*s", STR_ARG(l->host));
	snprintf(service, sizeof(service), "%d", l->port);
	if (getaddrinfo(node, service, &hints, &ai) != 0)
		return err_set(e, ERR_CONFIG,
		    "server.listen: \"%s\" is not an address", node);
	r = open_all(ai, l->name, n, out, e);
	freeaddrinfo(ai);
	return r;
}

/* Make way for a socket: what a server left that is no more may go. */
static int
clear_path(const struct sockaddr_un *addr, struct err *e)
{
	const char *path = addr->sun_path;
	struct stat st;
	int fd, r;

	if (lstat(path, &st) < 0)
		return 0; /* bind() says what is wrong with the rest of it */
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, ERR_CONFIG,
		    "cannot listen on unix:%s: a file that is no socket stands "
		    "there",
		    path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "socket for unix:%s", path);
	r = connect(fd, (const void *)addr, sizeof(*addr));
	if (r < 0 && errno == ECONNREFUSED)
		r = unlink(path) == 0
			? 0
			: err_sys(e, ERR_CONFIG, "stale socket %s", path);
	else
		r = err_set(e, ERR_CONFIG,
		    "cannot listen on unix:%s: another server does", path);
	close(fd);
	return r;
}

static mode_t
socket_mode(const struct conf *c)
{
	return strcmp(c->socket_mode, "0600") == 0   ? 0600
	       : strcmp(c->socket_mode, "0666") == 0 ? 0666
						     : 0660;
}

static int
bind_path(int fd, const struct sockaddr_un *addr, mode_t mode, struct err *e)
{
	mode_t mask;
	int r;

	if (clear_path(addr, e) < 0)
		return -1;
	mask = umask(0777 & ~mode);
	r = bind(fd, (const void *)addr, sizeof(*addr));
	umask(mask);
	if (r < 0 || listen(fd, BACKLOG) < 0)
		return err_sys(
		    e, ERR_CONFIG, "cannot listen on unix:%s", addr->sun_path);
	return 0;
}

/* A descriptor, or -1. */
static int
open_path(const char *path, mode_t mode, struct err *e)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return err_set(e, ERR_CONFIG,
		    "%s is longer than the %zu bytes a socket's path may have",
		    path, sizeof(addr.sun_path) - 1);
	memcpy(addr.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "socket for unix:%s", path);
	if (bind_path(fd, &addr, mode, e) == 0)
		return fd;
	close(fd);
	return -1;
}

int
bind_admin(const char *path, struct err *e)
{
	return open_path(path, 0600, e);
}

static int
open_configured(const struct conf *c, const char *path, int *out, struct err *e)
{
	*out = open_path(path, socket_mode(c), e);
	if (*out < 0)
		return -1;
	if (ownership_take_socket(c, path, e) == 0)
		return 1;
	close(*out);
	return -1;
}

int
bind_open(const struct conf *c, const struct conf_listener *l, unsigned n,
    int *out, struct err *e)
{
	return l->path != NULL ? open_configured(c, l->path, out, e)
			       : open_address(l, n, out, e);
}
