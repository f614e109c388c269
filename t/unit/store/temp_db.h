#ifndef T_UNIT_STORE_TEMP_DB_H
#define T_UNIT_STORE_TEMP_DB_H

/* A migrated database in a directory of its own, and people in it.  With
 * PIERRE_TEST_DATABASE_URL it is a schema of its own in that PostgreSQL
 * database. */

#include <libpq-fe.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/conf.h"
#include "store/dbmeta.h"
#include "store/store.h"
#include "store/users.h"

struct temp_db {
	char dir[40];
	struct conf conf;
	struct db *db;
	struct arena *arena;
	struct err e;
	char schema[32]; /* "": SQLite */
};

/* Whether the tests run on PostgreSQL; its URL. */
static inline const char *
temp_server(void)
{
	const char *url = getenv("PIERRE_TEST_DATABASE_URL");

	return url != NULL && url[0] != '\0' ? url : NULL;
}

/* SQL past our driver, to the same database; its first value as text. */
static inline const char *
temp_pg(const struct temp_db *t, const char *sql)
{
	PGconn *c = PQconnectdb(temp_server());
	PGresult *r;
	const char *text = "";

	PQclear(PQexec(c, "SET client_min_messages = error"));
	if (t->schema[0] != '\0')
		PQclear(PQexec(c,
		    arena_printf(t->arena, "SET search_path = %s", t->schema)));
	r = PQexec(c, sql);
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0)
		text = arena_strdup(t->arena, PQgetvalue(r, 0, 0));
	else if (PQresultStatus(r) != PGRES_COMMAND_OK &&
		 PQresultStatus(r) != PGRES_TUPLES_OK)
		printf("# %s: %s\n", sql, PQerrorMessage(c));
	PQclear(r);
	PQfinish(c);
	return text;
}

static inline void
temp_schema(struct temp_db *t)
{
	static unsigned n;

	snprintf(t->schema, sizeof(t->schema), "t%d_%u", (int)getpid(), ++n);
	temp_pg(t, arena_printf(t->arena, "CREATE SCHEMA %s", t->schema));
	t->conf.database_url = arena_printf(t->arena,
	    "%s?options=-csearch_path%%3D%s", temp_server(), t->schema);
}

static inline void
temp_conf(struct temp_db *t)
{
	memset(t, 0, sizeof(*t));
	snprintf(t->dir, sizeof(t->dir), "/tmp/pierre-store-XXXXXX");
	if (mkdtemp(t->dir) == NULL)
		exit(1);
	t->conf.database_url = "";
	t->conf.data_dir = t->dir;
	t->conf.sqlite_busy_timeout_us = 5000000;
	t->conf.master_key = "";
	t->conf.former_master_key = "";
	t->conf.public_url = "";
	t->conf.mail_url = "";
	t->conf.token_cache_ttl_us = 60000000;
	t->conf.registration = "closed";
	t->conf.password_min = 15;
	t->conf.session_idle_us = INT64_C(3600000000);
	t->conf.session_lifetime_us = INT64_C(86400000000);
	t->conf.reset_lifetime_us = 900000000;
	t->conf.invite_lifetime_us = INT64_C(86400000000);
	t->conf.sign_in_failures = 5;
	t->conf.sign_in_window_us = 300000000;
	t->conf.workers = 1;
	t->conf.pg_max_connections = 5;
	t->conf.pg_acquire_timeout_us = 5000000;
	t->conf.pg_idle_timeout_us = 300000000;
	t->conf.pg_statement_timeout_us = 30000000;
	t->arena = arena_new();
	if (temp_server() != NULL)
		temp_schema(t);
}

static inline void
temp_open(struct temp_db *t)
{
	unsigned applied;

	temp_conf(t);
	if (store_migrate(&t->conf, &applied, &t->e) < 0 ||
	    (t->db = store_open(&t->conf, NULL, &t->e)) == NULL) {
		printf("Bail out! %s\n", t->e.msg);
		exit(1);
	}
}

static inline void
temp_close(struct temp_db *t)
{
	static const char *const files[] = { "pierre.db", "pierre.db-wal",
		"pierre.db-shm", "master.key" };
	char path[80];

	store_close(&t->db);
	if (t->schema[0] != '\0')
		temp_pg(t, arena_printf(
			       t->arena, "DROP SCHEMA %s CASCADE", t->schema));
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", t->dir, files[i]);
		unlink(path);
	}
	rmdir(t->dir);
	arena_free(&t->arena);
}

/* The revocation epoch, or -1. */
static inline int64_t
temp_epoch(struct temp_db *t)
{
	int64_t n = -1;

	if (meta_auth_epoch(t->db, t->arena, &n, &t->e) < 0)
		printf("# %s\n", t->e.msg);
	return n;
}

static inline struct user
temp_user(struct temp_db *t, const char *name)
{
	struct user u = { .athlete = { .username = name,
			      .display_name = name,
			      .email = "",
			      .timezone = "Europe/Oslo",
			      .sex = SEX_FEMALE,
			      .birth_day = 5000,
			      .height_m = VALUE_MISSING,
			      .weight_kg = 61.5 } };

	if (users_create(t->db, t->arena, &u, &t->e) < 0) {
		printf("Bail out! %s\n", t->e.msg);
		exit(1);
	}
	return u;
}

#endif
