/* Several processes, locks, deaths and deadlines. */

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "loop/fiber.h"
#include "store/dailies.h"
#include "store/dbmeta.h"
#include "store/temp_db.h"
#include "tap.h"

#define WRITERS 3
#define WRITES	150

static struct temp_db t;

static int
bump(struct db *tx, void *arg, struct err *e)
{
	return meta_bump_auth_epoch(tx, arg, e);
}

/* In a child: a connection of its own, then many small transactions.  Returns
 * the longest in ms, or -1. */
static int
write_many(void)
{
	struct db *db = store_open(&t.conf, NULL, &t.e);
	int64_t longest_us = 0;

	for (int i = 0; i < WRITES; i++) {
		int64_t start_us = clock_mono_us();

		if (db == NULL || db_write(db, bump, t.arena, &t.e) < 0)
			return -1;
		longest_us = MAX(longest_us, clock_mono_us() - start_us);
	}
	store_close(&db);
	return (int)MIN(longest_us / 1000, 10000);
}

static void
test_writers(void)
{
	int64_t before = temp_epoch(&t);
	int pipes[2];
	int longest = 0;
	bool good = true;

	store_close(&t.db);
	fflush(stdout);
	if (pipe(pipes) < 0)
		return;
	for (int i = 0; i < WRITERS; i++) {
		if (fork() == 0) {
			int ms = write_many();

			_exit(write(pipes[1], &ms, sizeof(ms)) < 0);
		}
	}
	for (int i = 0; i < WRITERS; i++) {
		int ms = -1;

		good = read(pipes[0], &ms, sizeof(ms)) == sizeof(ms) &&
		       ms >= 0 && good;
		longest = MAX(longest, ms);
		wait(NULL);
	}
	close(pipes[0]);
	close(pipes[1]);
	t.db = store_open(&t.conf, NULL, &t.e);
	ok(good, "%d processes wrote at once", WRITERS);
	is_int(
	    temp_epoch(&t), before + WRITERS * WRITES, "and no write was lost");
	ok(longest < 3000, "none was starved: the longest took %d ms", longest);
}

static int
fail_late(struct db *tx, void *arg, struct err *e)
{
	if (meta_bump_auth_epoch(tx, arg, e) < 0)
		return -1;
	return err_set(e, ERR_INVALID, "on purpose");
}

static int
die_late(struct db *tx, void *arg, struct err *e)
{
	if (meta_bump_auth_epoch(tx, arg, e) < 0)
		return -1;
	raise(SIGKILL);
	return 0;
}

static void
test_rollback(void)
{
	int64_t before = temp_epoch(&t);
	int status;
	pid_t pid;

	ok(db_write(t.db, fail_late, t.arena, &t.e) < 0 &&
		t.e.code == ERR_INVALID,
	    "a function that fails");
	is_int(temp_epoch(&t), before, "leaves nothing");

	store_close(&t.db);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		t.db = store_open(&t.conf, NULL, &t.e);
		_exit(t.db != NULL && db_write(t.db, die_late, t.arena, &t.e));
	}
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	    "a process killed within a transaction");
	t.db = store_open(&t.conf, NULL, &t.e);
	is_int(temp_epoch(&t), before, "leaves nothing");
	is_int(db_write(t.db, bump, t.arena, &t.e), 0, "and no lock");
}

static void
test_deadline(void)
{
	char path[80];
	sqlite3 *raw;
	int64_t start_us, took_us;

	store_close(&t.db);
	t.conf.sqlite_busy_timeout_us = 150000;
	t.db = store_open(&t.conf, NULL, &t.e);
	snprintf(path, sizeof(path), "%s/pierre.db", t.dir);
	if (sqlite3_open(path, &raw) != SQLITE_OK ||
	    sqlite3_exec(raw, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		printf("# %s\n", sqlite3_errmsg(raw));
	start_us = clock_mono_us();
	ok(db_write(t.db, bump, t.arena, &t.e) < 0 &&
		t.e.code == ERR_UNAVAILABLE,
	    "locked: %s", t.e.msg);
	took_us = clock_mono_us() - start_us;
	ok(took_us >= 150000 && took_us < 400000, "after %d ms",
	    (int)(took_us / 1000));
	ok(temp_epoch(&t) > 0, "reading goes on meanwhile");
	sqlite3_exec(raw, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(raw);
	is_int(db_write(t.db, bump, t.arena, &t.e), 0, "free again");
}

static int fibers_left;
static struct loop *loop;

static void
write_in_fiber(void *arg)
{
	struct arena *a = arena_new();
	struct user *list;
	struct err e = ERR_INIT;
	int64_t n = 0;
	size_t users;

	(void)arg;
	for (int i = 0; i < 10; i++) {
		if (db_write(t.db, bump, a, &e) < 0 ||
		    meta_auth_epoch(t.db, a, &n, &e) < 0 ||
		    users_list(t.db, a, &list, &users, &e) < 0)
			printf("# %s\n", e.msg);
	}
	arena_free(&a);
	fibers_left--;
}

static void
test_fibers(void)
{
	int64_t before = temp_epoch(&t);

	store_close(&t.db);
	loop = loop_new(3);
	t.conf.sqlite_busy_timeout_us = 5000000;
	t.db = store_open(&t.conf, loop, &t.e);
	for (int i = 0; i < 8; i++) {
		fibers_left++;
		fiber_spawn(loop, write_in_fiber, NULL);
	}
	ok(fibers_left == 8, "writing leaves the loop free");
	loop_run_pending(loop);
	is_int(fibers_left, 0, "all fibers end");
	is_int(temp_epoch(&t), before + 80, "each write counts");
	store_close(&t.db);
	loop_free(&loop);
	t.db = store_open(&t.conf, NULL, &t.e);
}

static off_t
log_size(void)
{
	char path[80];
	FILE *f;
	long n = 0;

	snprintf(path, sizeof(path), "%s/pierre.db-wal", t.dir);
	f = fopen(path, "r");
	if (f != NULL && fseek(f, 0, SEEK_END) == 0)
		n = ftell(f);
	if (f != NULL)
		fclose(f);
	return n;
}

static void
test_log(void)
{
	struct user u = temp_user(&t, "log");
	struct owner o = owner_of(&u.athlete);
	struct daily *list = arena_many(t.arena, 2000, struct daily);

	for (int round = 0; round < 60; round++) {
		for (int i = 0; i < 2000; i++)
			list[i] = (struct daily){
				.day = i, .kind = DAILY_STEPS, .value = round
			};
		if (dailies_put(t.db, t.arena, &o, list, 2000, "user", &t.e) <
		    0)
			printf("# %s\n", t.e.msg);
		arena_reset(t.arena);
		list = arena_many(t.arena, 2000, struct daily);
	}
	ok(log_size() < 16 << 20, "the log stays small: %ld KiB",
	    (long)log_size() / 1024);
}

int
main(void)
{
	unsetenv("PIERRE_TEST_DATABASE_URL");
	temp_open(&t);
	test_writers();
	test_rollback();
	test_deadline();
	test_fibers();
	test_log();
	temp_close(&t);
	return tap_done();
}
