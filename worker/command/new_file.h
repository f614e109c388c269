#ifndef COMMAND_NEW_FILE_H
#define COMMAND_NEW_FILE_H

/* A file that is there as a whole or not at all, for its owner only.  It grows
 * in a directory of its own beside its place, NAME.part-XXXXXX, which a process
 * that is killed leaves behind; and it never takes the place of another. */

#include "base/arena.h"
#include "base/err.h"

struct new_file {
	const char *path;
	const char *dir;  /* for other files on the way too */
	const char *temp; /* the file while it grows */
	int fd;
};

/* ERR_CONFLICT when there is something of that name. */
NODISCARD int new_file_begin(
    struct new_file *f, struct arena *a, const char *path, struct err *e);
/* To disk, and to its place. */
NODISCARD int new_file_keep(struct new_file *f, struct err *e);
/* After either; what was not kept is removed, with what else is in the
 * directory. */
void new_file_end(struct new_file *f);

#endif
