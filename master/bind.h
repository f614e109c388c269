#ifndef BIND_H
#define BIND_H

/* Opening the listening sockets of one address or path. */

#include "base/err.h"

struct conf;
struct conf_listener;

/* n sockets on an address, by SO_REUSEPORT; or one on a path, whatever n is.
 * A file at the path that is a socket nobody listens on is replaced; anything
 * else there is an error.  Returns how many were opened, or -1 and none. */
int bind_open(const struct conf *c, const struct conf_listener *l, unsigned n,
    int *out, struct err *e);

/* Listen on a path that is the owner's alone; a descriptor, or -1. */
NODISCARD int bind_admin(const char *path, struct err *e);

#endif
