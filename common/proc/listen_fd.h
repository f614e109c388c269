#ifndef PROC_LISTEN_FD_H
#define PROC_LISTEN_FD_H

/* A listening socket as a worker inherits it. */

#include "base/base.h"

struct listen_fd {
	int fd;
	bool tls;
	bool proxy; /* the PROXY protocol comes first */
};

#endif
