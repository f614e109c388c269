#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

/* What a database engine provides.  Callers use db.h and store.h; only this
 * room knows that there is more than one engine. */

#include "store/db.h"
#include "store/event_log.h"

struct conf;
struct loop;

struct db_ops {
	/* Run q; its rows go to q->arena.  Outside a transaction a query that
	 * writes makes one of its own. */
	int (*run)(struct db *db, struct db_query *q, struct err *e);
	int (*write)(struct db *db, db_tx_fn *fn, void *arg, struct err *e);
	/* Run a script of several statements inside a transaction. */
	int (*script)(struct db *tx, const char *sql, struct err *e);
	/* Inside a transaction: wait until no other runner changes the
	 * schema. */
	int (*lock_schema)(struct db *tx, struct err *e);
	/* Inside a transaction: a statement of ours that has no name (SQLite).
	 */
	int (*select)(
	    struct db *tx, const char *sql, struct db_query *q, struct err *e);
	/* Inside a transaction: insert the rows of a page (PostgreSQL). */
	int (*load)(struct db *tx, const struct sql_table *t,
	    struct db_query *page, struct err *e);
	/* 1 when the database has this table, 0, -1. */
	int (*has_table)(struct db *db, const char *name, struct err *e);
	/* db_snapshot(), db_copy(), db_check() and db_scrub() of store.h */
	int (*snapshot)(struct db *db, db_tx_fn *fn, void *arg, struct err *e);
	int (*copy)(struct db *db, const struct conf *conf, const char *path,
	    db_tx_fn *look, void *arg, struct err *e);
	int (*check)(struct db *db, struct err *e);
	int (*scrub)(struct db *db, struct err *e);
	/* Learn what is in the tables, for plans (PostgreSQL). */
	int (*settle)(struct db *db, struct err *e);
	void (*close)(struct db *db);
};

/* Differs after fork(), without a system call: what was opened before it
 * belongs to the parent. */
unsigned db_process(void);

/* The head of an engine's own struct. */
struct db {
	const struct db_ops *ops;
	bool is_tx;
	const char *backend;	/* for store_backend() */
	struct db_notes *notes; /* of a transaction that runs */
	event_heard *heard;	/* may be NULL */
	void *heard_arg;
};

/* What a transaction has published to; more than fit are found by those who
 * look once a second. */
struct db_notes {
	struct event_note note[64];
	size_t n;
};
void db_note(struct db *tx, uint64_t key, enum event_kind kind);

struct db_location {
	char path[1024];
	bool is_memory;
};

/* From database.url and the data directory; ERR_CONFIG for an engine that we
 * do not know. */
NODISCARD int db_locate(
    const struct conf *conf, struct db_location *out, struct err *e);

/* ERR_CONFIG when there is no database and create is false. */
struct db *sqlite_open(const struct db_location *at, const struct conf *conf,
    struct loop *loop, bool create, struct err *e);

/* One who does one thing at a time needs no second connection. */
enum db_use { DB_FOR_REQUESTS, DB_FOR_ONE };

/* The database that database.url names, over the network or not. */
struct db *pg_open(
    const struct conf *conf, struct loop *loop, enum db_use use, struct err *e);

/* Outside transactions: one statement of ours, however long it takes. */
NODISCARD int pg_run_alone(struct db *db, const char *sql, struct err *e);

/* store_load_copy() */
NODISCARD int pg_load_copy(const struct conf *conf, int fd, struct err *e);

void pg_share_timeline(_Atomic uint64_t *word);
/* store_check_url() */
NODISCARD int pg_check_url(const char *url, struct err *e);
size_t pg_files(
    const char *url, struct arena *a, const char **files, size_t max);

/* Run fn in db's transaction when it is one, else in a new one. */
NODISCARD int db_atomically(
    struct db *db, db_tx_fn *fn, void *arg, struct err *e);

/* The text with @uuid and the like replaced by the engine's types: pairs of
 * alias and type, ended by NULL. */
char *db_expand_types(
    struct arena *a, const char *sql, const char *const (*types)[2]);

/* More rows than this from one query are refused. */
#define DB_MAX_ROWS 200000
/* -1 with ERR_TOO_LARGE naming the query. */
int db_too_many_rows(const struct db_query *q, struct err *e);

#endif
