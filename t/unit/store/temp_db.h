#ifndef T_UNIT_STORE_TEMP_DB_H
#define T_UNIT_STORE_TEMP_DB_H

/* A migrated database in a directory of its own, and people in it. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/conf.h"
#include "store/store.h"
#include "store/users.h"

struct temp_db {
	char dir[40];
	struct conf conf;
	struct db *db;
	struct arena *arena;
	struct err e;
};

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
	t->conf.public_url = "";
	t->conf.token_cache_ttl_us = 60000000;
	t->arena = arena_new();
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
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", t->dir, files[i]);
		unlink(path);
	}
	rmdir(t->dir);
	arena_free(&t->arena);
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
