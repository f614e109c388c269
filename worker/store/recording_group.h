#ifndef STORE_RECORDING_GROUP_H
#define STORE_RECORDING_GROUP_H

/* An activity with all its recordings, for recordings.c: read, changed in
 * memory, and written anew.  Everything inside one transaction. */

#include "store/recordings.h"

/* Who has as many devices needs no server. */
#define RECORDINGS_MAX 16

struct recording_tx {
	struct db *tx;
	struct arena *arena;
	const struct owner *owner;
};

struct recording_group {
	struct stored_activity stored;
	struct recording list[RECORDINGS_MAX];
	size_t n;
	size_t n_stored; /* of them have rows: the first ones */
};

/* Run a query of tenant, user, an activity and, unless it is NULL, another. */
NODISCARD int recording_run(const struct recording_tx *w, enum query_id id,
    const struct uuid *activity, const struct uuid *other, struct err *e);
/* Everything with samples.  1, 0 when there is no such activity, -1. */
NODISCARD int recording_group_read(const struct recording_tx *w,
    const struct uuid *id, struct recording_group *g, struct err *e);
/* Put the activity together from the list, and store what is new. */
NODISCARD int recording_group_write(
    const struct recording_tx *w, struct recording_group *g, struct err *e);

/* What the person has set stays. */
void recording_keep_edits(
    struct activity *to, const struct stored_activity *before);

#endif
