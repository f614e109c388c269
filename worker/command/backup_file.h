#ifndef COMMAND_BACKUP_FILE_H
#define COMMAND_BACKUP_FILE_H

/* The form of a backup: a tar archive of manifest.json and the database's copy,
 * and after its end a line "sha256:" with the hash of all that is before it, by
 * which a byte that is missing or another is noticed before anything is
 * read. */

#include "base/arena.h"
#include "base/err.h"

/* Write it to a file descriptor; the copy is read from a file. */
NODISCARD int backup_write(int fd, struct str manifest, const char *copy_name,
    const char *copy_path, struct err *e);

struct backup {
	const char *path;
	int fd;
	int64_t size;	     /* of the tar archive */
	struct str manifest; /* of the arena */
};

/* Open and prove it, with a bar.  ERR_CORRUPT when it is no backup, or not as
 * it was written.  backup_close() after either. */
NODISCARD int backup_open(
    struct backup *b, struct arena *a, const char *path, struct err *e);
/* The database's copy, into a file descriptor. */
NODISCARD int backup_extract(const struct backup *b, int fd, struct err *e);
void backup_close(struct backup *b);

#endif
