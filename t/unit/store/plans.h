#ifndef T_UNIT_STORE_PLANS_H
#define T_UNIT_STORE_PLANS_H

/* How SQLite would run the texts in sql/queries. */

#include <fnmatch.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "store/driver.h"

static const char *const plan_types[][2] = { { "@time", "INTEGER" },
	{ NULL, NULL } };

/* The list holds names, or patterns as a shell has them. */
static inline bool
is_one_of(const char *name, const char *const *list)
{
	while (*list != NULL && fnmatch(*list, name, 0) != 0)
		list++;
	return *list != NULL;
}

/* The plan's lines with a blank between. */
static inline const char *
plan_of(struct arena *a, sqlite3 *raw, const struct sql_query *q)
{
	struct buf out = BUF_INIT;
	const char *text;
	sqlite3_stmt *s = NULL;

	sqlite3_prepare_v2(raw,
	    arena_printf(a, "EXPLAIN QUERY PLAN %s",
		db_expand_types(a, q->text, plan_types)),
	    -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW)
		buf_printf(
		    &out, "%s; ", (const char *)sqlite3_column_text(s, 3));
	sqlite3_finalize(s);
	text = arena_strndup(a, out.p != NULL ? out.p : "", out.n);
	buf_free(&out);
	return text;
}

#endif
