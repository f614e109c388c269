#ifndef STORE_PROFILE_EVENT_H
#define STORE_PROFILE_EVENT_H

/* Telling a person's apps that who they are, or what they sustain, is not what
 * it was.  Whoever writes it calls this in the same transaction. */

#include "store/owner.h"

/* EVENT_PROFILE_UPDATED of the feed; it says no more than that. */
NODISCARD int profile_event_put(
    struct db *db, struct arena *a, const struct owner *o, struct err *e);

#endif
