#ifndef STORE_RECORDINGS_H
#define STORE_RECORDINGS_H

/* Several recordings of one activity: a watch and a bicycle computer, or a
 * file and a provider.  The activity is made of them part by part
 * (model/merge.h) and is what everybody reads; the recordings are kept beside
 * it as they came, so that they can be taken apart again.  An activity of one
 * recording has no rows here.
 *
 * All that changes them waits for others that do so for the same person. */

#include "store/activities.h"

/* Wait for others that change this person's activities; till the transaction's
 * end. */
NODISCARD int recordings_lock(
    struct db *tx, struct arena *a, const struct owner *o, struct err *e);

enum stored_as {
	STORED_KNOWN,  /* the provider's id is there already */
	STORED_NEW,    /* an activity of its own */
	STORED_JOINED, /* another recording of an activity that was there */
};

/* Store an activity that came from somewhere, unless it is there; act->id
 * becomes that of the activity it is in.  It is not joined with one of the n
 * activities of `apart`: those of the same file.  An enum stored_as, or -1.  In
 * a transaction. */
NODISCARD int recordings_store(struct db *tx, struct arena *a,
    const struct owner *o, struct activity *act, const struct uuid *apart,
    size_t n, struct err *e);

struct recording {
	struct uuid id;		  /* the activity's, when taken apart */
	struct activity activity; /* without streams */
	uint32_t gives;		  /* bit per enum activity_part */
	int64_t created_us;
};

/* The recordings of an activity; none when it is of one. */
NODISCARD int recordings_list(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *activity,
    struct recording **list_r, size_t *n_r, struct err *e);

/* Make each recording an activity again, none of which is joined by itself any
 * more.  ids_r: of all of them, the activity's own first.  1; 0 when there is
 * no such activity; -1, ERR_CONFLICT when it is of one recording.  In a
 * transaction. */
NODISCARD int recordings_split(struct db *tx, struct arena *a,
    const struct owner *o, const struct uuid *activity, struct uuid **ids_r,
    size_t *n_r, struct err *e);
/* Put the recordings of activity `from` into `into`, whatever they are; from
 * is gone then.  1; 0 when one of them does not exist; -1.  In a transaction.
 */
NODISCARD int recordings_join(struct db *tx, struct arena *a,
    const struct owner *o, const struct uuid *into, const struct uuid *from,
    struct err *e);

#endif
