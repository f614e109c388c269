#include "ownership.h"

#include <unistd.h>

#include "base/log.h"
#include "config/conf.h"
#include "proc/privs.h"

int
ownership_check(const struct conf *c, struct err *e)
{
	struct account user;

	return c->user[0] == '\0' ? 0 : privs_find(&user, c->user, e);
}

int
ownership_take(const struct conf *c, struct err *e)
{
	struct account user;

	if (c->user[0] == '\0')
		return 0;
	if (privs_find(&user, c->user, e) < 0)
		return -1;
	if (geteuid() != 0) {
		if (geteuid() != user.uid)
			log_msg(LOG_WARN, "master",
			    "server.user: only root can become another "
			    "account; staying account %d",
			    (int)geteuid());
		return 0;
	}
	if (privs_give(c->data_dir, &user, e) < 0)
		return -1;
	ownership_take_log(c);
	return 0;
}

void
ownership_take_log(const struct conf *c)
{
	struct account user;
	struct err e = ERR_INIT;

	if (c->user[0] == '\0' || c->log_file[0] == '\0' || geteuid() != 0)
		return;
	if (privs_find(&user, c->user, &e) < 0)
		log_err(LOG_ERROR, "master", "log file", &e);
	else
		privs_give_file(log_fd(), c->log_file, &user);
}

int
ownership_take_socket(const struct conf *c, const char *path, struct err *e)
{
	struct account user;

	if (c->user[0] == '\0' || geteuid() != 0)
		return 0;
	if (privs_find(&user, c->user, e) < 0)
		return -1;
	if (lchown(path, user.uid, user.gid) < 0)
		return err_sys(e, ERR_CONFIG, "owner of %s", path);
	return 0;
}
