#ifndef STORE_THRESHOLDS_H
#define STORE_THRESHOLDS_H

/* What a person's thresholds were, from which day. */

#include "model/athlete.h"
#include "store/owner.h"

/* Set or replace the value of one kind from one day. */
NODISCARD int thresholds_set(struct db *db, struct arena *a,
    const struct owner *o, const struct threshold *t, struct err *e);
/* Take what a source says by itself, as files do, inside a transaction; of each
 * kind only while nobody else, the person above all, has said anything of it.
 * The list has devices as sources, which become a part of theirs.  A value is
 * written where a device changed it: one that it said before already, or
 * nearly, makes no new one, though another device said something else since;
 * one that an earlier day turns out to have had begins on that day.  *taken_r
 * counts what was written; of that the caller tells (profile_event.h). */
NODISCARD int thresholds_take(struct db *tx, struct arena *a,
    const struct owner *o, const struct threshold *list, size_t n,
    const char *source, size_t *taken_r, struct err *e);
/* 1 removed, 0 there was none, -1. */
NODISCARD int thresholds_remove(struct db *db, struct arena *a,
    const struct owner *o, enum threshold_kind kind, int32_t day,
    struct err *e);
/* All, sorted by day: what thresholds_on() wants. */
NODISCARD int thresholds_list(struct db *db, struct arena *a,
    const struct owner *o, struct threshold **list_r, size_t *n_r,
    struct err *e);

#endif
