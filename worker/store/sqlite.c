/* SQLite behind db.h.  Three connections a process: reads run at once on the
 * loop's own; what writes runs on a thread, one transaction at a time, so that
 * neither a lock nor the disk holds up the loop; long reads have a connection
 * and a thread as well.  A database in memory has but one connection. */

#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "loop/fiber.h"

/* How long the loop itself waits for a lock before the fiber sleeps instead;
 * readers meet locks only while the log is recovered or emptied. */
#define LOOP_WAIT_US 2000
#define FIBER_NAP_MS 5

/* A connection that several threads take turns with. */
struct seat {
	pthread_mutex_t lock;
	struct fiber_mutex turn; /* fibers queue here, not on the lock */
	struct sqlite_conn conn;
};

/* What db_write() and db_snapshot() hand to their functions. */
struct sqlite_tx {
	struct db db;
	struct sqlite_db *owner;
	struct seat *seat;
};

struct sqlite_db {
	struct db db;
	struct sqlite_tx tx;
	struct sqlite_tx snapshot;
	struct loop *loop;
	pthread_t thread;
	unsigned process;
	bool is_memory;
	int64_t wait_us;
	struct sqlite_conn reader;
	struct seat writer;
	struct seat side;
	char backend[40];
};

struct job {
	struct sqlite_db *s;
	int64_t deadline_us;
	struct db_query *q;
	db_tx_fn *fn;
	void *arg;
	int rc;
	struct err *e;
};

static struct sqlite_db *
owner_of_db(struct db *db)
{
	struct sqlite_db *s =
	    db->is_tx ? container_of(db, struct sqlite_tx, db)->owner
		      : container_of(db, struct sqlite_db, db);

	CHECK(s->process == db_process());
	return s;
}

static struct sqlite_conn *
conn_of_tx(struct db *db)
{
	CHECK(db->is_tx);
	return &container_of(db, struct sqlite_tx, db)->seat->conn;
}

static bool
may_wait(const struct sqlite_db *s)
{
	return s->loop != NULL && fiber_self() != NULL;
}

static int
commit(struct sqlite_conn *c, struct err *e)
{
	int rc = sqlite3_exec(c->handle, "COMMIT", NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		return 0;
	sqlite_conn_fail(c, rc, "commit", e);
	if (sqlite3_get_autocommit(c->handle) == 0)
		sqlite3_exec(c->handle, "ROLLBACK", NULL, NULL, NULL);
	else if ((rc & 0xff) == SQLITE_IOERR)
		err_set(e, ERR_UNCERTAIN,
		    "commit: %s: the disk may hold it or not",
		    sqlite3_errstr(rc));
	return -1;
}

/* On whatever thread: the whole transaction. */
static void
do_write(void *arg)
{
	struct job *j = arg;
	struct sqlite_conn *c = &j->s->writer.conn;

	pthread_mutex_lock(&j->s->writer.lock);
	c->deadline_us = j->deadline_us;
	j->rc = sqlite_conn_exec(c, "BEGIN IMMEDIATE", j->e);
	if (j->rc == 0) {
		j->rc = j->fn(&j->s->tx.db, j->arg, j->e);
		if (j->rc >= 0)
			j->rc = commit(c, j->e);
		else if (sqlite3_get_autocommit(c->handle) == 0)
			sqlite3_exec(c->handle, "ROLLBACK", NULL, NULL, NULL);
	}
	pthread_mutex_unlock(&j->s->writer.lock);
}

/* Where long reads go. */
static struct seat *
side_of(struct sqlite_db *s)
{
	return s->is_memory ? &s->writer : &s->side;
}

/* On whatever thread: what reads sees what it saw first, to its end. */
static void
do_snapshot(void *arg)
{
	struct job *j = arg;
	struct seat *seat = j->s->snapshot.seat;

	pthread_mutex_lock(&seat->lock);
	seat->conn.deadline_us = j->deadline_us;
	j->rc = sqlite_conn_exec(&seat->conn, "BEGIN", j->e);
	if (j->rc == 0) {
		j->rc = j->fn(&j->s->snapshot.db, j->arg, j->e);
		sqlite3_exec(seat->conn.handle, "ROLLBACK", NULL, NULL, NULL);
	}
	pthread_mutex_unlock(&seat->lock);
}

static void
do_read(void *arg)
{
	struct job *j = arg;
	struct seat *seat = side_of(j->s);

	pthread_mutex_lock(&seat->lock);
	seat->conn.deadline_us = j->deadline_us;
	j->rc = sqlite_conn_run(&seat->conn, j->q, j->e);
	pthread_mutex_unlock(&seat->lock);
}

/* Queue for a seat, then run the job on a thread; outside fibers at once. */
static int
run_job(struct job *j, struct seat *seat, void (*fn)(void *arg))
{
	struct sqlite_db *s = j->s;
	int rc;

	j->deadline_us = clock_mono_us() + s->wait_us;
	if (!may_wait(s)) {
		fn(j);
		return j->rc;
	}
	if (fiber_lock(&seat->turn, s->wait_us / 1000, j->e) < 0) {
		if (j->e != NULL && j->e->code == ERR_TIMEOUT)
			err_set(j->e, ERR_UNAVAILABLE,
			    "too many database jobs are waiting");
		return -1;
	}
	rc = fiber_offload(fn, j, j->e);
	fiber_unlock(&seat->turn);
	return rc < 0 ? -1 : j->rc;
}

static int
write_sqlite(struct db *db, db_tx_fn *fn, void *arg, struct err *e)
{
	struct sqlite_db *s = owner_of_db(db);
	struct job j = { .s = s, .fn = fn, .arg = arg, .e = e };

	return run_job(&j, &s->writer, do_write);
}

static int
snapshot_sqlite(struct db *db, db_tx_fn *fn, void *arg, struct err *e)
{
	struct sqlite_db *s = owner_of_db(db);
	struct job j = { .s = s, .fn = fn, .arg = arg, .e = e };

	return run_job(&j, s->snapshot.seat, do_snapshot);
}

static int
run_as_transaction(struct db *tx, void *arg, struct err *e)
{
	return sqlite_conn_run(conn_of_tx(tx), arg, e);
}

/* On the loop: at once; a lock that does not go away is waited for by the
 * fiber, not by the loop. */
static int
read_here(struct sqlite_db *s, struct db_query *q, struct err *e)
{
	int64_t deadline_us = clock_mono_us() + s->wait_us;
	struct err mine = ERR_INIT;

	if (!may_wait(s)) {
		s->reader.deadline_us = deadline_us;
		return sqlite_conn_run(&s->reader, q, e);
	}
	for (;;) {
		sqlite_conn_wait(&s->reader, MIN(LOOP_WAIT_US, s->wait_us));
		if (sqlite_conn_run(&s->reader, q, &mine) == 0)
			return 0;
		if (mine.code != ERR_UNAVAILABLE ||
		    clock_mono_us() >= deadline_us)
			break;
		if (fiber_sleep_ms(FIBER_NAP_MS, e) < 0)
			return -1;
	}
	if (e != NULL)
		*e = mine;
	return -1;
}

static int
run_sqlite(struct db *db, struct db_query *q, struct err *e)
{
	struct sqlite_db *s = owner_of_db(db);
	uint32_t flags = sql_queries[q->id].flags;
	struct job j = { .s = s, .q = q, .e = e };

	if (db->is_tx)
		return sqlite_conn_run(conn_of_tx(db), q, e);
	if ((flags & QUERY_WRITE) != 0)
		return write_sqlite(db, run_as_transaction, q, e);
	if ((flags & QUERY_LONG) != 0 && may_wait(s))
		return run_job(&j, side_of(s), do_read);
	if (pthread_equal(pthread_self(), s->thread) && !s->is_memory)
		return read_here(s, q, e);
	j.deadline_us = clock_mono_us() + s->wait_us;
	do_read(&j);
	return j.rc;
}

static int
run_script(struct db *tx, const char *sql, struct err *e)
{
	return sqlite_conn_exec(conn_of_tx(tx), sql, e);
}

static int
select_sqlite(struct db *tx, const char *sql, struct db_query *q, struct err *e)
{
	return sqlite_conn_select(conn_of_tx(tx), sql, q, e);
}

/* BEGIN IMMEDIATE has done it. */
static int
lock_schema(struct db *tx, UNUSED struct err *e)
{
	CHECK(tx->is_tx);
	return 0;
}

static int
has_table(struct db *db, const char *name, struct err *e)
{
	struct sqlite_db *s = owner_of_db(db);
	struct sqlite_conn *c = db->is_tx      ? conn_of_tx(db)
				: s->is_memory ? &s->writer.conn
					       : &s->reader;
	int rc;

	if (!db->is_tx)
		sqlite_conn_wait(c, s->wait_us);
	rc = sqlite3_table_column_metadata(
	    c->handle, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return 1;
	return rc == SQLITE_ERROR ? 0 : sqlite_conn_fail(c, rc, name, e);
}

/* What is deleted is overwritten at once (secure_delete); copies of it are in
 * the log until that is emptied. */
static void
do_scrub(void *arg)
{
	struct job *j = arg;
	struct seat *seat = &j->s->writer;
	int rc;

	pthread_mutex_lock(&seat->lock);
	seat->conn.deadline_us = j->deadline_us;
	rc = sqlite3_wal_checkpoint_v2(
	    seat->conn.handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	j->rc = rc == SQLITE_OK ? 0
				: sqlite_conn_fail(&seat->conn, rc,
				      "emptying the log", j->e);
	pthread_mutex_unlock(&seat->lock);
}

static int
scrub(struct db *db, struct err *e)
{
	struct sqlite_db *s = owner_of_db(db);
	struct job j = { .s = s, .e = e };

	return run_job(&j, &s->writer, do_scrub);
}

/* --- copies -------------------------------------------------------------- */

/* Compact, and of one moment; what is read is the copy itself. */
static int
copy_sqlite(struct db *db, const struct conf *conf, const char *path,
    db_tx_fn *look, void *arg, struct err *e)
{
	struct sqlite_db *s = owner_of_db(db);
	struct seat *seat = side_of(s);
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", path);
	struct db_location at = { .is_memory = false };
	struct db *copy;
	int rc;

	sqlite_conn_wait(&seat->conn, s->wait_us);
	rc = sqlite3_exec(seat->conn.handle, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	if (rc != SQLITE_OK)
		return sqlite_conn_fail(&seat->conn, rc, "VACUUM INTO", e);
	snprintf(at.path, sizeof(at.path), "%s", path);
	copy = sqlite_open(&at, conf, NULL, false, e);
	if (copy == NULL)
		return -1;
	rc = copy->ops->check(copy, e);
	if (rc == 0)
		rc = snapshot_sqlite(copy, look, arg, e);
	copy->ops->close(copy);
	return rc;
}

/* A pragma that has a row for each fault, but for the word "ok". */
static int
expect_no_fault(struct sqlite_conn *c, const char *pragma, struct err *e)
{
	sqlite3_stmt *h = NULL;
	int rc = sqlite3_prepare_v2(c->handle, pragma, -1, &h, NULL);
	const char *words;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(h);
	words =
	    rc == SQLITE_ROW ? (const char *)sqlite3_column_text(h, 0) : NULL;
	if (rc == SQLITE_ROW && (words == NULL || strcmp(words, "ok") != 0))
		rc = err_set(e, ERR_CORRUPT, "%s: %.150s", pragma,
		    words != NULL ? words : "a fault");
	else if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		rc = 0;
	else
		rc = sqlite_conn_fail(c, rc, pragma, e);
	sqlite3_finalize(h);
	return rc;
}

static int
check_sqlite(struct db *db, struct err *e)
{
	struct sqlite_conn *c = &side_of(owner_of_db(db))->conn;

	sqlite_conn_wait(c, owner_of_db(db)->wait_us);
	return expect_no_fault(c, "PRAGMA integrity_check(1)", e) < 0
		   ? -1
		   : expect_no_fault(c, "PRAGMA foreign_key_check", e);
}

static void
close_sqlite(struct db *db)
{
	struct sqlite_db *s = owner_of_db(db);

	sqlite_conn_close(&s->reader);
	sqlite_conn_close(&s->side.conn);
	sqlite_conn_close(&s->writer.conn);
	pthread_mutex_destroy(&s->side.lock);
	pthread_mutex_destroy(&s->writer.lock);
	free(s);
}

static const struct db_ops sqlite_ops = {
	.run = run_sqlite,
	.write = write_sqlite,
	.script = run_script,
	.select = select_sqlite,
	.lock_schema = lock_schema,
	.has_table = has_table,
	.scrub = scrub,
	.snapshot = snapshot_sqlite,
	.copy = copy_sqlite,
	.check = check_sqlite,
	.close = close_sqlite,
};

/* SQLite would make the file readable for everybody. */
static int
create_file(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		return close(fd);
	if (errno == EEXIST)
		return 0;
	return err_sys(e, ERR_CONFIG, "cannot create the database %s", path);
}

static int
find_file(const struct db_location *at, bool create, struct err *e)
{
	if (at->is_memory)
		return 0;
	if (create)
		return create_file(at->path, e);
	if (access(at->path, R_OK | W_OK) == 0)
		return 0;
	if (errno == ENOENT)
		return err_set(e, ERR_CONFIG,
		    "there is no database %s: run pierrectl migrate up",
		    at->path);
	return err_sys(e, ERR_CONFIG, "cannot use the database %s", at->path);
}

static int
open_connections(
    struct sqlite_db *s, const struct db_location *at, struct err *e)
{
	if (sqlite_conn_open(&s->writer.conn, at, s->is_memory, s->wait_us, e) <
	    0)
		return -1;
	if (s->is_memory)
		return 0;
	if (sqlite_conn_open(&s->reader, at, false, s->wait_us, e) < 0)
		return -1;
	return sqlite_conn_open(&s->side.conn, at, false, s->wait_us, e);
}

static void
init_seat(struct seat *seat)
{
	pthread_mutex_init(&seat->lock, NULL);
	seat->turn = FIBER_MUTEX_INIT;
}

struct db *
sqlite_open(const struct db_location *at, const struct conf *conf,
    struct loop *loop, bool create, struct err *e)
{
	struct sqlite_db *s;

	if (find_file(at, create, e) < 0)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->is_memory = at->is_memory;
	snprintf(
	    s->backend, sizeof(s->backend), "SQLite %s", sqlite3_libversion());
	s->db = (struct db){ .ops = &sqlite_ops, .backend = s->backend };
	s->tx = (struct sqlite_tx){ s->db, s, &s->writer };
	s->tx.db.is_tx = true;
	s->snapshot = (struct sqlite_tx){ s->tx.db, s, side_of(s) };
	s->loop = loop;
	s->thread = pthread_self();
	s->process = db_process();
	s->wait_us = conf->sqlite_busy_timeout_us;
	init_seat(&s->writer);
	init_seat(&s->side);
	if (open_connections(s, at, e) < 0) {
		close_sqlite(&s->db);
		return NULL;
	}
	return &s->db;
}
