#include "proc/chan.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define READY	   'R'
#define REPLACE_ME 'X'

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
chan_say(int fd, enum chan_word word)
{
	char c = word == CHAN_READY ? READY : REPLACE_ME;
	ssize_t n;

	do
		n = send(fd, &c, 1, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
}

enum chan_word
chan_read(int fd)
{
	char c;
	ssize_t n = read(fd, &c, 1);

	if (n == 1)
		return c == READY	 ? CHAN_READY
		       : c == REPLACE_ME ? CHAN_REPLACE_ME
					 : CHAN_NOTHING;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CHAN_NOTHING;
	return CHAN_GONE;
}
