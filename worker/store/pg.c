/* PostgreSQL behind db.h.  A transaction keeps one connection from its first
 * query to its end; a query outside takes one for itself.  What was only read
 * is asked again when its connection breaks; a write never is, unless it is
 * certain that the server has not got it. */

#include "store/pg.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "config/conf.h"

#define TRIES 3

struct pg_db {
	struct db db;
	struct pg_pool pool;
	pthread_t thread;
	unsigned process;
	char *url;
	char backend[40];
};

/* What db_write() hands to its function. */
struct pg_tx {
	struct db db;
	struct pg_conn *conn;
	bool lost;
};

static struct pg_db *
owner_of_db(struct db *db)
{
	struct pg_db *s = container_of(db, struct pg_db, db);

	CHECK(s->process == db_process() &&
	      pthread_equal(pthread_self(), s->thread));
	return s;
}

static struct pg_tx *
tx_of_db(struct db *db)
{
	CHECK(db->is_tx);
	return container_of(db, struct pg_tx, db);
}

static int
uncertain(struct err *e)
{
	if (e != NULL)
		e->code = ERR_UNCERTAIN;
	return err_wrap(e, "whether it was written is not known");
}

static int
run_in_tx(struct pg_tx *tx, struct db_query *q, struct err *e)
{
	struct pg_outcome o;
	int rc;

	if (tx->lost)
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: the transaction's connection broke",
		    sql_queries[q->id].name);
	rc = pg_conn_run(tx->conn, q, &o, e);
	tx->lost = tx->conn->broken;
	return rc;
}

static int
run_pg(struct db *db, struct db_query *q, struct err *e)
{
	bool writes = (sql_queries[q->id].flags & QUERY_WRITE) != 0;
	struct pg_db *s;
	struct pg_outcome o;

	if (db->is_tx)
		return run_in_tx(tx_of_db(db), q, e);
	s = owner_of_db(db);
	for (int i = 1;; i++) {
		struct pg_conn *c = pg_pool_take(&s->pool, e);
		bool broken;
		int rc;

		if (c == NULL)
			return -1;
		rc = pg_conn_run(c, q, &o, e);
		broken = c->broken;
		pg_pool_give(c);
		if (rc == 0)
			return 0;
		if (writes && o.lost && o.sent)
			return uncertain(e);
		if (!broken || i == TRIES)
			return -1;
	}
}

/* --- transactions -------------------------------------------------------- */

static int
commit(struct pg_tx *tx, struct err *e)
{
	struct pg_outcome o;
	char tag[16];

	/* Nothing was asked, so nothing has begun. */
	if (tx->conn->begin != NULL)
		return 0;
	if (tx->lost)
		return err_set(e, ERR_UNAVAILABLE,
		    "commit: the transaction's connection broke");
	if (pg_conn_exec(tx->conn, "COMMIT", NULL, tag, sizeof(tag), &o, e) < 0)
		return o.lost && o.sent ? uncertain(e) : -1;
	if (strcmp(tag, "COMMIT") != 0)
		return err_set(e, ERR_INTERNAL,
		    "commit: a statement had failed before, and all was "
		    "rolled back");
	return 0;
}

static void
roll_back(struct pg_tx *tx)
{
	struct pg_outcome o;

	if (tx->conn->begin != NULL || tx->lost)
		return;
	if (pg_conn_exec(tx->conn, "ROLLBACK", NULL, NULL, 0, &o, NULL) < 0)
		tx->conn->broken = true; /* closing it rolls back as well */
}

static const struct db_ops pg_ops;

static int
begin_tx(struct pg_tx *tx, struct db *db, const char *begin, struct err *e)
{
	struct pg_db *s = owner_of_db(db);

	*tx = (struct pg_tx){
		.db = { .ops = &pg_ops, .is_tx = true, .backend = s->backend },
		.conn = pg_pool_take(&s->pool, e),
	};
	if (tx->conn == NULL)
		return -1;
	tx->conn->begin = begin;
	return 0;
}

static int
write_pg(struct db *db, db_tx_fn *fn, void *arg, struct err *e)
{
	struct pg_tx tx;
	int rc;

	if (begin_tx(&tx, db, "BEGIN", e) < 0)
		return -1;
	rc = fn(&tx.db, arg, e);
	if (rc >= 0)
		rc = commit(&tx, e);
	else
		roll_back(&tx);
	pg_pool_give(tx.conn);
	return rc;
}

/* For what may take long: neither a statement nor a pause ends it. */
static int
be_patient(struct pg_tx *tx, struct err *e)
{
	static const char *const settings[] = {
		"SET LOCAL statement_timeout = 0",
		"SET LOCAL idle_in_transaction_session_timeout = 0"
	};
	struct pg_outcome o;
	int rc = 0;

	tx->conn->patient = true;
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(settings); i++)
		rc = pg_conn_exec(tx->conn, settings[i], NULL, NULL, 0, &o, e);
	tx->lost = tx->conn->broken;
	return rc;
}

static int
snapshot_pg(struct db *db, db_tx_fn *fn, void *arg, struct err *e)
{
	static const char begin[] =
	    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
	struct pg_tx tx;
	int rc;

	if (begin_tx(&tx, db, begin, e) < 0)
		return -1;
	rc = be_patient(&tx, e);
	if (rc == 0)
		rc = fn(&tx.db, arg, e);
	roll_back(&tx);
	pg_pool_give(tx.conn);
	return rc;
}

struct copying {
	const char *url;
	const char *path;
	db_tx_fn *look;
	void *arg;
};

static int
copy_snapshot(struct db *db, void *arg, struct err *e)
{
	struct copying *copy = arg;
	struct pg_tx *tx = tx_of_db(db);
	struct pg_outcome o;
	char name[64];

	if (pg_conn_exec(tx->conn, "SELECT pg_export_snapshot()", NULL, name,
		sizeof(name), &o, e) < 0) {
		tx->lost = tx->conn->broken;
		return -1;
	}
	return pg_dump_to(copy->url, name, copy->path, e) < 0
		   ? -1
		   : copy->look(db, copy->arg, e);
}

static int
copy_pg(struct db *db, const struct conf *conf, const char *path,
    db_tx_fn *look, void *arg, struct err *e)
{
	struct copying copy = { conf->database_url, path, look, arg };

	return snapshot_pg(db, copy_snapshot, &copy, e);
}

/* The server looks after that. */
static int
check_pg(UNUSED struct db *db, UNUSED struct err *e)
{
	return 0;
}

static int
run_script(struct db *tx, const char *sql, struct err *e)
{
	struct pg_tx *t = tx_of_db(tx);
	int rc = pg_conn_script(t->conn, sql, e);

	t->lost = t->conn->broken;
	return rc;
}

static int
load_pg(struct db *tx, const struct sql_table *t, struct db_query *page,
    struct err *e)
{
	struct pg_tx *p = tx_of_db(tx);
	int rc = pg_conn_load(p->conn, t, page, e);

	p->lost = p->conn->broken;
	return rc;
}

/* One runner at a time over all nodes, for as long as it takes. */
static int
lock_schema(struct db *tx, struct err *e)
{
	struct pg_tx *t = tx_of_db(tx);
	struct pg_outcome o;
	int rc = be_patient(t, e);

	if (rc == 0)
		rc = pg_conn_exec(t->conn,
		    "SELECT pg_advisory_xact_lock(7283645)", NULL, NULL, 0, &o,
		    e);
	t->lost = t->conn->broken;
	return rc;
}

static int
has_table(struct db *db, const char *name, struct err *e)
{
	static const char sql[] =
	    "SELECT CASE WHEN to_regclass($1) IS NULL THEN 0 ELSE 1 END";
	struct pg_conn *c = db->is_tx ? tx_of_db(db)->conn
				      : pg_pool_take(&owner_of_db(db)->pool, e);
	struct pg_outcome o;
	char answer[4];
	int rc;

	if (c == NULL)
		return -1;
	rc = pg_conn_exec(c, sql, name, answer, sizeof(answer), &o, e);
	if (!db->is_tx)
		pg_pool_give(c);
	return rc < 0 ? -1 : answer[0] == '1';
}

/* 0: none. */
static int
set_timeout(struct pg_conn *c, int64_t us, struct err *e)
{
	struct pg_outcome o;
	char sql[60];

	snprintf(sql, sizeof(sql), "SET statement_timeout = %lld",
	    (long long)(us / 1000));
	return pg_conn_exec(c, sql, NULL, NULL, 0, &o, e);
}

/* In a pipeline a statement alone is in no transaction, which VACUUM and CREATE
 * DATABASE want. */
int
pg_run_alone(struct db *db, const char *sql, struct err *e)
{
	struct pg_conn *c = pg_pool_take(&owner_of_db(db)->pool, e);
	struct pg_outcome o;
	int rc;

	if (c == NULL)
		return -1;
	c->patient = true;
	rc = set_timeout(c, 0, e);
	if (rc == 0)
		rc = pg_conn_exec(c, sql, NULL, NULL, 0, &o, e);
	if (!c->broken &&
	    set_timeout(c, c->pool->statement_timeout_us, NULL) < 0)
		c->broken = true;
	pg_pool_give(c);
	return rc;
}

static int
scrub(struct db *db, struct err *e)
{
	return pg_run_alone(db, "VACUUM", e);
}

static int
settle(struct db *db, struct err *e)
{
	return pg_run_alone(db, "ANALYZE", e);
}

/* --- opening and closing ------------------------------------------------- */

static void
close_pg(struct db *db)
{
	struct pg_db *s = owner_of_db(db);

	pg_pool_fini(&s->pool);
	wipe(s->url, strlen(s->url));
	free(s->url);
	free(s);
}

static const struct db_ops pg_ops = {
	.run = run_pg,
	.write = write_pg,
	.script = run_script,
	.load = load_pg,
	.lock_schema = lock_schema,
	.has_table = has_table,
	.scrub = scrub,
	.settle = settle,
	.snapshot = snapshot_pg,
	.copy = copy_pg,
	.check = check_pg,
	.close = close_pg,
};

/* This process' part of the connections; the keeper has one. */
static void
take_share(struct pg_pool *p, const struct conf *conf, enum db_use use)
{
	unsigned workers = conf_worker_count(conf);
	unsigned max = (unsigned)conf->pg_max_connections;
	unsigned min = (unsigned)conf->pg_min_connections;

	p->max = 1;
	if (use == DB_FOR_REQUESTS)
		p->max = MAX(1, (max - 1) / workers);
	p->min = MIN(p->max, (min + workers - 1) / workers);
}

/* What the library quotes is the whole URL or a part of it, the password too;
 * of parameters it quotes the name. */
static struct str
without_secrets(const char *why)
{
	struct str said = str_of(why != NULL ? why : "out of memory");
	const char *quoted = strstr(said.p, ": \"");

	said.n = strcspn(said.p, "\n");
	if (quoted != NULL && strstr(said.p, "URI query parameter") == NULL)
		said.n = (size_t)(quoted - said.p);
	return said;
}

int
pg_check_url(const char *url, struct err *e)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(url, &why);

	if (options == NULL)
		err_set(e, ERR_CONFIG,
		    "database.url: no URL that PostgreSQL's library "
		    "understands: %.*s",
		    STR_ARG(without_secrets(why)));
	PQconninfoFree(options);
	PQfreemem(why);
	return options == NULL ? -1 : 0;
}

static size_t
add_files(struct arena *a, PQconninfoOption *options, const char **files,
    size_t n, size_t max)
{
	static const char *const names[] = { "sslcert", "sslkey", "sslrootcert",
		"sslcrl", "sslcrldir", "passfile" };

	for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL;
	     o++) {
		for (size_t i = 0; i < ARRAY_LEN(names) && n < max; i++) {
			if (strcmp(o->keyword, names[i]) == 0 &&
			    o->val != NULL && o->val[0] == '/')
				files[n++] = arena_strdup(a, o->val);
		}
	}
	PQconninfoFree(options);
	return n;
}

size_t
pg_files(const char *url, struct arena *a, const char **files, size_t max)
{
	const char *home = getenv("HOME");
	size_t n = add_files(a, PQconninfoParse(url, NULL), files, 0, max);

	n = add_files(a, PQconndefaults(), files, n, max);
	if (home != NULL && home[0] == '/' && n < max)
		files[n++] = arena_printf(a, "%s/.postgresql", home);
	return n;
}

struct db *
pg_open(
    const struct conf *conf, struct loop *loop, enum db_use use, struct err *e)
{
	struct pg_db *s;
	int version;

	if (pg_check_url(conf->database_url, e) < 0)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->db = (struct db){ .ops = &pg_ops, .backend = s->backend };
	s->thread = pthread_self();
	s->process = db_process();
	s->url = xstrdup(conf->database_url);
	s->pool.loop = loop;
	s->pool.url = s->url;
	s->pool.acquire_timeout_us = conf->pg_acquire_timeout_us;
	s->pool.idle_timeout_us = conf->pg_idle_timeout_us;
	s->pool.statement_timeout_us = conf->pg_statement_timeout_us;
	take_share(&s->pool, conf, use);
	pg_pool_init(&s->pool);
	if (pg_pool_warm(&s->pool, e) < 0) {
		close_pg(&s->db);
		return NULL;
	}
	version = s->pool.server_version;
	snprintf(s->backend, sizeof(s->backend), "PostgreSQL %d.%d",
	    version / 10000, version % 10000);
	return &s->db;
}
