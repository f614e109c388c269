#ifndef STORE_USER_DELETE_H
#define STORE_USER_DELETE_H

/* Forgetting a person. */

#include "store/owner.h"

/* Delete all rows of a person in all tables, then the person, then the tenant
 * when nobody else is in it; and overwrite what they held on disk, as far as
 * the engine does that (db_scrub).  Tables whose rows outlive people
 * (sql/columns.def) keep theirs, which name nobody.
 *
 * The person is suspended first, in one transaction with also, which may refuse
 * it.  From then on the deletion is certain: the rows go in small transactions,
 * so that nobody else waits; stopped in between, the next call does what is
 * left, without also, and so does user_delete_finish().  From a fiber it waits.
 * 1 done, 0 no such user, -1. */
NODISCARD int user_delete(struct db *db, const struct owner *o, db_tx_fn *also,
    void *also_arg, struct err *e);
/* Finish what whoever deletes people was stopped at: delete those with whom
 * nobody has been busy for a minute, and overwrite what the gone have held. */
NODISCARD int user_delete_finish(struct db *db, struct err *e);

#endif
