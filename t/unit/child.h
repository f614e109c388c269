#ifndef T_UNIT_CHILD_H
#define T_UNIT_CHILD_H

/* Run a function in a child process and say how the child ended: a test of
 * what must end a process. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's standard error goes to err_fd, or nowhere when that is -1. */
static inline int
child_wait_status(void (*fn)(void), int err_fd)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int fd = err_fd >= 0 ? err_fd : open("/dev/null", O_WRONLY);

		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		dup2(fd, STDERR_FILENO);
		fn();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

/* Ended by a signal, or by a sanitizer that saw the same. */
static inline int
child_dies(void (*fn)(void))
{
	int status = child_wait_status(fn, -1);

	return WIFSIGNALED(status) ||
	       (WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

#endif
