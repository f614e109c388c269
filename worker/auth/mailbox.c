/* What goes through a person's mailbox: a link for who forgot the password, and
 * the proof that an address is the person's. */

#include "auth/accounts_impl.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "loop/fiber.h"
#include "store/dbmeta.h"
#include "store/failures.h"

/* An answer takes no less, whether there is a mail to be queued or not. */
#define FORGOT_MS 50

/* To one address: three at once, and then one in five minutes. */
static const struct failure_rate to_one = { INT64_C(300) * 1000000, 3 };
/* From one place. */
static const struct failure_rate from_one = { INT64_C(30) * 1000000, 20 };

static int
charge(struct accounts *a, struct arena *arena, const char *what,
    const struct origin *from, struct str name, int64_t *retry_s_r,
    struct err *e)
{
	const struct failure_rate *rate = from != NULL ? &from_one : &to_one;
	uint8_t id[OPAQUE_HASH_BYTES];
	int64_t retry_us = 0;
	int rc;

	accounts_throttle_id(a, what, from, name, id);
	rc = failures_charge(a->db, arena, id, rate, &retry_us, e);
	*retry_s_r = rc == 0 ? MAX((retry_us + 999999) / 1000000, 1) : 0;
	return rc;
}

static int
too_often(int64_t retry_s, struct err *e)
{
	return err_set(e, ERR_LIMITED,
	    "that was asked for too often; try again in %lld s",
	    (long long)retry_s);
}

static int
check_mail(const struct accounts *a, struct str email, struct err *e)
{
	if (!mail_is_on(a->conf))
		return err_set(e, ERR_DENIED,
		    "this server sends no mail; ask whoever runs it");
	if (!mail_is_address(email))
		return err_set(e, ERR_INVALID, "that is not an e-mail address");
	return 0;
}

void
accounts_even_out(int64_t begun_us, int64_t at_least_ms)
{
	int64_t left_ms = at_least_ms - (clock_mono_us() - begun_us) / 1000;

	if (fiber_self() != NULL && left_ms > 0)
		(void)!fiber_sleep_ms(left_ms, NULL);
}

/* --- to whoever has an address ------------------------------------------- */

struct message {
	struct deed deed;
	enum mail_kind kind;
	const char *to; /* "": to nobody */
};

/* With a mail or without: one transaction, which takes about as long. */
static int
send_noted(struct db *tx, void *arg, struct err *e)
{
	struct message *m = arg;

	if (mail_queue(m->deed.accounts->conf, tx, m->deed.arena,
		&m->deed.note.subject, m->kind, m->to, e) < 0)
		return -1;
	return deed_note(&m->deed, tx, e);
}

/* Counted before anybody looks whether there is such an account, so that the
 * count tells nothing. */
static int
find(struct message *m, const char *address, struct user *u, struct err *e)
{
	struct accounts *a = m->deed.accounts;
	int64_t retry_s;
	int may = charge(
	    a, m->deed.arena, "mail to", NULL, str_of(address), &retry_s, e);
	int rc =
	    may < 0 ? -1 : users_by_email(a->db, m->deed.arena, address, u, e);

	if (rc < 0)
		return -1;
	if (rc > 0)
		m->deed.note.subject = owner_of(&u->athlete);
	if (rc > 0 && may > 0 && u->status != USER_SUSPENDED)
		m->to = u->athlete.email;
	return 0;
}

int
accounts_forgot(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str email, int64_t *retry_s_r,
    struct err *e)
{
	struct message m = { .deed = { a, arena, from,
				 { .action = AUDIT_PASSWORD_FORGOT } },
		.kind = MAIL_RESET,
		.to = "" };
	int64_t begun_us = clock_mono_us();
	struct user u;
	int rc;

	*retry_s_r = 0;
	if (check_mail(a, email, e) < 0)
		return -1;
	rc = charge(a, arena, "forgot", from, STR(""), retry_s_r, e);
	if (rc <= 0)
		return rc < 0 ? -1 : too_often(*retry_s_r, e);
	if (find(&m, arena_strndup(arena, email.p, email.n), &u, e) < 0)
		return -1;
	m.deed.note.refused = m.to[0] == '\0';
	rc = accounts_write(a, send_noted, &m, e);
	accounts_even_out(begun_us, FORGOT_MS);
	return rc;
}

int
accounts_tell_owner(const struct deed *d, const char *address, struct err *e)
{
	struct message m = { .deed = *d, .kind = MAIL_KNOWN, .to = "" };
	struct user u;

	m.deed.note.refused = true;
	if (find(&m, address, &u, e) < 0)
		return -1;
	/* Whoever asked is nobody, whose address it is unasked. */
	return accounts_write(d->accounts, send_noted, &m, e);
}

/* --- another address ----------------------------------------------------- */

int
accounts_ask_address(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct str present,
    struct str email, int64_t *retry_s_r, struct err *e)
{
	struct message m = { .deed = { a, arena, from,
				 { AUDIT_EMAIL_ASK, .subject = *whom } },
		.kind = MAIL_ADDRESS,
		.to = arena_strndup(arena, email.p, email.n) };
	uint8_t id[OPAQUE_HASH_BYTES];
	struct user u;
	int rc;

	*retry_s_r = 0;
	if (check_mail(a, email, e) < 0 ||
	    accounts_get_user(a, arena, whom, &u, e) < 0)
		return -1;
	rc = accounts_charge(
	    a, arena, from, str_of(u.athlete.username), id, retry_s_r, e);
	if (rc <= 0)
		return rc < 0 ? -1 : accounts_too_many(*retry_s_r, e);
	if (accounts_verify_present(a, arena, whom, present, e) < 0)
		return e->code == ERR_DENIED ? deed_refused(&m.deed, e) : -1;
	rc = charge(a, arena, "mail to", NULL, email, retry_s_r, e);
	if (rc <= 0)
		return rc < 0 ? -1 : too_often(*retry_s_r, e);
	return accounts_write(a, send_noted, &m, e);
}

int
accounts_peek_address(struct accounts *a, struct arena *arena, struct str token,
    struct user *out, const char **email_r, struct err *e)
{
	struct one_time_link l;
	int rc = accounts_peek_link(a, arena, LINK_VERIFY, token, &l, out, e);

	*email_r = rc > 0 ? l.email : "";
	return rc;
}

struct confirming {
	struct deed deed;
	const uint8_t *token_hash;
};

/* A link for a new password that went to the former address is void. */
static int
move(struct db *tx, struct confirming *c, const struct user *u,
    const char *email, struct err *e)
{
	struct arena *arena = c->deed.arena;
	struct owner o = owner_of(&u->athlete);

	c->deed.note.action = AUDIT_EMAIL_CHANGE;
	if (users_set_email(tx, arena, &o, email, e) < 0 ||
	    links_void(tx, arena, &o, LINK_RESET, e) < 0)
		return -1;
	return mail_queue(c->deed.accounts->conf, tx, arena, &o, MAIL_MOVED,
	    u->athlete.email, e);
}

static int
confirm(struct db *tx, void *arg, struct err *e)
{
	struct confirming *c = arg;
	struct arena *arena = c->deed.arena;
	struct one_time_link l;
	struct user u;
	int rc = links_use(tx, arena, LINK_VERIFY, c->token_hash, &l, e);

	if (rc > 0)
		rc = users_get(tx, arena, &l.owner, &u, e);
	if (rc == 0)
		return err_set(
		    e, ERR_DENIED, "that link was used before, or is too old");
	if (rc < 0)
		return -1;
	c->deed.note.subject = l.owner;
	if (str_ieq(str_of(u.athlete.email), str_of(l.email)))
		rc = users_verify(tx, arena, &l.owner, e);
	else
		rc = move(tx, c, &u, l.email, e);
	return rc < 0 ? -1 : deed_note(&c->deed, tx, e);
}

int
accounts_confirm_address(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str token, struct err *e)
{
	uint8_t hash[OPAQUE_HASH_BYTES];
	struct confirming c = { .deed = { a, arena, from,
				    { .action = AUDIT_EMAIL_VERIFY } },
		.token_hash = hash };

	if (!opaque_is(OPAQUE_LINK, token))
		return err_set(
		    e, ERR_DENIED, "that is not a link of this server");
	opaque_hash(a->key, token, hash);
	if (accounts_write(a, confirm, &c, e) == 0)
		return 0;
	if (e->code == ERR_CONFLICT)
		err_set(
		    e, ERR_CONFLICT, "another account has that address by now");
	return e->code == ERR_DENIED || e->code == ERR_CONFLICT
		   ? deed_refused(&c.deed, e)
		   : -1;
}
