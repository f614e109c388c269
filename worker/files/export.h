#ifndef FILES_EXPORT_H
#define FILES_EXPORT_H

/* Archives of what a person has recorded: one file, many, or all that a service
 * hands out.  Members that are activity files come one by one; the tables
 * beside them (activities.csv of Strava) say more of each.  Pure, and for a
 * thread of the pool, as unpack.h. */

#include "base/arena.h"
#include "base/err.h"
#include "files/decode.h"

/* What a table says of a file. */
struct export_hint {
	const char *name;  /* "": nothing */
	const char *gear;  /* "": nothing */
	const char *sport; /* in the service's words; "": nothing */
};

struct export_item {
	const char *path; /* in the archive; "" of a gzipped file */
	struct str bytes; /* unpacked; gone with the next call */
	struct export_hint hint;
	bool refused; /* bytes are none, and why says why */
	struct err why;
};

struct export;

/* Look the archive over: its members are counted and its tables read before the
 * first is handed out.  What hints point to belongs to the arena, the bytes
 * stay the caller's and have to outlive it.  NULL: nothing can be read. */
struct export *export_open(struct arena *a, struct str bytes, struct err *e);
void export_close(struct export **x);
/* How many export_next() will hand out, if nothing is damaged. */
size_t export_count(const struct export *x);
/* How many members are of no interest. */
size_t export_passed_over(const struct export *x);
/* The next file: 1, 0 at the end, -1 when what follows cannot be read. */
NODISCARD int export_next(
    struct export *x, struct export_item *item, struct err *e);

/* Put what a hint says into what the file held. */
void export_apply(struct decoded *d, const struct export_hint *hint);

#endif
