#include "daemon.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "config/conf.h"
#include "master.h"
#include "options.h"
#include "proc/heritage.h"

static int
open_log(const struct conf *c)
{
	struct err e = ERR_INIT;

	if (log_open(c->log_file[0] != '\0' ? c->log_file : NULL, &e) < 0) {
		fprintf(stderr, "pierre-mcp-server: %s\n", e.msg);
		return -1;
	}
	conf_configure_log(c);
	log_set_process("master");
	return 0;
}

/* The caller's side: the first byte that the master writes is its exit status,
 * the others say why; end of file without one means that the master died. */
static int
await_master(int fd, pid_t pid)
{
	char text[1024];
	ssize_t n = read(fd, text, sizeof(text));
	int how;

	if (n > 1)
		fprintf(
		    stderr, "pierre-mcp-server: %.*s\n", (int)n - 1, text + 1);
	if (n > 0)
		return (unsigned char)text[0];
	if (waitpid(pid, &how, 0) == pid && WIFEXITED(how) &&
	    WEXITSTATUS(how) != 0)
		return WEXITSTATUS(how);
	fputs("pierre-mcp-server: did not become ready; see the log\n", stderr);
	return 1;
}

static void
leave_terminal(const struct conf *c)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	/* Without a log file, lines go on to where the caller's went. */
	if (c->log_file[0] != '\0')
		dup2(null, STDERR_FILENO);
	close(null);
}

int
daemon_run(struct conf **c, const struct options *o)
{
	int fds[2];
	pid_t pid;
	int status;

	if (open_log(*c) < 0) {
		conf_free(c);
		return EXIT_CONFIG;
	}
	if (o->foreground || getenv("PIERRE_UPGRADE") != NULL)
		return master_run(c, -1);
	if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		perror("pierre-mcp-server");
		conf_free(c);
		return 1;
	}
	if (pid > 0) {
		close(fds[1]);
		status = await_master(fds[0], pid);
		close(fds[0]);
		conf_free(c);
		return status;
	}
	close(fds[0]);
	leave_terminal(*c);
	return master_run(c, fds[1]);
}
