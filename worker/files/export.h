#ifndef FILES_EXPORT_H
#define FILES_EXPORT_H

/* Archives of what a person has recorded: one file, many, or all that a service
 * hands out.  Members that are activity files come one by one; the tables
 * beside them (activities.csv of Strava, the activities of Garmin) say more of
 * each.  Garmin's export has its files in archives of their own, which are read
 * through; Apple Health's is one large file, which is read piece by piece and
 * comes last, decoded.  Pure, and for a thread of the pool, as unpack.h. */

#include "base/arena.h"
#include "base/err.h"
#include "files/decode.h"
#include "files/garmin.h"

/* What is said of a file beside it. */
struct export_hint {
	const char *name;  /* "": nothing */
	const char *gear;  /* "": nothing */
	const char *sport; /* in the service's words; "": nothing */
	const struct garmin_names *names; /* of activities; NULL: none */
	/* Whose track the file is; NULL: a file of its own. */
	const struct activity *workout;
};

struct export_item {
	const char *path;      /* in the archive; "" of a gzipped file */
	struct str bytes;      /* unpacked; gone with the next call */
	struct decoded *ready; /* instead of bytes; NULL: not decoded */
	struct export_hint hint;
	bool refused; /* bytes are none, and why says why */
	struct err why;
};

struct export;

/* How far the first pass has come, 0 to 1. */
typedef void export_progress(void *arg, double share);

/* Look the archive over: its members are counted and its tables read before the
 * first is handed out.  What hints point to belongs to the arena, the bytes
 * stay the caller's and have to outlive it.  NULL: nothing can be read. */
struct export *export_open(struct arena *a, struct str bytes,
    const struct tz *zone, export_progress *progress, void *arg, struct err *e);
void export_close(struct export **x);
/* How many export_next() will hand out, if nothing is damaged. */
size_t export_count(const struct export *x);
/* How many members are of no interest. */
size_t export_passed_over(const struct export *x);
/* The next file: 1, 0 at the end, -1 when what follows cannot be read. */
NODISCARD int export_next(
    struct export *x, struct export_item *item, struct err *e);

/* Put what a hint says into what the file held; of a workout's track, which may
 * have held nothing, comes the workout. */
void export_apply(
    struct arena *a, struct decoded *d, const struct export_hint *hint);

#endif
