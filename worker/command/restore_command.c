#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/masterkey.h"
#include "base/date.h"
#include "command/backup_file.h"
#include "command/command.h"
#include "command/manifest.h"
#include "command/new_file.h"
#include "config/conf.h"
#include "store/store.h"

/* pierrectl verify and restore: nothing is written before all that can be known
 * of a backup is proven; and it goes to a new place only. */

struct restoring {
	struct command *command;
	struct backup backup;
	struct manifest manifest;
};

static int
open_backup(
    struct restoring *r, struct command *c, const char *path, struct err *e)
{
	r->command = c;
	if (backup_open(&r->backup, c->arena, path, e) < 0 ||
	    manifest_parse(&r->manifest, c->arena, r->backup.manifest, e) < 0)
		return -1;
	return r->manifest.key_check.p == NULL
		   ? 0
		   : masterkey_check_proof(c->conf, r->manifest.key_check, e);
}

/* --- looking at what was restored ---------------------------------------- */

static int
compare(struct db *tx, void *arg, struct err *e)
{
	const struct restoring *r = arg;
	struct manifest found;

	/* What an older program counted, this one cannot: it knows only its own
	 * tables. */
	if (!manifest_is_ours(&r->manifest))
		return 0;
	return manifest_collect(&found, r->command->arena, tx, e) < 0
		   ? -1
		   : manifest_compare(&r->manifest, &found, e);
}

static int
prove_database(struct restoring *r, const struct conf *at, struct err *e)
{
	struct db *db = store_open_any(at, e);
	int rc;

	if (db == NULL)
		return -1;
	rc = db_check(db, e);
	if (rc == 0)
		rc = db_snapshot(db, compare, r, e);
	if (rc == 0)
		rc = db_settle(db, e);
	store_close(&db);
	return rc;
}

/* The configuration with another database. */
static struct conf
conf_at(const struct conf *conf, const char *url)
{
	struct conf at = *conf;

	at.database_url = url;
	return at;
}

/* --- SQLite -------------------------------------------------------------- */

/* Into a file that is not in its place yet. */
static int
extract_sqlite(struct restoring *r, struct new_file *f, struct err *e)
{
	struct conf at = conf_at(r->command->conf,
	    arena_printf(r->command->arena, "sqlite:%s", f->temp));

	return backup_extract(&r->backup, f->fd, e) < 0
		   ? -1
		   : prove_database(r, &at, e);
}

static int
restore_sqlite(struct restoring *r, const char *path, bool keep, struct err *e)
{
	struct new_file f;
	int rc = new_file_begin(&f, r->command->arena, path, e);

	if (rc == 0)
		rc = extract_sqlite(r, &f, e);
	if (rc == 0 && keep)
		rc = new_file_keep(&f, e);
	new_file_end(&f);
	return rc;
}

/* --- PostgreSQL ---------------------------------------------------------- */

/* The copy as a file without a name, as pg_restore reads it. */
static int
extract_dump(const struct restoring *r, struct err *e)
{
	char *path = arena_printf(r->command->arena, "%s/pierre-restore-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/var/tmp");
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot make %s", path);
	unlink(path);
	if (backup_extract(&r->backup, fd, e) < 0 ||
	    lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
restore_pg(struct restoring *r, const struct conf *at, struct err *e)
{
	int fd = extract_dump(r, e);
	int rc;

	if (fd < 0)
		return -1;
	rc = store_load_copy(at, fd, e);
	close(fd);
	return rc < 0 ? -1 : prove_database(r, at, e);
}

/* Into a database that goes again. */
static int
verify_pg(struct restoring *r, struct err *e)
{
	const struct conf *conf = r->command->conf;
	struct arena *a = r->command->arena;
	struct err gone = ERR_INIT;
	struct conf at;
	const char *url;
	int rc;

	if (!conf_uses_postgres(conf))
		return err_set(e, ERR_CONFIG,
		    "the rows of a backup of PostgreSQL are counted in such a "
		    "database: database.url must name a server");
	if (store_scratch_make(conf, a, &url, e) < 0)
		return -1;
	at = conf_at(conf, url);
	rc = restore_pg(r, &at, e);
	if (store_scratch_drop(conf, a, url, &gone) < 0 && rc == 0) {
		*e = gone;
		rc = -1;
	}
	return rc;
}

/* --- commands ------------------------------------------------------------ */

static void
print_backup(const struct restoring *r, const char *word)
{
	const struct manifest *m = &r->manifest;
	struct buf when = BUF_INIT;

	date_format_rfc3339(&when, m->made_us, false, 0);
	printf("%s: %s, %s, made %s of %s, schema %s, %lld rows in %zu "
	       "tables\n",
	    r->backup.path, word, m->engine, buf_cstr(&when), m->backend,
	    manifest_schema(m, r->command->arena), (long long)manifest_rows(m),
	    m->n_tables);
	if (!manifest_is_ours(m))
		puts("it was made with an older schema: pierrectl migrate up "
		     "brings it up to date");
	buf_free(&when);
}

static int
restore_to(struct restoring *r, const char *url, struct err *e)
{
	struct conf at = conf_at(r->command->conf,
	    url != NULL ? url : r->command->conf->database_url);
	const char *want = conf_uses_postgres(&at) ? "postgresql" : "sqlite";
	const char *path;

	if (strcmp(r->manifest.engine, want) != 0)
		return err_set(e, ERR_INVALID,
		    "a backup of %s goes into such a database; pierrectl "
		    "migrate moves it to another afterwards",
		    r->manifest.engine);
	if (conf_uses_postgres(&at))
		return restore_pg(r, &at, e);
	path = store_path(&at, r->command->arena, e);
	return path == NULL ? -1 : restore_sqlite(r, path, true, e);
}

int
command_restore(struct command *c, struct err *e)
{
	struct restoring r = { .backup = { .fd = -1 } };
	const char *url = NULL;
	int rc = command_option(c, "--to", &url, e);

	if (rc < 0 || command_args(c, 1, e) < 0)
		return -1;
	rc = open_backup(&r, c, c->argv[0], e);
	if (rc == 0)
		rc = restore_to(&r, url, e);
	if (rc == 0)
		print_backup(&r, "restored, and what was counted is equal");
	backup_close(&r.backup);
	return rc;
}

int
command_verify(struct command *c, struct err *e)
{
	struct restoring r = { .backup = { .fd = -1 } };
	int rc;

	if (command_args(c, 1, e) < 0)
		return -1;
	rc = open_backup(&r, c, c->argv[0], e);
	if (rc == 0)
		rc = strcmp(r.manifest.engine, "sqlite") == 0
			 ? restore_sqlite(&r,
			       arena_printf(c->arena, "%s.verify", c->argv[0]),
			       false, e)
			 : verify_pg(&r, e);
	if (rc == 0)
		print_backup(&r, "good");
	backup_close(&r.backup);
	return rc;
}
