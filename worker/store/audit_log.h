#ifndef STORE_AUDIT_LOG_H
#define STORE_AUDIT_LOG_H

/* The rows of the audit trail.  They are only ever added; auth/audit.h writes
 * them and chains them. */

#include "store/owner.h"

enum audit_action {
#define AUDIT(id, name) AUDIT_##id,
#include "store/audit_actions.def"
#undef AUDIT
	AUDIT_ACTION_COUNT
};
const char *audit_action_name(enum audit_action a);
/* false: there is no such action. */
NODISCARD bool audit_action_parse(struct str name, enum audit_action *out);

#define AUDIT_CHAIN_BYTES 32

struct audit_row {
	int64_t seq; /* 1, 2, ... without a gap */
	int64_t noted_us;
	struct owner subject; /* zero: nobody's account */
	struct uuid actor_id; /* the person who did it; zero: nobody known */
	const char *actor;    /* by what: session, token, pierrectl, ... */
	const char *action;   /* text, since a later version may have more */
	const char *result;   /* "ok" or "refused" */
	const char *object;
	const char *detail;
	const char *address;
	const char *user_agent;
	const char *request_id;
	uint8_t chain[AUDIT_CHAIN_BYTES];
};

/* Inside a transaction: take the next number, and the chain of the row before
 * (zeros: there is none). */
NODISCARD int audit_take_number(struct db *tx, struct arena *a, int64_t *seq_r,
    uint8_t chain_r[AUDIT_CHAIN_BYTES], struct err *e);
NODISCARD int audit_insert(
    struct db *tx, struct arena *a, const struct audit_row *r, struct err *e);

struct audit_filter {
	const struct owner *subject; /* NULL: anybody's */
	const enum audit_action
	    *action;	/* NULL: any; with a subject: ignored */
	int64_t before; /* a number; 0: the newest */
	unsigned limit;
};
/* Newest first. */
NODISCARD int audit_list(struct db *db, struct arena *a,
    const struct audit_filter *f, struct audit_row **list_r, size_t *n_r,
    struct err *e);
/* Oldest first, from a number on. */
NODISCARD int audit_walk(struct db *db, struct arena *a, int64_t from,
    unsigned limit, struct audit_row **list_r, size_t *n_r, struct err *e);
/* The number and chain of the last row; number 0: there is none. */
NODISCARD int audit_last(struct db *db, struct arena *a, int64_t *seq_r,
    uint8_t chain_r[AUDIT_CHAIN_BYTES], struct err *e);

#endif
