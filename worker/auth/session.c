/* Browser sessions: how they begin and end.  The guard proves them. */

#include "auth/accounts_impl.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "store/grants.h"
#include "store/sessions.h"
#include "store/tokens.h"

struct start {
	struct arena *arena;
	struct session session;
	const uint8_t *hash;
	const struct uuid *former;
};

static int
insert(struct db *tx, void *arg, struct err *e)
{
	struct start *s = arg;

	if (s->former != NULL &&
	    sessions_end(tx, s->arena, &s->session.owner, s->former, e) < 0)
		return -1;
	return sessions_insert(tx, s->arena, &s->session, s->hash, e);
}

int
session_start(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *former,
    char token_r[OPAQUE_LEN + 1], struct uuid *id_r, struct err *e)
{
	uint8_t hash[OPAQUE_HASH_BYTES];
	struct start s = {
		.arena = arena,
		.session = { .owner = *o,
		    .address = from->address,
		    .user_agent = from->user_agent,
		    .expires_us =
			clock_wall_us() + a->conf->session_lifetime_us },
		.hash = hash,
		.former = former,
	};

	opaque_make(OPAQUE_SESSION, token_r);
	opaque_hash(a->key, str_of(token_r), hash);
	if (db_write(a->db, insert, &s, e) < 0) {
		wipe(token_r, OPAQUE_LEN + 1);
		return -1;
	}
	*id_r = s.session.id;
	return 0;
}

int
session_list(struct accounts *a, struct arena *arena, const struct owner *o,
    struct session **list_r, size_t *n_r, struct err *e)
{
	return sessions_list(a->db, arena, o,
	    clock_wall_us() - a->conf->session_idle_us, list_r, n_r, e);
}

/* --- ending -------------------------------------------------------------- */

typedef int end_row(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e);

struct ending {
	struct deed deed;
	end_row *end;
	const struct uuid *id; /* the one that ends */
	const struct uuid *keep;
	unsigned ended;
};

static int
end_one(struct db *tx, void *arg, struct err *e)
{
	struct ending *n = arg;
	int rc = n->end(tx, n->deed.arena, &n->deed.note.subject, n->id, e);

	if (rc <= 0)
		return rc;
	n->ended = 1;
	return deed_note(&n->deed, tx, e);
}

static int
end_noted(struct accounts *a, struct arena *arena, const struct origin *from,
    enum audit_action action, end_row *end, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	char text[UUID_TEXT_LEN + 1];
	struct ending n = { .deed = { a, arena, from,
				{ action, .subject = *o, .object = text } },
		.end = end,
		.id = id };

	uuid_format(id, text);
	if (db_write(a->db, end_one, &n, e) < 0)
		return -1;
	return n.ended > 0;
}

int
session_end(struct accounts *a, struct arena *arena, const struct origin *from,
    const struct owner *o, const struct uuid *id, struct err *e)
{
	return end_noted(
	    a, arena, from, AUDIT_SIGN_OUT, sessions_end, o, id, e);
}

int
session_sign_out(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct who *who, struct err *e)
{
	struct owner o = { who->tenant_id, who->user_id };
	end_row *end = who->proof == WHO_SESSION ? sessions_end
		       : who->proof == WHO_JWT	 ? grants_revoke
						 : tokens_revoke;

	return end_noted(
	    a, arena, from, AUDIT_SIGN_OUT, end, &o, &who->token_id, e);
}

int
session_revoke(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *id,
    struct err *e)
{
	return end_noted(
	    a, arena, from, AUDIT_SESSION_REVOKE, sessions_end, o, id, e);
}

static int
end_others(struct db *tx, void *arg, struct err *e)
{
	struct ending *n = arg;
	int granted;

	if (sessions_end_all(tx, n->deed.arena, &n->deed.note.subject, n->keep,
		&n->ended, e) < 0)
		return -1;
	/* Everywhere else: what clients were granted too. */
	granted =
	    grants_revoke_all(tx, n->deed.arena, &n->deed.note.subject, e);
	if (granted < 0)
		return -1;
	if (n->ended == 0 && granted == 0)
		return 0;
	n->deed.note.detail = arena_printf(n->deed.arena, "%u", n->ended);
	return deed_note(&n->deed, tx, e);
}

int
session_revoke_others(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *keep,
    unsigned *n_r, struct err *e)
{
	struct ending n = { .deed = { a, arena, from,
				{ AUDIT_SESSION_REVOKE, .subject = *o } },
		.keep = keep };

	if (db_write(a->db, end_others, &n, e) < 0)
		return -1;
	*n_r = n.ended;
	return 0;
}
