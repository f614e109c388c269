/* Which database, and whether it is ours to use. */

#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "config/conf.h"
#include "store/driver.h"
#include "store/migrate.h"

int
db_locate(const struct conf *conf, struct db_location *out, struct err *e)
{
	struct str url = str_of(conf->database_url);
	int n;

	out->is_memory = false;
	if (url.n == 0) {
		n = snprintf(out->path, sizeof(out->path), "%s/pierre.db",
		    conf->data_dir);
	} else if (str_starts(url, STR("sqlite:"))) {
		const char *path = url.p + strlen("sqlite:");

		if (strncmp(path, "//", 2) == 0)
			path += 2;
		out->is_memory = strcmp(path, ":memory:") == 0;
		n = snprintf(out->path, sizeof(out->path), "%s", path);
	} else {
		/* The rest may hold a password. */
		return err_set(e, ERR_CONFIG,
		    "database.url: '%.*s:' is no database that this program "
		    "uses;"
		    " sqlite: is",
		    (int)strcspn(url.p, ":/@"), url.p);
	}
	if (n <= 0 || (size_t)n >= sizeof(out->path))
		return err_set(e, ERR_CONFIG,
		    "database.url: the path is empty or too long");
	return 0;
}

struct db *
store_open(const struct conf *conf, struct loop *loop, struct err *e)
{
	struct db_location at;
	struct db *db;
	int rc = 0;

	if (db_locate(conf, &at, e) < 0)
		return NULL;
	db = sqlite_open(&at, conf, loop, false, e);
	if (db == NULL)
		return NULL;
	/* Nobody else could have laid out what lives in our memory. */
	if (at.is_memory) {
		unsigned applied;

		rc = migrate_up(db, &applied, e);
	}
	if (rc == 0)
		rc = migrate_check(db, e);
	if (rc < 0)
		store_close(&db);
	return db;
}

void
store_close(struct db **db)
{
	if (*db == NULL)
		return;
	(*db)->ops->close(*db);
	*db = NULL;
}

static int
make_directory(const char *path, struct err *e)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	return err_sys(
	    e, ERR_CONFIG, "cannot make the data directory %s", path);
}

int
store_migrate(const struct conf *conf, unsigned *applied_r, struct err *e)
{
	struct db_location at;
	struct db *db;
	int rc;

	*applied_r = 0;
	if (db_locate(conf, &at, e) < 0)
		return -1;
	if (conf->database_url[0] == '\0' &&
	    make_directory(conf->data_dir, e) < 0)
		return -1;
	db = sqlite_open(&at, conf, NULL, true, e);
	if (db == NULL)
		return -1;
	rc = migrate_up(db, applied_r, e);
	store_close(&db);
	return rc;
}

const char *
store_backend(const struct db *db)
{
	return db->backend;
}
