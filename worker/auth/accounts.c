/* Accounts: what all of it shares, and what administrators do. */

#include "auth/accounts.h"

#include <stdlib.h>

#include "auth/accounts_impl.h"
#include "auth/mail.h"
#include "auth/seal.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "store/dbmeta.h"
#include "store/sessions.h"
#include "store/user_delete.h"

struct accounts *
accounts_new(
    const struct conf *conf, struct db *db, struct keyring *k, struct err *e)
{
	struct accounts *a = xcalloc(1, sizeof(*a));

	a->conf = conf;
	a->db = db;
	a->hasher = hasher_new(k, e);
	if (a->hasher != NULL)
		a->audit = audit_new(k, e);
	if (a->audit == NULL ||
	    keyring_secret(k, OPAQUE_KEY_LABEL, a->key, e) < 0)
		accounts_free(&a);
	return a;
}

void
accounts_free(struct accounts **a)
{
	if (*a == NULL)
		return;
	hasher_free(&(*a)->hasher);
	audit_free(&(*a)->audit);
	wipe((*a)->key, sizeof((*a)->key));
	free(*a);
	*a = NULL;
}

const struct audit *
accounts_audit(const struct accounts *a)
{
	return a->audit;
}

void
accounts_on_mail(struct accounts *a, void (*fn)(void *arg), void *arg)
{
	a->on_mail = fn;
	a->on_mail_arg = arg;
}

int
accounts_write(struct accounts *a, db_tx_fn *fn, void *arg, struct err *e)
{
	int rc = db_write(a->db, fn, arg, e);

	if (rc == 0 && a->on_mail != NULL && mail_is_on(a->conf))
		a->on_mail(a->on_mail_arg);
	return rc;
}

int
deed_note(const struct deed *d, struct db *tx, struct err *e)
{
	return audit_note(
	    d->accounts->audit, tx, d->arena, d->from, &d->note, e);
}

int
deed_refused(const struct deed *d, struct err *e)
{
	struct audit_note note = d->note;
	struct err mine = ERR_INIT;

	note.refused = true;
	if (note.detail == NULL && e != NULL)
		note.detail = err_name(e->code);
	if (audit_note_alone(d->accounts->audit, d->accounts->db, d->arena,
		d->from, &note, &mine) < 0)
		log_err(LOG_WARN, "auth", "noting a refusal", &mine);
	return -1;
}

/* --- by administrators --------------------------------------------------- */

struct standing {
	struct deed deed;
	int (*change)(struct db *tx, const struct standing *s, struct err *e);
	bool value;
	int changed;
};

/* Nobody shuts the last door behind themselves. */
static int
check_last_admin(struct db *tx, const struct standing *s, struct err *e)
{
	const struct owner *o = &s->deed.note.subject;
	struct user u;
	int rc = users_get(tx, s->deed.arena, o, &u, e);

	if (rc <= 0 || !u.is_admin)
		return rc < 0 ? -1 : 0;
	rc = users_have_other_admin(tx, s->deed.arena, &o->user_id, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return err_set(e, ERR_CONFLICT,
	    "%s is the only one left who can administer this server",
	    u.athlete.username);
}

/* The same for two who would shut each other out: they take turns by the
 * epoch's row. */
static int
keep_one_admin(struct db *tx, const struct standing *s, struct err *e)
{
	if (meta_bump_auth_epoch(tx, s->deed.arena, e) < 0)
		return -1;
	return check_last_admin(tx, s, e);
}

static int
approve(struct db *tx, const struct standing *s, struct err *e)
{
	const struct owner *o = &s->deed.note.subject;
	struct arena *arena = s->deed.arena;
	struct user u;
	int rc = users_approve(tx, arena, o, e);

	if (rc <= 0 || users_get(tx, arena, o, &u, e) <= 0)
		return rc;
	return mail_queue(s->deed.accounts->conf, tx, arena, o, MAIL_APPROVED,
		   u.athlete.email, e) < 0
		   ? -1
		   : rc;
}

static int
suspend(struct db *tx, const struct standing *s, struct err *e)
{
	const struct owner *o = &s->deed.note.subject;
	unsigned ended;

	if (keep_one_admin(tx, s, e) < 0 ||
	    sessions_end_all(tx, s->deed.arena, o, NULL, &ended, e) < 0)
		return -1;
	return users_set_status(tx, s->deed.arena, o, USER_SUSPENDED, e);
}

static int
restore(struct db *tx, const struct standing *s, struct err *e)
{
	return users_set_status(
	    tx, s->deed.arena, &s->deed.note.subject, USER_ACTIVE, e);
}

static int
vouch(struct db *tx, const struct standing *s, struct err *e)
{
	return users_verify(tx, s->deed.arena, &s->deed.note.subject, e);
}

static int
set_admin(struct db *tx, const struct standing *s, struct err *e)
{
	if (!s->value && keep_one_admin(tx, s, e) < 0)
		return -1;
	return users_set_admin(
	    tx, s->deed.arena, &s->deed.note.subject, s->value, e);
}

static int
change_standing(struct db *tx, void *arg, struct err *e)
{
	struct standing *s = arg;

	s->changed = s->change(tx, s, e);
	if (s->changed <= 0)
		return s->changed;
	return deed_note(&s->deed, tx, e);
}

static int
change(struct standing *s, struct err *e)
{
	if (accounts_write(s->deed.accounts, change_standing, s, e) < 0)
		return e->code == ERR_CONFLICT ? deed_refused(&s->deed, e) : -1;
	return s->changed;
}

int
accounts_approve(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e)
{
	struct standing s = { .deed = { a, arena, from,
				  { AUDIT_USER_APPROVE, .subject = *whom } },
		.change = approve };

	return change(&s, e);
}

int
accounts_suspend_as(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, const char *detail,
    struct err *e)
{
	struct standing s = { .deed = { a, arena, from,
				  { AUDIT_USER_SUSPEND, .subject = *whom,
				      .detail = detail } },
		.change = suspend };

	return change(&s, e);
}

int
accounts_suspend(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e)
{
	return accounts_suspend_as(a, arena, from, whom, NULL, e);
}

int
accounts_restore(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e)
{
	struct standing s = { .deed = { a, arena, from,
				  { AUDIT_USER_RESTORE, .subject = *whom } },
		.change = restore };

	return change(&s, e);
}

int
accounts_vouch(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e)
{
	struct standing s = { .deed = { a, arena, from,
				  { AUDIT_EMAIL_VERIFY, .subject = *whom } },
		.change = vouch };

	return change(&s, e);
}

int
accounts_set_admin(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, bool is_admin,
    struct err *e)
{
	struct standing s = { .deed = { a, arena, from,
				  { AUDIT_USER_ROLE, .subject = *whom,
				      .detail = is_admin ? "admin" : "user" } },
		.change = set_admin,
		.value = is_admin };

	return change(&s, e);
}

/* The deletion is certain from here on, whoever finishes it. */
static int
begin_delete(struct db *tx, void *arg, struct err *e)
{
	struct standing *s = arg;

	if (check_last_admin(tx, s, e) < 0)
		return -1;
	return deed_note(&s->deed, tx, e);
}

int
accounts_delete(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e)
{
	struct standing s = {
		.deed = { a, arena, from,
		    { AUDIT_USER_DELETE, .subject = *whom } },
	};
	int rc = user_delete(a->db, whom, begin_delete, &s, e);

	return rc < 0 && e->code == ERR_CONFLICT ? deed_refused(&s.deed, e)
						 : rc;
}

int
accounts_note_export(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e)
{
	struct audit_note note = { AUDIT_USER_EXPORT, .subject = *whom };

	return audit_note_alone(a->audit, a->db, arena, from, &note, e);
}
