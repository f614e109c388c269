#ifndef STORE_PG_H
#define STORE_PG_H

/* PostgreSQL by libpq.  Connections belong to one process and one thread, the
 * loop's; a fiber that needs one takes it from the pool and gives it back. */

#include <libpq-fe.h>

#include "base/buf.h"
#include "base/list.h"
#include "loop/fiber.h"
#include "store/driver.h"

struct pg_pool;

struct pg_conn {
	struct list link; /* in the pool while idle */
	struct pg_pool *pool;
	PGconn *handle;
	struct event *readable; /* NULL without a loop */
	struct event *writable;
	struct fiber_gate gate; /* what the socket wakes */
	int64_t idle_since_us;
	uint64_t timeline; /* of its server; 0: not known */
	bool in_use;
	bool broken;	   /* to be closed instead of used again */
	const char *begin; /* goes out before the next query; NULL: none */
	bool patient;	   /* no deadline: a change to the schema */
	bool prepared[QUERY_COUNT];
};

/* What a call to the server came to, for those who decide whether it may be
 * made again. */
struct pg_outcome {
	bool sent; /* the server may have got it */
	bool lost; /* the connection broke before the answer was whole */
};

struct pg_pool {
	struct loop *loop; /* NULL: commands, every call blocks */
	const char *url;
	int64_t acquire_timeout_us;
	int64_t idle_timeout_us;
	int64_t statement_timeout_us;
	unsigned max;
	unsigned min;  /* kept when idle */
	unsigned open; /* also one that is just being opened */
	unsigned in_use;
	bool opening;
	struct list idle;    /* newest first */
	struct list waiters; /* oldest first */
	struct timer sweep;
	/* After a failure nobody tries again until then. */
	int64_t retry_us;
	struct err failure;
	bool down;
	int server_version;
	/* A server with another history than the one we know is not ours. */
	char system_id[24];
};

/* --- pg_pool.c ----------------------------------------------------------- */

void pg_pool_init(struct pg_pool *p);
/* Close all; nobody uses or awaits one any more. */
void pg_pool_fini(struct pg_pool *p);
/* Open connections up to p->min, or one. */
NODISCARD int pg_pool_warm(struct pg_pool *p, struct err *e);
/* A connection of one's own, in order of asking; NULL: ERR_UNAVAILABLE after
 * database.acquire_timeout or when there is no server, ERR_CANCELED. */
struct pg_conn *pg_pool_take(struct pg_pool *p, struct err *e);
void pg_pool_give(struct pg_conn *c);

/* --- pg_conn.c ----------------------------------------------------------- */

/* Connect, on a thread when a fiber asks: names are looked up and every host
 * of the URL is tried in turn. */
struct pg_conn *pg_conn_open(struct pg_pool *p, struct err *e);
void pg_conn_close(struct pg_conn *c);
/* Whether an idle connection still stands, as far as we have heard. */
bool pg_conn_is_alive(struct pg_conn *c);
/* Until the socket can be read from, or written to. */
NODISCARD int pg_conn_wait(
    struct pg_conn *c, bool to_write, int64_t deadline_us, struct err *e);
/* Until all that was queued is out. */
NODISCARD int pg_conn_flush(
    struct pg_conn *c, int64_t deadline_us, struct err *e);
/* The next result, NULL between them and at the end. */
NODISCARD int pg_conn_result(
    struct pg_conn *c, int64_t deadline_us, PGresult **r, struct err *e);
/* When the present statement has to have ended. */
int64_t pg_conn_deadline(const struct pg_conn *c);

/* --- pg_query.c ---------------------------------------------------------- */

/* Run a named query to its end. */
NODISCARD int pg_conn_run(
    struct pg_conn *c, struct db_query *q, struct pg_outcome *o, struct err *e);
/* SQL of our own: one statement with text parameters, its first column as text
 * in `out` (may be NULL). */
NODISCARD int pg_conn_exec(struct pg_conn *c, const char *sql,
    const char *param, char *out, size_t size, struct pg_outcome *o,
    struct err *e);
/* Several statements of a migration, within a transaction. */
NODISCARD int pg_conn_script(struct pg_conn *c, const char *sql, struct err *e);

/* --- pg_copy.c ----------------------------------------------------------- */

/* Insert rows by COPY, within a transaction that has begun. */
NODISCARD int pg_conn_load(struct pg_conn *c, const struct sql_table *t,
    struct db_query *page, struct err *e);
/* pg_dump of what the snapshot of this name sees. */
NODISCARD int pg_dump_to(
    const char *url, const char *snapshot, const char *path, struct err *e);

/* --- pg_value.c ---------------------------------------------------------- */

struct pg_params {
	const char *value[DB_MAX_PARAMS];
	int length[DB_MAX_PARAMS];
	int format[DB_MAX_PARAMS];
	char bytes[DB_MAX_PARAMS][24];
};

/* What libpq wants for a query's parameters. */
NODISCARD int pg_params_make(
    struct pg_params *p, const struct db_query *q, struct err *e);
/* Appended: a value of a column of this type, with its length before it, as
 * COPY BINARY has it.  ERR_INVALID when the type cannot hold it. */
NODISCARD int pg_value_copy(struct buf *out, enum sql_type type,
    const struct db_value *v, struct err *e);
/* The rows of a binary result into the query's arena. */
NODISCARD int pg_rows_read(
    struct db_query *q, const PGresult *r, struct err *e);
/* The engine's type aliases. */
extern const char *const pg_types[][2];
/* A migration's text in our types; text columns sort and fold by bytes, as
 * they do in SQLite. */
char *pg_expand_script(struct arena *a, const char *sql);

/* --- pg_fail.c ----------------------------------------------------------- */

/* The server's refusal as our error; returns -1.  Notes when the connection
 * must not be used again. */
int pg_fail_result(
    struct pg_conn *c, const PGresult *r, const char *what, struct err *e);
/* A connection that broke, or could not be made; returns -1. */
int pg_fail_conn(struct pg_conn *c, const char *what, struct err *e);
/* As pg_fail_conn, for a server that does not answer in time. */
int pg_fail_silent(struct pg_conn *c, const char *what, struct err *e);
/* libpq's words on one line. */
void pg_one_line(char *out, size_t size, const char *words);

#endif
