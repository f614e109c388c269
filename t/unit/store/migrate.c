/* Migrations: up, down, up; what must be refused; several runners at once. */

#include "store/migrate.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "store/temp_db.h"
#include "tap.h"

static void
raw(const struct temp_db *t, const char *sql)
{
	char path[80];
	sqlite3 *db;

	if (temp_server() != NULL) {
		temp_pg(t, sql);
		return;
	}
	snprintf(path, sizeof(path), "%s/pierre.db", t->dir);
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		printf("# %s: %s\n", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static bool
opens(struct temp_db *t)
{
	struct db *db = store_open(&t->conf, NULL, &t->e);
	bool good = db != NULL;

	store_close(&db);
	return good;
}

static void
test_up_down(void)
{
	struct temp_db t;
	struct stat st;
	char path[80];
	unsigned applied;

	temp_conf(&t);
	ok(!opens(&t) && t.e.code == ERR_CONFIG, "no database: %s", t.e.msg);
	ok(store_migrate(&t.conf, &applied, &t.e) == 0 && applied >= 1,
	    "a new database is laid out");
	snprintf(path, sizeof(path), "%s/pierre.db", t.dir);
	ok(temp_server() != NULL ||
		(stat(path, &st) == 0 && (st.st_mode & 077) == 0),
	    "nobody else may read it");
	ok(store_migrate(&t.conf, &applied, &t.e) == 0 && applied == 0,
	    "the second run does nothing");
	t.db = store_open(&t.conf, NULL, &t.e);
	ok(t.db != NULL, "it opens");
	ok(strncmp(store_backend(t.db),
	       temp_server() != NULL ? "PostgreSQL 1" : "SQLite 3.", 9) == 0,
	    "%s", store_backend(t.db));
	temp_user(&t, "ada");
	is_int(migrate_down(t.db, 0, &t.e), 0, "down to nothing: %s", t.e.msg);
	ok(migrate_check(t.db, &t.e) < 0, "which is too old: %s", t.e.msg);
	is_int(
	    migrate_up(t.db, &applied, &t.e), 0, "and up again: %s", t.e.msg);
	is_int(migrate_check(t.db, &t.e), 0, "which is right");
	temp_user(&t, "ada");
	temp_close(&t);
}

/* What there is beside the list of migrations. */
static int
leftovers(const struct temp_db *t)
{
	char path[80];
	sqlite3_stmt *s = NULL;
	sqlite3 *db;
	int n = -1;

	if (temp_server() != NULL)
		return atoi(
		    temp_pg(t, "SELECT count(*) FROM pg_class WHERE"
			       " relnamespace = current_schema()::regnamespace"
			       " AND relname NOT LIKE 'schema_migrations%'"));
	snprintf(path, sizeof(path), "%s/pierre.db", t->dir);
	if (sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(db,
		"SELECT count(*) FROM sqlite_master WHERE"
		" tbl_name <> 'schema_migrations'",
		-1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

/* Each version back and up again, over the data of a person. */
static void
test_each(void)
{
	struct temp_db t;
	struct migration_state *list;
	size_t n;
	unsigned applied;

	temp_open(&t);
	for (const struct sql_migration *m = sql_migrations; m->version != 0;
	     m++) {
		struct user u;

		if (users_by_name(t.db, t.arena, "ada", &u, &t.e) == 0)
			temp_user(&t, "ada");
		is_int(migrate_down(t.db, m->version - 1, &t.e), 0,
		    "%04d_%s is taken back: %s", m->version, m->name, t.e.msg);
		ok(migrate_check(t.db, &t.e) < 0, "%s", t.e.msg);
		is_int(
		    migrate_list(t.db, t.arena, &list, &n, &t.e), 0, "listed");
		for (size_t i = 0; i < n; i++)
			ok((list[i].applied_us != 0) ==
				(list[i].version < m->version),
			    "%04d %s", list[i].version, list[i].name);
		is_int(migrate_up(t.db, &applied, &t.e), 0, "up again: %s",
		    t.e.msg);
		is_int(migrate_check(t.db, &t.e), 0, "and right");
	}
	is_int(migrate_down(t.db, 0, &t.e), 0, "all back");
	is_int(leftovers(&t), 0, "which leaves nothing");
	is_int(migrate_down(t.db, 0, &t.e), 0, "and nothing to do");
	temp_close(&t);
}

static void
test_refused(void)
{
	struct temp_db t;
	unsigned applied;

	temp_open(&t);
	store_close(&t.db);
	raw(&t, "INSERT INTO schema_migrations SELECT 9999, 'later', 'x',"
		" applied_at FROM schema_migrations WHERE version = 1");
	ok(!opens(&t) && t.e.code == ERR_CONFIG, "newer: %s", t.e.msg);
	ok(store_migrate(&t.conf, &applied, &t.e) < 0 && t.e.code == ERR_CONFIG,
	    "newer, not migrated either");
	raw(&t, "DELETE FROM schema_migrations WHERE version = 9999");
	ok(opens(&t), "right again");
	raw(&t,
	    "UPDATE schema_migrations SET checksum = 'x' WHERE version = 1");
	ok(!opens(&t) && t.e.code == ERR_CONFIG, "changed: %s", t.e.msg);
	temp_close(&t);

	temp_conf(&t);
	t.conf.database_url = "mysql://me:secret@host/db";
	ok(!opens(&t) && t.e.code == ERR_CONFIG &&
		strstr(t.e.msg, "secret") == NULL,
	    "other engine: %s", t.e.msg);
	t.conf.database_url = "sqlite:/nonexistent/x.db";
	ok(store_migrate(&t.conf, &applied, &t.e) < 0, "bad path: %s", t.e.msg);
	t.conf.database_url = "sqlite::memory:";
	ok(opens(&t), "in memory");
	temp_close(&t);
}

/* Each child says by its exit status how many migrations it ran. */
static void
test_together(void)
{
	struct temp_db t;
	unsigned total = 0;
	unsigned versions = 0;
	bool good = true;

	temp_conf(&t);
	fflush(stdout);
	for (int i = 0; i < 4; i++) {
		if (fork() == 0) {
			unsigned applied;

			_exit(store_migrate(&t.conf, &applied, &t.e) < 0
				  ? 100
				  : (int)applied);
		}
	}
	for (int i = 0; i < 4; i++) {
		int status;

		wait(&status);
		good = good && WIFEXITED(status) && WEXITSTATUS(status) < 100;
		total += WEXITSTATUS(status);
	}
	while (sql_migrations[versions].version != 0)
		versions++;
	ok(good, "four runners at once all succeed");
	is_int(total, versions, "and each migration is run once");
	ok(opens(&t), "the schema is right");
	temp_close(&t);
}

int
main(void)
{
	test_up_down();
	test_each();
	test_refused();
	test_together();
	return tap_done();
}
