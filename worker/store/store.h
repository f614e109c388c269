#ifndef STORE_STORE_H
#define STORE_STORE_H

/* Opening, migrating and checking the database. */

#include "store/db.h"

struct conf;
struct loop;

/* Open the database that the configuration names.  loop NULL: for commands,
 * every call blocks.  Does not migrate; a schema older than ours is ERR_CONFIG,
 * and for commands a newer one too (migrate_check_serving). */
struct db *store_open(
    const struct conf *conf, struct loop *loop, struct err *e);
/* As store_open, for a process that does one thing at a time: of PostgreSQL's
 * connections it takes one. */
struct db *store_open_one(
    const struct conf *conf, struct loop *loop, struct err *e);
/* As store_open, whatever schema there is: for those who look at it, or change
 * it. */
struct db *store_open_any(const struct conf *conf, struct err *e);
/* Whether database.url can be read as one, without a look at what is there: 0,
 * or -1 with ERR_CONFIG and a message that holds no part of a password. */
NODISCARD int store_check_url(const struct conf *conf, struct err *e);
/* Where the processes of this server tell each other the newest timeline of a
 * PostgreSQL cluster that one of them has seen; before the first opening. */
void store_share_timeline(_Atomic uint64_t *word);
void store_close(struct db **db);

/* Bring the schema to the newest version, creating the database when it is
 * not there, in a directory that is; *applied_r gets the number of migrations
 * run. Blocks. */
NODISCARD int store_migrate(
    const struct conf *conf, unsigned *applied_r, struct err *e);

/* What meta_key_check() finds, whatever schema there is: 1, or 0 when there is
 * no database or nothing in it yet, -1. */
NODISCARD int store_key_check(
    const struct conf *conf, struct arena *a, struct str *out, struct err *e);

/* Run fn in a transaction that only reads, and sees the database as it is at
 * one moment however long it takes; nobody waits for it.  Its return value is
 * fn's. */
NODISCARD int db_snapshot(
    struct db *db, db_tx_fn *fn, void *arg, struct err *e);

/* Write a copy of the whole database, as it is at one moment, to a new file in
 * the engine's own form (a SQLite database; an archive of pg_dump -Fc), and run
 * `look` in a transaction that sees the same.  Blocks; for commands. */
NODISCARD int db_copy(struct db *db, const struct conf *conf, const char *path,
    db_tx_fn *look, void *arg, struct err *e);
/* Into a PostgreSQL database without tables, all of a copy or nothing: what is
 * read from the file descriptor.  ERR_CONFLICT when there are tables. */
NODISCARD int store_load_copy(const struct conf *conf, int fd, struct err *e);
/* A new and empty database on the PostgreSQL server that conf names, to look at
 * a copy: its URL.  The account needs the right to make databases. */
NODISCARD int store_scratch_make(const struct conf *conf, struct arena *a,
    const char **url_r, struct err *e);
/* And away again. */
NODISCARD int store_scratch_drop(
    const struct conf *conf, struct arena *a, const char *url, struct err *e);
/* Have the engine learn what is in its tables, which much came into at once:
 * until it has, it may choose bad plans. */
NODISCARD int db_settle(struct db *db, struct err *e);
/* Whether the engine finds its own structures in order: ERR_CORRUPT. */
NODISCARD int db_check(struct db *db, struct err *e);

/* Overwrite what was deleted, where it may still be read on disk: of SQLite, in
 * the log, after which readers are not waited for; of PostgreSQL, in the tables
 * (VACUUM).  May take long; from a fiber it waits. */
NODISCARD int db_scrub(struct db *db, struct err *e);

/* The file of a SQLite database, in the arena; NULL and ERR_CONFIG when it has
 * none. */
const char *store_path(const struct conf *conf, struct arena *a, struct err *e);
/* "SQLite 3.40.1": for health and logs. */
const char *store_backend(const struct db *db);

/* Up to `max` files and folders that the database's library may want to read:
 * certificates, keys, passwords. */
size_t store_files(
    const struct conf *conf, struct arena *a, const char **files, size_t max);

#endif
