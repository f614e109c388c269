/* PostgreSQL: values, fibers and their turns, connections that break, and what
 * is not known afterwards. */

#include "store/pg.h"

#include "base/clock.h"
#include "store/dailies.h"
#include "store/dbmeta.h"
#include "store/temp_db.h"
#include "store/tokens.h"
#include "tap.h"

static struct temp_db t;
static struct loop *loop;

static void
reopen(bool with_loop)
{
	store_close(&t.db);
	t.db = store_open(&t.conf, with_loop ? loop : NULL, &t.e);
	if (t.db == NULL) {
		printf("Bail out! %s\n", t.e.msg);
		exit(1);
	}
}

static int
bump(struct db *tx, void *arg, struct err *e)
{
	return meta_bump_auth_epoch(tx, arg, e);
}

/* Run fn in a fiber until it has ended. */
static void
in_fiber(void (*fn)(void *arg), void *arg)
{
	fiber_spawn(loop, fn, arg);
	ok(loop_settle(loop, 20000), "the fibers end");
}

/* Our connections at the server, and until they have gone. */
static void
kill_backends(void)
{
	temp_pg(&t, "SELECT count(pg_terminate_backend(pid, 5000))"
		    " FROM pg_stat_activity"
		    " WHERE application_name = 'pierre-mcp-server'");
}

/* --- values -------------------------------------------------------------- */

static void
test_values(void)
{
	struct user u = temp_user(&t, "values");
	static const int64_t times[] = { 0, 1, -1, 1700000000123456,
		INT64_C(-62135596800000000), INT64_C(253402300799999999) };
	struct access_token *list, token = { .owner = owner_of(&u.athlete),
		.name = "\"q\" \\ \xc3\xa9",
		.prefix = "",
		.scopes = "" };
	size_t n;
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		memset(&token.id, 0, sizeof(token.id));
		memset(token.hash, (int)i, sizeof(token.hash));
		token.expires_us = times[i];
		good = tokens_insert(t.db, t.arena, &token, &t.e) == 0 && good;
	}
	ok(good, "times from year 1 to 9999 are taken: %s", t.e.msg);
	is_int(tokens_list(t.db, t.arena, &token.owner, &list, &n, &t.e), 0,
	    "listed");
	is_int(n, ARRAY_LEN(times), "all of them");
	for (size_t i = 0; i < n; i++)
		good = good && list[n - 1 - i].expires_us == times[i];
	ok(good, "and come back to the microsecond");
	is_str(list[0].name, token.name, "text comes back");
	token.name = "a\xff";
	memset(&token.id, 0, sizeof(token.id));
	memset(token.hash, 99, sizeof(token.hash));
	ok(tokens_insert(t.db, t.arena, &token, &t.e) < 0 &&
		t.e.code == ERR_INVALID,
	    "text that is not UTF-8: %s", t.e.msg);
	is_int(temp_epoch(&t) > 0, 1, "the connection goes on");
}

/* --- turns --------------------------------------------------------------- */

struct worker {
	int rc;
	int64_t took_us;
	struct arena *arena;
	struct err e;
};

static int running;
static int most;
static void *started[500];
static int n_started;

static int
bump_slowly(struct db *tx, void *arg, struct err *e)
{
	struct worker *w = arg;
	int rc;

	running++;
	most = MAX(most, running);
	started[n_started++] = arg;
	rc = meta_bump_auth_epoch(tx, w->arena, e);
	if (rc == 0)
		rc = fiber_sleep_ms(1, e);
	running--;
	return rc;
}

static void
write_once(void *arg)
{
	struct worker *w = arg;
	int64_t start_us = clock_mono_us();

	w->e = ERR_INIT;
	w->arena = arena_new();
	w->rc = db_write(t.db, bump_slowly, w, &w->e);
	w->took_us = clock_mono_us() - start_us;
	arena_free(&w->arena);
}

static void
test_turns(void)
{
	static struct worker w[200];
	int64_t before = temp_epoch(&t);
	int good = 0;
	int last = 0;
	int late = 0;

	n_started = 0;
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		fiber_spawn(loop, write_once, &w[i]);
	ok(loop_settle(loop, 20000), "200 transactions end");
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		int at = (int)((struct worker *)started[i] - w);

		good += w[i].rc == 0;
		late += at < last;
		last = MAX(last, at);
	}
	is_int(good, 200, "all are served: %s", w[0].e.msg);
	is_int(temp_epoch(&t), before + 200, "each counts");
	ok(most > 1 && most <= 4, "%d at once", most);
	ok(late <= 3, "in order, but for %d that opened a connection", late);
}

static int
hold(struct db *tx, void *arg, struct err *e)
{
	return meta_bump_auth_epoch(tx, t.arena, e) < 0
		   ? -1
		   : fiber_sleep_ms(*(int *)arg, e);
}

static void
hold_connection(void *arg)
{
	struct err e = ERR_INIT;

	if (db_write(t.db, hold, arg, &e) < 0)
		printf("# %s\n", e.msg);
}

static void
test_timeout(void)
{
	static int ms = 2000;
	static struct worker w[2];

	t.conf.pg_max_connections = 2; /* one for us, one for the keeper */
	t.conf.pg_acquire_timeout_us = 100000;
	reopen(true);
	fiber_spawn(loop, hold_connection, &ms);
	fiber_spawn(loop, write_once, &w[0]);
	fiber_spawn(loop, write_once, &w[1]);
	ok(loop_settle(loop, 20000), "the fibers end");
	ok(w[0].rc < 0 && w[0].e.code == ERR_UNAVAILABLE && w[1].rc < 0 &&
		w[1].e.code == ERR_UNAVAILABLE,
	    "no connection in time: %s", w[0].e.msg);
	/* The kernel's wake-ups may be some milliseconds early. */
	ok(w[0].took_us >= 90000 && w[0].took_us < 1900000, "after %d ms",
	    (int)(w[0].took_us / 1000));
	in_fiber(write_once, &w[0]);
	is_int(w[0].rc, 0, "free again");
	t.conf.pg_max_connections = 5;
	t.conf.pg_acquire_timeout_us = 5000000;
	reopen(true);
}

static struct fiber *queued;

static void
cancel_queued(UNUSED void *arg)
{
	fiber_cancel(queued);
}

static void
test_cancel(void)
{
	static int ms = 1500;
	static struct worker w;

	t.conf.pg_max_connections = 2;
	reopen(true);
	fiber_spawn(loop, hold_connection, &ms);
	queued = fiber_spawn(loop, write_once, &w);
	loop_later(loop, cancel_queued, NULL);
	ok(loop_settle(loop, 20000), "the fibers end");
	ok(w.rc < 0 && w.e.code == ERR_CANCELED && w.took_us < 1000000,
	    "who is cancelled leaves the queue: %s", w.e.msg);
	t.conf.pg_max_connections = 5;
	reopen(true);
}

/* --- what breaks --------------------------------------------------------- */

static void
read_epoch(void *arg)
{
	*(int64_t *)arg = temp_epoch(&t);
}

static void
test_broken_idle(void)
{
	int64_t before = 0, after = 0;

	in_fiber(read_epoch, &before);
	kill_backends();
	in_fiber(read_epoch, &after);
	ok(before > 0 && after == before,
	    "a read survives the end of its connection");
	reopen(false);
	kill_backends();
	is_int(temp_epoch(&t), before, "outside fibers too");
	kill_backends();
	is_int(db_write(t.db, bump, t.arena, &t.e), 0,
	    "a write does not begin on a dead connection: %s", t.e.msg);
	reopen(true);
}

static int
lose(struct db *tx, void *arg, struct err *e)
{
	if (meta_bump_auth_epoch(tx, arg, e) < 0)
		return -1;
	kill_backends();
	return meta_bump_auth_epoch(tx, arg, e);
}

static int
lose_then_succeed(struct db *tx, void *arg, struct err *e)
{
	if (meta_bump_auth_epoch(tx, arg, e) < 0)
		return -1;
	kill_backends();
	if (meta_bump_auth_epoch(tx, arg, NULL) == 0)
		printf("# a dead connection answered\n");
	return 0;
}

static void
test_broken_tx(void)
{
	int64_t before;

	reopen(false);
	before = temp_epoch(&t);
	ok(db_write(t.db, lose, t.arena, &t.e) < 0 &&
		t.e.code == ERR_UNAVAILABLE,
	    "a transaction whose connection breaks: %s", t.e.msg);
	is_int(temp_epoch(&t), before, "leaves nothing");
	ok(db_write(t.db, lose_then_succeed, t.arena, &t.e) < 0 &&
		t.e.code == ERR_UNAVAILABLE,
	    "even if nobody minds: %s", t.e.msg);
	is_int(temp_epoch(&t), before, "leaves nothing");
	reopen(true);
}

static void
kill_soon(UNUSED void *arg)
{
	struct err e = ERR_INIT;

	if (fiber_sleep_ms(600, &e) == 0)
		kill_backends();
}

static void
test_uncertain(void)
{
	static struct worker w;

	temp_pg(&t,
	    "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
	    " 'BEGIN PERFORM pg_sleep(2); RETURN NULL; END'");
	temp_pg(&t, "CREATE CONSTRAINT TRIGGER dawdle AFTER UPDATE ON meta"
		    " DEFERRABLE INITIALLY DEFERRED"
		    " FOR EACH ROW EXECUTE FUNCTION dawdle()");
	fiber_spawn(loop, kill_soon, NULL);
	in_fiber(write_once, &w);
	ok(w.rc < 0 && w.e.code == ERR_UNCERTAIN, "lost in commit: %s",
	    w.e.msg);
	temp_pg(&t, "DROP TRIGGER dawdle ON meta");
}

static void
test_slow(void)
{
	static struct worker w;

	temp_pg(&t, "CREATE TRIGGER dawdle AFTER UPDATE ON meta"
		    " FOR EACH ROW EXECUTE FUNCTION dawdle()");
	t.conf.pg_statement_timeout_us = 100000;
	reopen(true);
	in_fiber(write_once, &w);
	ok(w.rc < 0 && w.e.code == ERR_UNAVAILABLE,
	    "a statement that takes too long is ended: %s", w.e.msg);
	ok(w.took_us < 1900000, "after %d ms", (int)(w.took_us / 1000));
	temp_pg(&t, "DROP TRIGGER dawdle ON meta");
	t.conf.pg_statement_timeout_us = 30000000;
	reopen(true);
}

static void
pause_a_little(UNUSED void *arg)
{
	struct err e = ERR_INIT;

	if (fiber_sleep_ms(400, &e) < 0)
		printf("# %s\n", e.msg);
}

/* To another database of the same server: ours lets nobody in. */
static void
let_in(bool yes)
{
	const char *url = temp_server();
	int n = (int)(strrchr(url, '/') - url);
	PGconn *c = PQconnectdb(arena_printf(t.arena, "%.*s/postgres", n, url));

	PQclear(PQexec(
	    c, arena_printf(t.arena, "ALTER DATABASE %s ALLOW_CONNECTIONS %s",
		   url + n + 1, yes ? "true" : "false")));
	if (!yes)
		PQclear(
		    PQexec(c, "SELECT pg_terminate_backend(pid, 5000)"
			      " FROM pg_stat_activity"
			      " WHERE application_name = 'pierre-mcp-server'"));
	PQfinish(c);
}

static void
shut_out(UNUSED void *arg)
{
	let_in(false);
}

static void
test_shut_out(void)
{
	static struct worker w[40];
	int64_t longest_us = 0;
	int refused = 0;

	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		if (i == ARRAY_LEN(w) / 2)
			fiber_spawn(loop, shut_out, NULL);
		fiber_spawn(loop, write_once, &w[i]);
	}
	ok(loop_settle(loop, 20000), "the fibers end");
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		refused += w[i].rc < 0 && w[i].e.code == ERR_UNAVAILABLE;
		longest_us = MAX(longest_us, w[i].took_us);
	}
	ok(refused > 20, "without a server %d of 40 are refused: %s", refused,
	    w[39].e.msg);
	ok(longest_us < 4000000, "at once: the longest waited %d ms",
	    (int)(longest_us / 1000));
	let_in(true);
	in_fiber(pause_a_little, NULL);
	in_fiber(write_once, &w[0]);
	is_int(
	    w[0].rc, 0, "and served again when there is one: %s", w[0].e.msg);
}

static int
fail_late(struct db *tx, void *arg, struct err *e)
{
	if (meta_bump_auth_epoch(tx, arg, e) < 0)
		return -1;
	return err_set(e, ERR_INVALID, "on purpose");
}

static int
hide_conflict(struct db *tx, void *arg, UNUSED struct err *e)
{
	struct user *u = arg;

	if (users_create(tx, t.arena, u, NULL) == 0)
		printf("# two of a name\n");
	return 0;
}

static void
test_rollback(void)
{
	int64_t before = temp_epoch(&t);
	struct user u = temp_user(&t, "twin");

	ok(db_write(t.db, fail_late, t.arena, &t.e) < 0 &&
		t.e.code == ERR_INVALID,
	    "a function that fails");
	is_int(temp_epoch(&t), before, "leaves nothing");
	memset(&u.athlete.tenant_id, 0, sizeof(struct uuid));
	memset(&u.athlete.user_id, 0, sizeof(struct uuid));
	ok(db_write(t.db, hide_conflict, &u, &t.e) < 0,
	    "a refusal that was passed over ends in one: %s", t.e.msg);
	is_int(db_write(t.db, bump, t.arena, &t.e), 0, "and all goes on");
}

/* --- how many ------------------------------------------------------------ */

static void
dream(void *arg)
{
	struct err e = ERR_INIT;

	if (fiber_sleep_ms(*(int *)arg, &e) < 0)
		printf("# %s\n", e.msg);
}

static void
test_idle(void)
{
	static const char count[] =
	    "SELECT count(*) FROM pg_stat_activity"
	    " WHERE application_name = 'pierre-mcp-server'";
	static int ms = 50;
	static struct worker w[20];
	int n;

	t.conf.pg_idle_timeout_us = 1000000;
	t.conf.pg_min_connections = 1;
	reopen(true);
	is_str(temp_pg(&t, count), "1", "one connection to begin with");
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		fiber_spawn(loop, write_once, &w[i]);
	ok(loop_settle(loop, 20000), "the fibers end");
	n = atoi(temp_pg(&t, count));
	ok(n > 1 && n <= 4, "never more than our share: %d", n);
	for (int i = 0; i < 200 && strcmp(temp_pg(&t, count), "1") != 0; i++)
		in_fiber(dream, &ms);
	is_str(temp_pg(&t, count), "1", "what is idle is closed");
}

static void
test_refused(void)
{
	struct conf conf = t.conf;
	struct db *db;

	conf.database_url = "postgresql://someone:hunter2@/nowhere"
			    "?host=/nonexistent";
	db = store_open(&conf, NULL, &t.e);
	ok(db == NULL && t.e.code == ERR_UNAVAILABLE &&
		strstr(t.e.msg, "hunter2") == NULL,
	    "nobody there: %s", t.e.msg);
	conf.database_url = "postgresql://u:hunter2@h:x:y/?what=1";
	db = store_open(&conf, NULL, &t.e);
	ok(db == NULL && t.e.code == ERR_CONFIG &&
		strstr(t.e.msg, "hunter2") == NULL,
	    "no URL: %s", t.e.msg);
	conf.database_url =
	    arena_printf(t.arena, "%s_not_there", temp_server());
	db = store_open(&conf, NULL, &t.e);
	ok(db == NULL && t.e.code == ERR_CONFIG, "no such database: %s",
	    t.e.msg);
}

int
main(void)
{
	if (temp_server() == NULL) {
		printf("1..0 # SKIP no PIERRE_TEST_DATABASE_URL\n");
		return 0;
	}
	temp_open(&t);
	loop = loop_new(2);
	test_values();
	test_rollback();
	reopen(true);
	test_turns();
	test_timeout();
	test_cancel();
	test_broken_idle();
	test_broken_tx();
	test_uncertain();
	test_slow();
	test_shut_out();
	test_idle();
	test_refused();
	store_close(&t.db);
	loop_free(&loop);
	temp_close(&t);
	return tap_done();
}
