#include "proc/stdfds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
stdfds_fill(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* The wrong way round, as a closed one is of no use either. */
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		/* The lowest number that is free, which is this one. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) < 0)
			return;
	}
}

int
stdfds_finish(const char *program, int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	/* Without a reason when it was an earlier piece that was lost. */
	fprintf(stderr, "%s: cannot write to standard output%s%s\n", program,
	    errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	return status == 0 ? 1 : status;
}
