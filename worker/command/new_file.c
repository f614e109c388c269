#include "command/new_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
new_file_begin(
    struct new_file *f, struct arena *a, const char *path, struct err *e)
{
	char *dir = arena_printf(a, "%s.part-XXXXXX", path);

	*f = (struct new_file){ .path = path, .fd = -1 };
	if (access(path, F_OK) == 0)
		return err_set(e, ERR_CONFLICT, "%s is there already", path);
	if (mkdtemp(dir) == NULL)
		return err_sys(e, ERR_IO, "cannot make %s", path);
	f->dir = dir;
	f->temp = arena_printf(a, "%s/file", dir);
	f->fd = open(f->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return f->fd >= 0 ? 0 : err_sys(e, ERR_IO, "cannot make %s", f->temp);
}

/* The name itself has to be on disk. */
static int
sync_parent(const struct new_file *f)
{
	char *parent = realpath(f->dir, NULL);
	char *slash = parent != NULL ? strrchr(parent, '/') : NULL;
	int fd = -1;
	int rc;

	if (slash != NULL) {
		slash[slash == parent] = '\0';
		fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	rc = fd >= 0 ? fsync(fd) : -1;
	if (fd >= 0)
		close(fd);
	free(parent);
	return rc;
}

int
new_file_keep(struct new_file *f, struct err *e)
{
	if (fsync(f->fd) < 0)
		return err_sys(e, ERR_IO, "cannot write %s", f->path);
	if (renameat2(AT_FDCWD, f->temp, AT_FDCWD, f->path, RENAME_NOREPLACE) <
	    0)
		return err_sys(e, errno == EEXIST ? ERR_CONFLICT : ERR_IO,
		    "cannot make %s", f->path);
	if (sync_parent(f) < 0)
		return err_sys(
		    e, ERR_IO, "cannot write the directory of %s", f->path);
	return 0;
}

void
new_file_end(struct new_file *f)
{
	DIR *d = f->dir != NULL ? opendir(f->dir) : NULL;
	struct dirent *entry;

	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d != NULL)
		closedir(d);
	if (f->dir != NULL)
		rmdir(f->dir);
}
