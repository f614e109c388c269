#ifndef STORE_SESSIONS_H
#define STORE_SESSIONS_H

/* Browser sessions: only a keyed hash of each cookie is stored. */

#include "store/users.h"

#define SESSION_HASH_BYTES 32

struct session {
	struct uuid id;
	struct owner owner;
	const char *address; /* of the last use */
	const char *user_agent;
	int64_t created_us;
	int64_t last_used_us; /* exact to SESSION_TOUCH_US */
	int64_t expires_us;   /* whatever its use */
};

/* A session and what holds for whoever shows its cookie. */
struct session_holder {
	struct session session;
	bool is_admin;
	enum user_status status;
};

/* id is made when it is zero; created_us and last_used_us are filled in. */
NODISCARD int sessions_insert(struct db *db, struct arena *a, struct session *s,
    const uint8_t hash[SESSION_HASH_BYTES], struct err *e);
/* 1 found (perhaps at its end: the caller judges), 0, -1. */
NODISCARD int sessions_find(struct db *db, struct arena *a,
    const uint8_t hash[SESSION_HASH_BYTES], struct session_holder *out,
    struct err *e);
/* Those that expire after now and were used after used_after_us; the one used
 * last first. */
NODISCARD int sessions_list(struct db *db, struct arena *a,
    const struct owner *o, int64_t used_after_us, struct session **list_r,
    size_t *n_r, struct err *e);
/* Note a use; callers do so when the last note is older than this. */
#define SESSION_TOUCH_US (INT64_C(60) * 1000000)
NODISCARD int sessions_touch(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, const char *address,
    struct err *e);
/* End one: 1 done, 0 no such session, -1.  Moves the revocation epoch. */
NODISCARD int sessions_end(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
/* End all but one (NULL: all); *n_r gets how many.  Moves the revocation
 * epoch when there were any. */
NODISCARD int sessions_end_all(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *keep, unsigned *n_r,
    struct err *e);

#endif
