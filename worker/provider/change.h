#ifndef PROVIDER_CHANGE_H
#define PROVIDER_CHANGE_H

/* What a person does to their own activities: each in one transaction, with
 * the event that tells their apps.  All give 1; 0 when there is no such
 * activity; -1. */

#include "store/recordings.h"

/* Fields to set; those not named in `what` (enum activity_edit) stay. */
struct change_edit {
	uint32_t what;
	const char *name; /* "": the sport's title, and no edit any more */
	double rpe;	  /* NaN: none */
	enum sport_type sport;
};
NODISCARD int change_edit(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, const struct change_edit *edit, struct err *e);
NODISCARD int change_delete(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
/* recordings_split() and recordings_join(). */
NODISCARD int change_split(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct uuid **ids_r,
    size_t *n_r, struct err *e);
NODISCARD int change_join(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *into, const struct uuid *from, struct err *e);

#endif
