#ifndef PROVIDER_ANNOUNCE_H
#define PROVIDER_ANNOUNCE_H

/* Telling a person's apps what has happened, by events of the feed.  Each is
 * published inside the transaction that makes it true, after everything else;
 * given the database itself, in one of its own. */

#include "model/activity.h"
#include "store/event_log.h"

/* EVENT_NEW_ACTIVITY or EVENT_ACTIVITY_UPDATED: an activity was stored, or
 * changed. */
NODISCARD int announce_activity(struct db *tx, struct arena *a,
    const struct owner *o, enum event_kind kind, const struct activity *act,
    struct err *e);
/* EVENT_ACTIVITY_DELETED: there is no activity of this id any more. */
NODISCARD int announce_deleted(struct db *tx, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);

/* EVENT_NOTICE: a word of the operator, of at most NOTICE_MAX bytes. */
#define NOTICE_MAX 2000
enum notice_level { NOTICE_INFO, NOTICE_WARNING };
NODISCARD bool notice_level_parse(struct str name, enum notice_level *out);
/* ERR_INVALID for a text that is empty, too long or no UTF-8. */
NODISCARD int notice_check(struct str text, struct err *e);
NODISCARD int announce_notice(struct db *tx, struct arena *a,
    const struct owner *o, enum notice_level level, struct str text,
    struct err *e);
/* To everybody who is not suspended, one after another; how many it was. */
NODISCARD int announce_notice_to_all(struct db *db, enum notice_level level,
    struct str text, int64_t *n_r, struct err *e);

#endif
