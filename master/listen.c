#include "listen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "bind.h"

static const struct place *
find(const struct sockets *s, const char *name)
{
	for (unsigned i = 0; s != NULL && i < s->n; i++)
		if (strcmp(s->place[i].name, name) == 0)
			return &s->place[i];
	return NULL;
}

/* --- sockets of systemd --------------------------------------------------- */

#define SYSTEMD_NAME	 "systemd"
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
	return (unsigned)n;
}

static int
check_passed(int fd, struct err *e)
{
	int listens = 0;
	socklen_t size = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
	    listens)
		return 0;
	return err_set(e, ERR_CONFIG,
	    "descriptor %d, which LISTEN_FDS announced, is no listening socket",
	    fd);
}

/* FileDescriptorName= says which of them speak TLS and want PROXY. */
static int
take_passed(struct sockets *s, unsigned n, struct err *e)
{
	const char *names = getenv("LISTEN_FDNAMES");
	struct str rest = str_of(names != NULL ? names : "");

	if (n > CONF_LISTEN_MAX)
		return err_set(e, ERR_CONFIG,
		    "LISTEN_FDS announced %u sockets, at most %d are taken", n,
		    CONF_LISTEN_MAX);
	for (; s->n < n; s->n++) {
		struct place *p = &s->place[s->n];
		int fd = SYSTEMD_FIRST_FD + (int)s->n;
		struct str name =
		    rest.p == NULL ? rest : str_cut(rest, ':', &rest);

		if (check_passed(fd, e) < 0)
			return -1;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		snprintf(p->name, sizeof(p->name), SYSTEMD_NAME "%d", fd);
		p->tls = str_is(name, "tls") || str_is(name, "tls-proxy");
		p->proxy = str_is(name, "proxy") || str_is(name, "tls-proxy");
		p->fd[p->n++] = fd;
	}
	return 0;
}

static bool
is_passed(const struct place *p)
{
	return str_starts(str_of(p->name), STR(SYSTEMD_NAME));
}

/* --- opening ---------------------------------------------------------------
 */

/* The same sockets under other numbers. */
static int
take_over(struct place *p, const struct place *old, struct err *e)
{
	for (unsigned k = 0; k < old->n; k++) {
		if (old->fd[k] < 0)
			continue;
		p->fd[p->n] = fcntl(old->fd[k], F_DUPFD_CLOEXEC, 3);
		if (p->fd[p->n] < 0)
			return err_sys(e, ERR_IO, "sockets of %s", old->name);
		p->n++;
	}
	return 0;
}

static int
open_place(struct place *p, const struct conf *c, size_t i, unsigned n,
    const struct sockets *old, struct err *e)
{
	struct conf_listener l;
	const struct place *same;
	int r;

	if (conf_listener(c, i, &l, e) < 0)
		return -1;
	memcpy(p->name, l.name, sizeof(p->name));
	p->tls = l.tls;
	p->proxy = l.proxy;
	same = find(old, p->name);
	if (same != NULL)
		return take_over(p, same, e);
	r = bind_open(c, &l, n, p->fd, e);
	p->n = r > 0 ? (unsigned)r : 0;
	return r > 0 ? 0 : -1;
}

static int
open_configured(struct sockets *s, const struct conf *c, unsigned n,
    const struct sockets *old, struct err *e)
{
	for (size_t i = 0; i < c->listen.n; i++) {
		s->n++;
		if (open_place(&s->place[i], c, i, n, old, e) < 0)
			return -1;
	}
	return 0;
}

/* Whoever may read the data directory administers; it asks for no token. */
static int
open_admin(struct sockets *s, const struct conf *c, const struct sockets *old,
    struct err *e)
{
	struct place *p = &s->place[s->n];
	const struct place *same;
	int n = snprintf(
	    p->name, sizeof(p->name), "unix:%s/admin.sock", c->data_dir);

	if (n >= (int)sizeof(p->name))
		return err_set(e, ERR_CONFIG,
		    "server.data_dir: %s is too long for a socket's path",
		    c->data_dir);
	same = find(old, p->name);
	p->admin = true;
	s->n++;
	if (same != NULL)
		return take_over(p, same, e);
	p->fd[0] = bind_admin(p->name + strlen("unix:"), e);
	p->n = p->fd[0] >= 0;
	return p->n > 0 ? 0 : -1;
}

static int
take_all(struct sockets *s, const struct sockets *old, struct err *e)
{
	for (unsigned i = 0; i < old->n; i++) {
		struct place *p = &s->place[s->n];

		if (old->place[i].admin)
			continue;
		s->n++;
		*p = old->place[i];
		p->n = 0;
		if (take_over(p, &old->place[i], e) < 0)
			return -1;
	}
	return 0;
}

struct sockets *
sockets_open(
    const struct conf *c, unsigned n, const struct sockets *old, struct err *e)
{
	struct sockets *s = xcalloc(1, sizeof(*s));
	unsigned passed = old == NULL ? count_passed() : 0;
	int r;

	if (passed > 0)
		r = take_passed(s, passed, e);
	else if (old != NULL && is_passed(&old->place[0]))
		r = take_all(s, old, e);
	else
		r = open_configured(s, c, MIN(n, SOCKETS_MAX), old, e);
	if (r < 0 || open_admin(s, c, old, e) < 0)
		sockets_retire(&s, old);
	return s;
}

/* --- passing on ------------------------------------------------------------
 */

static char
kind_of(const struct place *p)
{
	return (char)('0' + p->tls + 2 * p->proxy + 4 * p->admin);
}

void
sockets_pass_on(const struct sockets *s, struct buf *fds, struct buf *names)
{
	for (unsigned i = 0; i < s->n; i++) {
		const struct place *p = &s->place[i];

		const char *before = i > 0 ? ";" : "";

		for (unsigned k = 0; k < p->n; k++) {
			if (p->fd[k] < 0)
				continue;
			fcntl(p->fd[k], F_SETFD, 0);
			buf_printf(fds, "%s%d", before, p->fd[k]);
			before = ",";
		}
		buf_printf(
		    names, "%s%c%s", i > 0 ? "," : "", kind_of(p), p->name);
	}
}

static bool
adopt_place(struct place *p, struct str fds, struct str name)
{
	int64_t fd;

	if (name.n < 2 || name.n > sizeof(p->name) || name.p[0] < '0' ||
	    name.p[0] > '7')
		return false;
	p->tls = (name.p[0] - '0') & 1;
	p->proxy = (name.p[0] - '0') & 2;
	p->admin = (name.p[0] - '0') & 4;
	memcpy(p->name, name.p + 1, name.n - 1);
	while (fds.p != NULL && p->n < SOCKETS_MAX) {
		if (!str_to_i64(str_cut(fds, ',', &fds), &fd) || fd < 3 ||
		    fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
			return false;
		p->fd[p->n++] = (int)fd;
	}
	return p->n > 0;
}

struct sockets *
sockets_adopt(struct str fds, struct str names)
{
	struct sockets *s = xcalloc(1, sizeof(*s));
	bool good = names.p != NULL;

	while (
	    good && names.p != NULL && fds.p != NULL && s->n < SOCKETS_PLACES) {
		struct str some = str_cut(fds, ';', &fds);

		good = adopt_place(
		    &s->place[s->n++], some, str_cut(names, ',', &names));
	}
	if (!good)
		sockets_close(&s);
	return s;
}

/* --- the end ----------------------------------------------------------------
 */

/* The service manager's go on collecting for our successor. */
static void
shut(const struct place *p)
{
	for (unsigned k = 0; k < p->n && !is_passed(p); k++)
		if (p->fd[k] >= 0)
			shutdown(p->fd[k], SHUT_RD);
}

void
sockets_shut(const struct sockets *s)
{
	for (unsigned i = 0; i < s->n; i++)
		shut(&s->place[i]);
}

void
sockets_close(struct sockets **s)
{
	if (*s == NULL)
		return;
	for (unsigned i = 0; i < (*s)->n; i++)
		for (unsigned k = 0; k < (*s)->place[i].n; k++)
			if ((*s)->place[i].fd[k] >= 0)
				close((*s)->place[i].fd[k]);
	free(*s);
	*s = NULL;
}

void
sockets_retire(struct sockets **s, const struct sockets *kept)
{
	for (unsigned i = 0; *s != NULL && i < (*s)->n; i++) {
		const struct place *p = &(*s)->place[i];

		if (p->n == 0 || find(kept, p->name) != NULL)
			continue;
		shut(p);
		if (str_starts(str_of(p->name), STR("unix:")))
			unlink(p->name + 5);
	}
	sockets_close(s);
}

/* --- the workers' share ------------------------------------------------------
 */

/* Whether worker i of n takes connections from a place's socket k. */
static bool
takes(const struct place *p, unsigned k, unsigned i, unsigned n)
{
	return n >= p->n ? i % p->n == k : k % n == i;
}

struct listen_fd
sockets_admin(const struct sockets *s)
{
	const struct place *p = s->place;

	while (!p->admin)
		p++;
	return (struct listen_fd){ .fd = p->fd[0] };
}

unsigned
sockets_share(const struct sockets *s, unsigned i, unsigned n,
    struct listen_fd out[SOCKETS_ALL_MAX])
{
	unsigned count = 0;

	for (unsigned at = 0; at < s->n; at++) {
		const struct place *p = &s->place[at];

		for (unsigned k = 0; k < p->n && !p->admin; k++) {
			if (p->fd[k] >= 0 && takes(p, k, i, n))
				out[count++] = (struct listen_fd){ p->fd[k],
					p->tls, p->proxy };
		}
	}
	return count;
}

static bool
is_served(const struct place *p, unsigned k, const bool *serves, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (serves[i] && takes(p, k, i, n))
			return true;
	}
	return false;
}

void
sockets_leave_to(struct sockets *s, const bool *serves, unsigned n)
{
	for (unsigned at = 0; at < s->n; at++) {
		struct place *p = &s->place[at];

		for (unsigned k = 0; k < p->n && !p->admin; k++) {
			if (p->fd[k] < 0 || is_passed(p) ||
			    is_served(p, k, serves, n))
				continue;
			shutdown(p->fd[k], SHUT_RD);
			close(p->fd[k]);
			p->fd[k] = -1;
		}
	}
}
