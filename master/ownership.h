#ifndef OWNERSHIP_H
#define OWNERSHIP_H

/* server.user: whose the files are that the other processes work on. */

#include "base/err.h"

struct conf;

/* Whether there is such an account. */
NODISCARD int ownership_check(const struct conf *c, struct err *e);
/* When the server was started as root: give the data directory, what is in it
 * and the log file to that account. */
NODISCARD int ownership_take(const struct conf *c, struct err *e);
/* The same for the log file alone, when it is a new one. */
void ownership_take_log(const struct conf *c);

/* The same for a socket that was just made at `path`. */
NODISCARD int ownership_take_socket(
    const struct conf *c, const char *path, struct err *e);

#endif
