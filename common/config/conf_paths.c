/* Whether the paths that a configuration names can be used as what they are to
 * be; nothing is made or opened. */

#include <errno.h>
#include <sys/stat.h>

#include "config/conf.h"

/* One that is not there yet is made at the start. */
static int
check_data_dir(const struct conf *c, struct err *e)
{
	struct stat st;

	if (stat(c->data_dir, &st) < 0)
		return errno == ENOENT
			   ? 0
			   : err_sys(e, ERR_CONFIG,
				 "server.data_dir: cannot use %s", c->data_dir);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONFIG,
		    "server.data_dir: %s is no directory", c->data_dir);
	return 0;
}

static int
check_log_file(const struct conf *c, struct err *e)
{
	struct str path = str_of(c->log_file), dir = path;
	struct buf name = BUF_INIT;
	struct stat st;
	int rc;

	if (path.n == 0)
		return 0;
	if (stat(c->log_file, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(
		    e, ERR_CONFIG, "log.file: %s is a directory", c->log_file);
	while (dir.n > 1 && dir.p[dir.n - 1] != '/')
		dir.n--;
	buf_add(&name, dir.p, dir.n);
	rc = stat(buf_cstr(&name), &st);
	if (rc < 0)
		err_sys(e, ERR_CONFIG, "log.file: its directory %s",
		    buf_cstr(&name));
	buf_free(&name);
	return rc;
}

int
conf_check_paths(const struct conf *c, struct err *e)
{
	return check_data_dir(c, e) < 0 || check_log_file(c, e) < 0 ? -1 : 0;
}
