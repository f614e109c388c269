#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"
#include "config/conf.h"

static char *
path_of(struct arena *a, const struct conf *c)
{
	return c->pid_file[0] != '\0' ? arena_strdup(a, c->pid_file)
				      : conf_data_path(a, c, "pierre.pid");
}

static int
held_by_another(const char *path, int fd, struct err *e)
{
	char text[32] = "";
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	close(fd);
	return err_set(
	    e, ERR_CONFIG, "%s: a server is running as process %s", path, text);
}

static int
take(const char *path, struct err *e)
{
	/* Workers may own the directory; the master is not led away by them. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "cannot open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return held_by_another(path, fd, e);
	if (pidfile_write(fd, e) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
pidfile_take(const struct conf *c, struct err *e)
{
	struct arena *a = arena_new();
	int fd = take(path_of(a, c), e);

	arena_free(&a);
	return fd;
}

int
pidfile_write(int fd, struct err *e)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n)
		return err_sys(e, ERR_CONFIG, "cannot write the pid file");
	return 0;
}

void
pidfile_remove(const struct conf *c)
{
	struct arena *a = arena_new();

	unlink(path_of(a, c));
	arena_free(&a);
}
