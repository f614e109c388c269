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

struct migration_state {
	int version;
	const char *name;
	const char *checksum; /* of the text that was applied, or is to be */
	int64_t applied_us;   /* 0: not yet */
	bool is_known;	      /* false: a newer program's */
	bool is_changed;      /* applied with another text than ours */
};

/* Those that were applied and those that we have, in order. */
NODISCARD int migrate_list(struct db *db, struct arena *a,
    struct migration_state **list_r, size_t *n_r, struct err *e);
/* Whether this program has this migration with this text: 0, or ERR_CONFIG that
 * says what is the matter. */
NODISCARD int migrate_knows(
    int version, const char *name, const char *checksum, struct err *e);
/* 0 when the schema is exactly ours, else ERR_CONFIG saying what to do. */
NODISCARD int migrate_check(struct db *db, struct err *e);
/* The same, for a process of a server that has started: a newer schema is fine,
 * for while hosts are upgraded one after another it comes with the first of
 * them, and takes nothing away that the others use. */
NODISCARD int migrate_check_serving(struct db *db, struct err *e);

#endif
