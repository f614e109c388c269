/* What people change of themselves. */

#include "auth/accounts_impl.h"
#include "auth/mail.h"
#include "store/profile_event.h"
#include "store/thresholds.h"

/* The last of what is done: note it, and tell the person's apps. */
static int
note_and_tell(const struct deed *d, struct db *tx, struct err *e)
{
	if (deed_note(d, tx, e) < 0)
		return -1;
	return profile_event_put(tx, d->arena, &d->note.subject, e);
}

/* --- who somebody is ----------------------------------------------------- */

struct profile {
	struct deed deed;
	const struct athlete *athlete;
	bool found;
};

static int
change_profile(struct db *tx, void *arg, struct err *e)
{
	struct profile *p = arg;
	const struct owner *o = &p->deed.note.subject;
	struct arena *arena = p->deed.arena;
	const char *email = p->athlete->email;
	struct user before;
	int rc = users_get(tx, arena, o, &before, e);

	if (rc > 0)
		rc = users_update(tx, arena, p->athlete, e);
	p->found = rc > 0;
	if (rc <= 0)
		return rc;
	if (!str_ieq(str_of(before.athlete.email), str_of(email)) &&
	    (links_void(tx, arena, o, LINK_RESET, e) < 0 ||
		mail_queue(p->deed.accounts->conf, tx, arena, o, MAIL_MOVED,
		    before.athlete.email, e) < 0))
		return -1;
	return note_and_tell(&p->deed, tx, e);
}

int
accounts_set_profile(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct athlete *who, struct err *e)
{
	struct profile p = {
		.deed = { a, arena, from,
		    { AUDIT_USER_CHANGE, .subject = owner_of(who) } },
		.athlete = who,
	};

	if (accounts_write(a, change_profile, &p, e) < 0)
		return -1;
	return p.found;
}

/* --- what somebody sustains ---------------------------------------------- */

struct sustaining {
	struct deed deed;
	const struct threshold *threshold;
	bool changed;
};

static int
set_threshold(struct db *tx, void *arg, struct err *e)
{
	struct sustaining *s = arg;

	s->changed = true;
	if (thresholds_set(
		tx, s->deed.arena, &s->deed.note.subject, s->threshold, e) < 0)
		return -1;
	return note_and_tell(&s->deed, tx, e);
}

static int
drop_threshold(struct db *tx, void *arg, struct err *e)
{
	struct sustaining *s = arg;
	int rc = thresholds_remove(tx, s->deed.arena, &s->deed.note.subject,
	    s->threshold->kind, s->threshold->day, e);

	s->changed = rc > 0;
	return rc > 0 ? note_and_tell(&s->deed, tx, e) : rc;
}

/* Of the value nothing is said: it is of the body. */
static int
change_threshold(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whose,
    const struct threshold *t, bool set, struct err *e)
{
	struct sustaining s = {
		.deed = { a, arena, from,
		    { set ? AUDIT_THRESHOLD_SET : AUDIT_THRESHOLD_REMOVE,
			.subject = *whose,
			.object = threshold_name(t->kind) } },
		.threshold = t,
	};

	if (db_write(a->db, set ? set_threshold : drop_threshold, &s, e) < 0)
		return -1;
	return s.changed;
}

int
accounts_set_threshold(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whose,
    const struct threshold *t, struct err *e)
{
	return change_threshold(a, arena, from, whose, t, true, e);
}

int
accounts_drop_threshold(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whose,
    const struct threshold *t, struct err *e)
{
	return change_threshold(a, arena, from, whose, t, false, e);
}
