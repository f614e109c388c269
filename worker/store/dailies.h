#ifndef STORE_DAILIES_H
#define STORE_DAILIES_H

/* Measurements of days: resting heart rate, sleep, weight and the like. */

#include "model/daily.h"
#include "store/owner.h"

#define DAILIES_ALL (~UINT32_C(0))

/* Insert or replace, all in one transaction; source: "file", "user", ... */
NODISCARD int dailies_put(struct db *db, struct arena *a, const struct owner *o,
    const struct daily *list, size_t n, const char *source, struct err *e);
/* The kinds in the bit set (1u << kind) on days from..to inclusive, by kind,
 * then day. */
NODISCARD int dailies_range(struct db *db, struct arena *a,
    const struct owner *o, uint32_t kinds, int32_t from_day, int32_t to_day,
    struct daily **list_r, size_t *n_r, struct err *e);
/* The newest value of one kind on or before a day.  1, 0, -1. */
NODISCARD int dailies_latest(struct db *db, struct arena *a,
    const struct owner *o, enum daily_kind kind, int32_t day, struct daily *out,
    struct err *e);
/* Values of one kind on days before one, newest first, at most limit. */
NODISCARD int dailies_page(struct db *db, struct arena *a,
    const struct owner *o, enum daily_kind kind, int32_t before_day,
    unsigned limit, struct daily **list_r, size_t *n_r, struct err *e);

#endif
