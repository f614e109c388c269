#ifndef EVENTS_PLACES_H
#define EVENTS_PLACES_H

/* How many streams that stay open a person has on this worker, whatever they
 * carry: events.max_streams_per_user. */

#include "store/owner.h"

struct places;

/* most: of one person; 0: as many as there may be. */
struct places *places_new(int64_t most);
void places_free(struct places **p);

/* 0, or -1 with ERR_LIMITED when there is no place left. */
NODISCARD int places_take(
    struct places *p, const struct owner *o, struct err *e);
void places_leave(struct places *p, const struct owner *o);

#endif
