#ifndef STORE_SQL_TEXT_H
#define STORE_SQL_TEXT_H

/* The texts of sql/, embedded when the program is built. */

#include <stdbool.h>
#include <stdint.h>

enum query_id {
#define QUERY_NAME(name) Q_##name,
#include "sql_names.h"
#undef QUERY_NAME
	QUERY_COUNT
};

/* Words after "-- name: x" in sql/queries. */
#define QUERY_WRITE (1u << 0) /* changes rows */
#define QUERY_LONG  (1u << 1) /* may touch thousands of rows, or large ones */

struct sql_query {
	const char *name;
	uint32_t flags;
	const char *text;
};

struct sql_migration {
	int version;
	const char *name;
	const char *text; /* with type aliases, "-- down" begins the reverse */
};

enum sql_type {
	SQL_TEXT,
	SQL_INTEGER, /* 32 bits */
	SQL_BIGINT,
	SQL_UUID,
	SQL_BYTES,
	SQL_TIME,
	SQL_BOOL,
	SQL_JSON,
	SQL_FLOAT
};

/* What sql/columns.def says of a column. */
#define COLUMN_KEY     (1u << 0) /* of the primary key */
#define COLUMN_SECRET  (1u << 1)
#define COLUMN_SAMPLES (1u << 2)
#define COLUMN_FILE    (1u << 3)
#define COLUMN_BEATS   (1u << 4)

struct sql_column {
	const char *name;
	enum sql_type type;
	uint32_t flags;
};

#define SQL_MAX_KEY 8

/* For SQLite, while rows are moved to another database (store/move.h): scripts,
 * and what is selected has the columns of the table. */
struct sql_moving {
	const char *watch;   /* note the key of each row that changes */
	const char *changes; /* select these keys */
	const char *last;    /* and the newest one's number */
	const char *clear;   /* drop those up to a number (%lld) */
	const char *refuse;  /* let nobody change anything */
	const char *forget;  /* undo watch and refuse, done or not */
};

/* A table as the migrations leave it, with the queries made from
 * sql/templates. */
struct sql_table {
	const char *name;
	const struct sql_column *columns;
	unsigned n_columns;
	uint8_t key[SQL_MAX_KEY]; /* indices of the primary key's columns */
	unsigned n_key;
	bool is_personal; /* it has rows of people: tenant and user */
	bool outlives;	  /* and they stay when a person goes */
	enum query_id page, get, put, remove;
	enum query_id person_page, person_trim; /* when is_personal */
	struct sql_moving moving;
};

/* Indexed by query_id; the array ends with name NULL. */
extern const struct sql_query sql_queries[];
/* In order; the array ends with version 0. */
extern const struct sql_migration sql_migrations[];
/* In order of creation, so that what refers comes after what it refers to; the
 * array ends with name NULL. */
extern const struct sql_table sql_tables[];

#endif
