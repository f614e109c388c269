#ifndef AUTH_AUDIT_H
#define AUTH_AUDIT_H

/* The audit trail: everything that is done to an identity, by whom, from where,
 * and whether it came to be.  Rows hold no secrets and no names, are never
 * changed, and each carries a keyed hash over itself and the one before it, so
 * that one that was changed or taken out is noticed.
 *
 * What may be done is a line of store/audit_actions.def. */

#include "auth/origin.h"
#include "store/audit_log.h"

struct audit;
struct keyring;

/* One a process. */
struct audit *audit_new(struct keyring *k, struct err *e);
void audit_free(struct audit **au);

struct audit_note {
	enum audit_action action;
	bool refused;
	struct owner subject; /* whose account; zero: nobody's */
	const char *object;   /* NULL, or the id of what was touched */
	const char *detail;   /* NULL, or a few words */
};

/* As the last step of the transaction that does it: both are kept or neither.
 * Transactions that note something come one after another. */
NODISCARD int audit_note(const struct audit *au, struct db *tx, struct arena *a,
    const struct origin *from, const struct audit_note *n, struct err *e);
/* In a transaction of its own when db is none: what was refused. */
NODISCARD int audit_note_alone(const struct audit *au, struct db *db,
    struct arena *a, const struct origin *from, const struct audit_note *n,
    struct err *e);

/* Go through all rows: 1 the chain holds, 0 it breaks at *seq_r, -1.  *seq_r:
 * how many rows there are when it holds. */
NODISCARD int audit_verify(
    const struct audit *au, struct db *db, int64_t *seq_r, struct err *e);

#endif
