#ifndef STORE_SLEEPS_H
#define STORE_SLEEPS_H

/* Sleep with its stages.  Of one sleep, whoever recorded it, there is one row:
 * the one that tells the most.  The day's measurements of sleep follow from the
 * rows of the day. */

#include "model/sleep.h"
#include "store/owner.h"

#define SLEEPS_MAX 1000 /* in one answer */

/* Write a sleep, and the measurements of its day; inside a transaction.  Its
 * numbers are complete; a zero id is made.  1 written, 0 what is there tells
 * as much, -1. */
NODISCARD int sleeps_store(struct db *tx, struct arena *a,
    const struct owner *o, struct sleep *s, struct err *e);
/* The same of one that is known to be new, without the measurements.  0 the
 * provider's id is there. */
NODISCARD int sleeps_insert(struct db *db, struct arena *a,
    const struct owner *o, struct sleep *s, struct err *e);
/* Those that ended on local days from..to inclusive, newest first, at most
 * limit. */
NODISCARD int sleeps_range(struct db *db, struct arena *a,
    const struct owner *o, int32_t from_day, int32_t to_day, unsigned limit,
    struct sleep **list_r, size_t *n_r, struct err *e);
/* Those that began before an instant, newest first, at most limit. */
NODISCARD int sleeps_page(struct db *db, struct arena *a, const struct owner *o,
    int64_t before_us, unsigned limit, struct sleep **list_r, size_t *n_r,
    struct err *e);
/* One.  1, 0, -1. */
NODISCARD int sleeps_get(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct sleep *out, struct err *e);

#endif
