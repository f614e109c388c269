#ifndef STORE_MOVE_H
#define STORE_MOVE_H

/* Moving everything from a SQLite database, whose server goes on working, to a
 * new PostgreSQL database.
 *
 * The rows of one moment are copied, and their digests compared; meanwhile
 * triggers note which rows change, and these follow in rounds.  At last writing
 * is refused at the source, the few rows that are left follow, and all of it
 * becomes visible at the target by one commit.  The source can be read from
 * then on, but not be written, lest somebody writes where nobody looks any
 * more. Stopped before, the target is as empty as it was, and the next call
 * begins anew. */

#include "store/digest.h"

struct conf;

struct moved_table {
	const struct sql_table *table;
	struct digest source, target;
};

struct move_report {
	struct moved_table *tables; /* all of sql_tables */
	size_t n_tables;
	int64_t rows;	  /* copied */
	int64_t changed;  /* that followed */
	int64_t took_us;  /* altogether */
	int64_t pause_us; /* in which nobody could write anywhere */
};

/* Called now and then: what is going on, done of all. */
typedef void move_tell_fn(
    void *arg, const char *what, int64_t done, int64_t all);

/* Both by their configurations; blocks.  ERR_INVALID when they are not of these
 * engines, ERR_CONFLICT when the target holds anything, ERR_CORRUPT when
 * digests differ. */
NODISCARD int move_database(const struct conf *from, const struct conf *to,
    struct arena *a, move_tell_fn *tell, void *arg, struct move_report *out,
    struct err *e);
/* Let a database that was moved away be written again, as if it had not. */
NODISCARD int move_undo(const struct conf *conf, struct err *e);

#endif
