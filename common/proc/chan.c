#include "proc/chan.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define READY 'R'

int
chan_pair(int *master_r, int *child_r, struct err *e)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		fds) < 0)
		return err_sys(e, ERR_IO, "socketpair");
	*master_r = fds[0];
	*child_r = fds[1];
	return 0;
}

void
chan_say_ready(int fd)
{
	ssize_t n;

	do
		n = send(fd, &(char){ READY }, 1, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
}

int
chan_read_ready(int fd)
{
	char c;
	ssize_t n = read(fd, &c, 1);

	if (n == 1)
		return c == READY;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -1;
}
