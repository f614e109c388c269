#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

/* The schema's versions.  Each migration is one transaction, which also
 * re-reads what has been done: of several runners one does it, and the others
 * find it done. */

#include "store/db.h"

/* Apply what is missing; *applied_r gets how many this call ran.  ERR_CONFIG
 * when the schema is newer than this program, or one that was applied has
 * another text by now. */
NODISCARD int migrate_up(struct db *db, unsigned *applied_r, struct err *e);
/* Take back all versions above `to`. Data is lost. */
NODISCARD int migrate_down(struct db *db, int to, struct err *e);
/* 0 when the schema is exactly ours, else ERR_CONFIG saying what to do. */
NODISCARD int migrate_check(struct db *db, struct err *e);

#endif
