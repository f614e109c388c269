#ifndef STORE_SQL_TEXT_H
#define STORE_SQL_TEXT_H

/* The texts of sql/, embedded when the program is built. */

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

/* Indexed by query_id; the array ends with name NULL. */
extern const struct sql_query sql_queries[];
/* In order; the array ends with version 0. */
extern const struct sql_migration sql_migrations[];

#endif
