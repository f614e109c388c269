#include "upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "control.h"
#include "listen.h"
#include "master.h"
#include "notify.h"
#include "proc/sig.h"

#define VARIABLE "PIERRE_UPGRADE"

static char program[PATH_MAX];
static char **arguments;

void
upgrade_note_program(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[n > 0 ? n : 0] = '\0';
	arguments = xcalloc((size_t)argc + 1, sizeof(*arguments));
	for (int i = 0; i < argc; i++)
		arguments[i] = xstrdup(argv[i]);
}

void
upgrade_forget_program(void)
{
	for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++)
		free(arguments[i]);
	free(arguments);
	arguments = NULL;
}

/* --- the old master's side -------------------------------------------------
 */

static void
pass_on(struct buf *out, const char *name, int fd)
{
	fcntl(fd, F_SETFD, 0);
	buf_printf(out, "%s=%d ", name, fd);
}

/* "ready=7 pid=4 control=6 shm=5 wake=10 listen=8,9
 * address=0127.0.0.1 port 8081" */
static void
write_legacy(struct master *m, int ready_fd, struct buf *out)
{
	struct buf names = BUF_INIT;

	pass_on(out, "ready", ready_fd);
	pass_on(out, "pid", m->pid_fd);
	pass_on(out, "control", control_fd(m->control));
	pass_on(out, "shm", shm_fd(m->shm));
	pass_on(out, "wake", shm_wake_fd(m->shm));
	buf_adds(out, "listen=");
	sockets_pass_on(m->serving->sockets, out, &names);
	/* Last, since they hold spaces. */
	buf_printf(out, " address=%s", buf_cstr(&names));
	buf_free(&names);
}

NORETURN static void
become_new_program(struct master *m, int ready_fd)
{
	struct buf legacy = BUF_INIT;

	sig_reset();
	write_legacy(m, ready_fd, &legacy);
	setenv(VARIABLE, buf_cstr(&legacy), 1);
	execv(program, arguments);
	log_msg(
	    LOG_ERROR, "master", "cannot run %s: %s", program, strerror(errno));
	_exit(127);
}

static void
finish(struct master *m, bool good, const char *message)
{
	if (m->upgrade.fd >= 0)
		close(m->upgrade.fd);
	m->upgrade = (struct upgrade){ .fd = -1 };
	control_done(m->control, CONTROL_UPGRADE, good, message);
}

/* Not this process's child but its manager's: systemd does not wait for another
 * one's child when it stops the service, and kills what still drains. */
static pid_t
fork_away(struct master *m, int ready_fd)
{
	pid_t middle, pid = -1;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	middle = fork();
	if (middle == 0) {
		pid = fork();
		if (pid == 0)
			become_new_program(m, ready_fd);
		_exit(write(fds[1], &pid, sizeof(pid)) != sizeof(pid));
	}
	close(fds[1]);
	while (middle > 0 && waitpid(middle, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (middle < 0 || read(fds[0], &pid, sizeof(pid)) != sizeof(pid))
		pid = -1;
	close(fds[0]);
	return pid;
}

void
upgrade_begin(struct master *m)
{
	int fds[2];
	pid_t pid;

	m->upgrade_wanted = false;
	log_msg(LOG_NOTICE, "master", "upgrading to %s", program);
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0) {
		finish(m, false, "no pipe\n");
		return;
	}
	pid = fork_away(m, fds[1]);
	close(fds[1]);
	m->upgrade = (struct upgrade){
		.pid = pid,
		.fd = fds[0],
		.until_us =
		    clock_mono_us() + m->serving->conf->startup_timeout_us,
	};
	m->state = MASTER_UPGRADING;
	if (pid < 0)
		upgrade_abandon(m, "fork failed");
}

void
upgrade_abandon(struct master *m, const char *why)
{
	struct buf text = BUF_INIT;

	if (m->upgrade.pid > 0)
		kill(m->upgrade.pid, SIGKILL);
	log_msg(LOG_ERROR, "master", "upgrade failed: %s; this program goes on",
	    why);
	buf_printf(&text, "upgrade failed: %s\n", why);
	m->state = MASTER_RUNNING;
	finish(m, false, buf_cstr(&text));
	buf_free(&text);
}

static void
hand_over(struct master *m)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "process %d has taken over\n", (int)m->upgrade.pid);
	log_msg(LOG_NOTICE, "master", "process %d has taken over; draining",
	    (int)m->upgrade.pid);
	notify_main_pid(m->upgrade.pid);
	control_close_listener(m->control);
	finish(m, true, buf_cstr(&text));
	buf_free(&text);
	m->replaced = true;
	master_stop(m, false);
}

void
upgrade_advance(struct master *m)
{
	unsigned char status;
	ssize_t n = read(m->upgrade.fd, &status, 1);

	if (n == 1 && status == 0)
		hand_over(m);
	else if (n >= 0)
		upgrade_abandon(m, "the new program did not start; its log "
				   "says why");
	else if (clock_mono_us() >= m->upgrade.until_us)
		upgrade_abandon(m, "the new program was not ready within "
				   "server.startup_timeout");
}

/* --- the new master's side ---------------------------------------------------
 */

static bool
take_fd(struct str value, int *out)
{
	int64_t fd;

	if (!str_to_i64(value, &fd) || fd < 3 || fcntl((int)fd, F_GETFD) < 0)
		return false;
	fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	*out = (int)fd;
	return true;
}

static bool
parse_legacy(struct str text, struct legacy *l)
{
	static const char *const names[] = { "ready", "pid", "control", "shm",
		"wake" };
	int *fds[] = { &l->ready_fd, &l->pid_fd, &l->control_fd, &l->shm_fd,
		&l->wake_fd };
	struct str value, listen;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		value = str_cut(text, ' ', &text);
		if (!str_is(str_cut(value, '=', &value), names[i]) ||
		    !take_fd(value, fds[i]))
			return false;
	}
	listen = str_cut(text, ' ', &text);
	if (!str_is(str_cut(listen, '=', &listen), "listen") ||
	    !str_is(str_cut(text, '=', &text), "address") || text.p == NULL)
		return false;
	l->sockets = sockets_adopt(listen, text);
	return l->sockets != NULL;
}

int
upgrade_take(struct legacy *l, struct err *e)
{
	const char *text = getenv(VARIABLE);
	int r = 1;

	*l = (struct legacy){ -1, -1, -1, -1, -1, NULL };
	if (text == NULL)
		return 0;
	if (!parse_legacy(str_of(text), l))
		r = err_set(e, ERR_CONFIG,
		    VARIABLE " says nothing that can be: "
			     "\"%.100s\"",
		    text);
	unsetenv(VARIABLE);
	return r;
}
