/* Which database, and whether it is ours to use. */

#include "store/store.h"

#include <stdio.h>
#include <unistd.h>

#include "base/check.h"
#include "base/rand.h"
#include "config/conf.h"
#include "store/dbmeta.h"
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
		    "uses; sqlite: and postgresql: are",
		    (int)strcspn(url.p, ":/@"), url.p);
	}
	if (n <= 0 || (size_t)n >= sizeof(out->path))
		return err_set(e, ERR_CONFIG,
		    "database.url: the path is empty or too long");
	return 0;
}

static struct db *
open_engine(
    const struct conf *conf, struct loop *loop, enum db_use use, struct err *e)
{
	struct db_location at;
	struct db *db;
	unsigned applied;

	if (conf_uses_postgres(conf))
		return pg_open(conf, loop, use, e);
	if (db_locate(conf, &at, e) < 0)
		return NULL;
	db = sqlite_open(&at, conf, loop, false, e);
	/* Nobody else could have laid out what lives in our memory. */
	if (db != NULL && at.is_memory && migrate_up(db, &applied, e) < 0)
		store_close(&db);
	return db;
}

static struct db *
open_checked(
    const struct conf *conf, struct loop *loop, enum db_use use, struct err *e)
{
	struct db *db = open_engine(conf, loop, use, e);

	if (db != NULL && (loop != NULL ? migrate_check_serving(db, e)
					: migrate_check(db, e)) < 0)
		store_close(&db);
	return db;
}

struct db *
store_open(const struct conf *conf, struct loop *loop, struct err *e)
{
	return open_checked(
	    conf, loop, loop != NULL ? DB_FOR_REQUESTS : DB_FOR_ONE, e);
}

struct db *
store_open_one(const struct conf *conf, struct loop *loop, struct err *e)
{
	return open_checked(conf, loop, DB_FOR_ONE, e);
}

struct db *
store_open_any(const struct conf *conf, struct err *e)
{
	return open_engine(conf, NULL, DB_FOR_ONE, e);
}

int
store_check_url(const struct conf *conf, struct err *e)
{
	return conf_uses_postgres(conf) ? pg_check_url(conf->database_url, e)
					: 0;
}

void
store_share_timeline(_Atomic uint64_t *word)
{
	pg_share_timeline(word);
}

void
store_close(struct db **db)
{
	if (*db == NULL)
		return;
	(*db)->ops->close(*db);
	*db = NULL;
}

/* Open what is there, or make what is not; not yet laid out. */
static struct db *
open_new(const struct conf *conf, struct err *e)
{
	struct db_location at;

	if (conf_uses_postgres(conf))
		return pg_open(conf, NULL, DB_FOR_ONE, e);
	if (db_locate(conf, &at, e) < 0)
		return NULL;
	return sqlite_open(&at, conf, NULL, true, e);
}

int
store_migrate(const struct conf *conf, unsigned *applied_r, struct err *e)
{
	struct db *db;
	int rc;

	*applied_r = 0;
	db = open_new(conf, e);
	if (db == NULL)
		return -1;
	rc = migrate_up(db, applied_r, e);
	store_close(&db);
	return rc;
}

/* SQLite makes no database that is only looked at. */
static bool
is_there(const struct conf *conf, const struct db_location *at)
{
	return conf_uses_postgres(conf) ||
	       (!at->is_memory && access(at->path, F_OK) == 0);
}

int
store_key_check(
    const struct conf *conf, struct arena *a, struct str *out, struct err *e)
{
	struct db_location at;
	struct db *db;
	int rc;

	if (!conf_uses_postgres(conf) && db_locate(conf, &at, e) < 0)
		return -1;
	if (!is_there(conf, &at))
		return 0;
	db = open_engine(conf, NULL, DB_FOR_ONE, e);
	if (db == NULL)
		return -1;
	rc = db->ops->has_table(db, "meta", e);
	if (rc > 0)
		rc = meta_key_check(db, a, out, e);
	store_close(&db);
	return rc;
}

int
db_snapshot(struct db *db, db_tx_fn *fn, void *arg, struct err *e)
{
	CHECK(!db->is_tx);
	return db->ops->snapshot(db, fn, arg, e);
}

int
db_copy(struct db *db, const struct conf *conf, const char *path,
    db_tx_fn *look, void *arg, struct err *e)
{
	CHECK(!db->is_tx);
	return db->ops->copy(db, conf, path, look, arg, e);
}

int
store_load_copy(const struct conf *conf, int fd, struct err *e)
{
	CHECK(conf_uses_postgres(conf));
	return pg_load_copy(conf, fd, e);
}

/* --- a database to look at ----------------------------------------------- */

#define SCRATCH "dbname=pierre_verify_"

static int
run_on_server(const struct conf *conf, const char *sql, struct err *e)
{
	struct db *db = pg_open(conf, NULL, DB_FOR_ONE, e);
	int rc;

	if (db == NULL)
		return -1;
	rc = pg_run_alone(db, sql, e);
	db->ops->close(db);
	return rc;
}

/* In a URL the last word on a parameter counts. */
int
store_scratch_make(
    const struct conf *conf, struct arena *a, const char **url_r, struct err *e)
{
	const char *url = conf->database_url;
	uint32_t number = (uint32_t)rand_u64();

	CHECK(conf_uses_postgres(conf));
	*url_r = arena_printf(a, "%s%s" SCRATCH "%08x", url,
	    strchr(url, '?') != NULL ? "&" : "?", number);
	if (run_on_server(conf,
		arena_printf(a,
		    "CREATE DATABASE pierre_verify_%08x TEMPLATE template0"
		    " ENCODING 'UTF8'",
		    number),
		e) < 0)
		return err_wrap(e,
		    "a database to count the rows in, which takes an account "
		    "with CREATEDB");
	return 0;
}

int
store_scratch_drop(
    const struct conf *conf, struct arena *a, const char *url, struct err *e)
{
	const char *name = strstr(url, SCRATCH);

	CHECK(name != NULL);
	return run_on_server(conf,
	    arena_printf(a, "DROP DATABASE IF EXISTS %s WITH (FORCE)",
		name + strlen("dbname=")),
	    e);
}

int
db_settle(struct db *db, struct err *e)
{
	return db->ops->settle != NULL ? db->ops->settle(db, e) : 0;
}

int
db_check(struct db *db, struct err *e)
{
	CHECK(!db->is_tx);
	return db->ops->check(db, e);
}

int
db_scrub(struct db *db, struct err *e)
{
	CHECK(!db->is_tx);
	return db->ops->scrub(db, e);
}

const char *
store_path(const struct conf *conf, struct arena *a, struct err *e)
{
	struct db_location at;

	if (db_locate(conf, &at, e) < 0)
		return NULL;
	if (!at.is_memory)
		return arena_strdup(a, at.path);
	err_set(e, ERR_CONFIG, "a database in memory has no file");
	return NULL;
}

const char *
store_backend(const struct db *db)
{
	return db->backend;
}

size_t
store_files(
    const struct conf *conf, struct arena *a, const char **files, size_t max)
{
	return conf_uses_postgres(conf)
		   ? pg_files(conf->database_url, a, files, max)
		   : 0;
}
