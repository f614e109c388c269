#ifndef PROVIDER_SYNTHETIC_FILL_H
#define PROVIDER_SYNTHETIC_FILL_H

/* The synthetic year into the store. */

#include "store/owner.h"

/* Called after each day that was stored; NULL is fine. */
typedef void synthetic_progress(void *arg, unsigned done, unsigned all);

/* Store the year that ends on last_day.  What is there already stays. */
NODISCARD int synthetic_fill(struct db *db, const struct owner *o,
    int32_t last_day, synthetic_progress *progress, void *arg, struct err *e);

#endif
