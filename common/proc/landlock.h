#ifndef PROC_LANDLOCK_H
#define PROC_LANDLOCK_H

/* The files that this process and its later threads may touch from now on. */

#include "base/err.h"

/* Paths that are not there are passed over.  A directory stands for all in
 * it. */
struct landlock_paths {
	const char *const
	    *write; /* read, write, make, remove; ends with NULL */
	const char *const *append; /* make, read and write files, remove none */
	const char *const *read;
};

/* The version in force, 0 when the kernel has no such thing, -1.  Beside files
 * it forbids, where the kernel knows how, to bind TCP ports, to signal other
 * processes and to use abstract sockets.  Only for this thread: call it before
 * there are others. */
NODISCARD int landlock_enter(const struct landlock_paths *paths, struct err *e);

#endif
