#ifndef PROVIDER_ANNOUNCE_H
#define PROVIDER_ANNOUNCE_H

/* Telling a person's apps what has come in. */

#include "model/activity.h"
#include "store/owner.h"

/* Publish EVENT_NEW_ACTIVITY for a stored activity; inside the transaction that
 * stores it, after everything else. */
NODISCARD int announce_activity(struct db *tx, struct arena *a,
    const struct owner *o, const struct activity *act, struct err *e);

#endif
