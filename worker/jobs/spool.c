#include "jobs/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A directory this young may be about to be locked by who has made it. */
#define YOUNG_S 2

static void
path_of(char out[SPOOL_PATH_MAX], const char *data_dir, const struct uuid *job)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(job, id);
	snprintf(out, SPOOL_PATH_MAX, "%s/spool/%s", data_dir, id);
}

static int
make_directory(const char *path, struct err *e)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	return err_sys(e, ERR_IO, "cannot make %s", path);
}

static int
make_spool(const char *data_dir, struct err *e)
{
	char path[SPOOL_PATH_MAX];

	snprintf(path, sizeof(path), "%s/spool", data_dir);
	return make_directory(path, e);
}

/* --- the node's name ----------------------------------------------------- */

/* 1 read, 0 there is none, -1. */
static int
read_node(const char *path, char out[UUID_TEXT_LEN + 1], struct err *e)
{
	struct uuid id;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT
			   ? 0
			   : err_sys(e, ERR_IO, "cannot read %s", path);
	n = read(fd, out, UUID_TEXT_LEN);
	close(fd);
	if (n != UUID_TEXT_LEN || !uuid_parse(str_make(out, (size_t)n), &id))
		return err_set(e, ERR_CONFIG, "%s holds no id", path);
	out[UUID_TEXT_LEN] = '\0';
	return 1;
}

/* Several processes may do this at once; the first to link wins. */
static int
make_node(const char *path, struct err *e)
{
	char mine[SPOOL_PATH_MAX + 40], id[UUID_TEXT_LEN + 1];
	struct uuid u = uuid_new();
	bool good;
	int fd;

	uuid_format(&u, id);
	snprintf(mine, sizeof(mine), "%s.%s", path, id);
	fd = open(mine, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot make %s", mine);
	good = write(fd, id, UUID_TEXT_LEN) == UUID_TEXT_LEN && fsync(fd) == 0;
	close(fd);
	if (good)
		good = link(mine, path) == 0 || errno == EEXIST;
	if (!good)
		err_sys(e, ERR_IO, "cannot make %s", path);
	unlink(mine);
	return good ? 0 : -1;
}

int
spool_node(const char *data_dir, char out[UUID_TEXT_LEN + 1], struct err *e)
{
	char path[SPOOL_PATH_MAX];
	int rc;

	if (make_spool(data_dir, e) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/spool/node", data_dir);
	rc = read_node(path, out, e);
	if (rc == 0 && make_node(path, e) == 0)
		rc = read_node(path, out, e);
	return rc > 0 ? 0 : -1;
}

/* --- writing ------------------------------------------------------------- */

int
spool_open(struct spool *s, const char *data_dir, const struct uuid *job,
    struct err *e)
{
	*s = (struct spool){ .dir_fd = -1, .fd = -1 };
	path_of(s->path, data_dir, job);
	if (make_spool(data_dir, e) < 0)
		return -1;
	if (mkdir(s->path, 0700) < 0)
		return err_sys(e, ERR_IO, "cannot make %s", s->path);
	s->dir_fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd >= 0 && flock(s->dir_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	err_sys(e, ERR_IO, "cannot lock %s", s->path);
	spool_close(s, false);
	return -1;
}

static int
open_file(const struct spool *s, int n, int flags)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", n);
	return openat(s->dir_fd, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* What the disk does not take is no mistake of the client's. */
static int
fail_write(struct err *e)
{
	enum err_code code =
	    errno == ENOSPC || errno == EDQUOT ? ERR_UNAVAILABLE : ERR_IO;

	return err_sys(e, code, "the upload cannot be kept");
}

int
spool_begin(struct spool *s, struct err *e)
{
	s->fd = open_file(s, s->n, O_WRONLY | O_CREAT | O_EXCL);
	if (s->fd < 0)
		return fail_write(e);
	s->n++;
	return 0;
}

int
spool_write(struct spool *s, struct str bytes, struct err *e)
{
	while (bytes.n > 0) {
		ssize_t n = write(s->fd, bytes.p, bytes.n);

		if (n < 0 && errno != EINTR)
			return fail_write(e);
		if (n > 0)
			bytes = str_make(bytes.p + n, bytes.n - (size_t)n);
	}
	return 0;
}

int
spool_end(struct spool *s, struct err *e)
{
	int rc = fdatasync(s->fd) < 0 ? fail_write(e) : 0;

	close(s->fd);
	s->fd = -1;
	return rc;
}

int
spool_sync(struct spool *s, struct err *e)
{
	return fsync(s->dir_fd) < 0 ? fail_write(e) : 0;
}

static void
remove_directory(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

void
spool_close(struct spool *s, bool keep)
{
	if (s->fd >= 0)
		close(s->fd);
	if (!keep)
		remove_directory(s->path);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	s->fd = s->dir_fd = -1;
}

/* --- reading ------------------------------------------------------------- */

int
spool_map(const char *data_dir, const struct uuid *job, int n, struct str *out,
    struct err *e)
{
	char path[SPOOL_PATH_MAX], file[SPOOL_PATH_MAX + 16];
	struct stat st;
	void *p = NULL;
	int fd;

	path_of(path, data_dir, job);
	snprintf(file, sizeof(file), "%s/%d", path, n);
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return err_set(
		    e, ERR_NOT_FOUND, "what was sent is not there any more");
	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open %s", file);
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		p = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return err_sys(e, ERR_IO, "cannot read %s", file);
	*out = str_make(p, p != NULL ? (size_t)st.st_size : 0);
	return 0;
}

void
spool_unmap(struct str bytes)
{
	if (bytes.p != NULL)
		munmap((void *)(uintptr_t)bytes.p, bytes.n);
}

void
spool_remove(const char *data_dir, const struct uuid *job)
{
	char path[SPOOL_PATH_MAX];

	path_of(path, data_dir, job);
	remove_directory(path);
}

/* --- sweeping ------------------------------------------------------------ */

static bool
is_idle(int spool_fd, const char *name)
{
	int fd = openat(spool_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	bool idle;

	if (fd < 0)
		return false;
	idle = fstat(fd, &st) == 0 && time(NULL) - st.st_mtime > YOUNG_S &&
	       flock(fd, LOCK_EX | LOCK_NB) == 0;
	close(fd);
	return idle;
}

size_t
spool_idle(const char *data_dir, struct uuid *list, size_t max)
{
	char path[SPOOL_PATH_MAX];
	const struct dirent *entry;
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/spool", data_dir);
	d = opendir(path);
	while (d != NULL && n < max && (entry = readdir(d)) != NULL) {
		if (uuid_parse(str_of(entry->d_name), &list[n]) &&
		    is_idle(dirfd(d), entry->d_name))
			n++;
	}
	if (d != NULL)
		closedir(d);
	return n;
}
