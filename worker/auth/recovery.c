/* New passwords, and the links by which people set them or join a tenant. */

#include "auth/accounts_impl.h"
#include "auth/mail.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "store/grants.h"
#include "store/dbmeta.h"
#include "store/passwords.h"
#include "store/sessions.h"

/* --- setting ------------------------------------------------------------- */

struct setting {
	struct deed deed;
	const char *hash;
	const struct uuid *keep;
	const uint8_t *token_hash; /* of the link that is used up, or NULL */
	struct one_time_link link; /* email "": it did not come by mail */
	const char *email;	   /* the person's, or "" */
	bool confirmed;		   /* that address is */
};

/* With a confirmed address, links to confirm one lead to others: by these, too,
 * whoever is to be out could come back. */
static int
void_links(struct db *tx, const struct setting *s, struct err *e)
{
	struct arena *arena = s->deed.arena;
	const struct owner *o = &s->deed.note.subject;

	if (s->confirmed && links_void(tx, arena, o, LINK_VERIFY, e) < 0)
		return -1;
	return links_void(tx, arena, o, LINK_RESET, e);
}

/* Who knew the old password, or stole it, is out. */
static int
put(struct db *tx, struct setting *s, struct err *e)
{
	struct arena *arena = s->deed.arena;
	const struct owner *o = &s->deed.note.subject;
	unsigned ended;

	if (passwords_put(tx, arena, o, s->hash, e) < 0 ||
	    void_links(tx, s, e) < 0 ||
	    sessions_end_all(tx, arena, o, s->keep, &ended, e) < 0 ||
	    grants_revoke_all(tx, arena, o, e) < 0 ||
	    meta_bump_auth_epoch(tx, arena, e) < 0 ||
	    mail_queue(s->deed.accounts->conf, tx, arena, o, MAIL_PASSWORD,
		s->email, e) < 0)
		return -1;
	return deed_note(&s->deed, tx, e);
}

static int
put_in_tx(struct db *tx, void *arg, struct err *e)
{
	return put(tx, arg, e);
}

static int
prepare(
    struct setting *s, const struct user *u, struct str wanted, struct err *e)
{
	struct accounts *a = s->deed.accounts;
	struct password_owner owner = { u->athlete.username, u->athlete.email,
		u->athlete.display_name };
	char *hash = arena_alloc(s->deed.arena, PASSWORD_HASH_MAX);

	s->hash = hash;
	s->email = u->athlete.email;
	s->confirmed = !u->unverified;
	if (password_check(wanted, a->conf->password_min, &owner, e) < 0)
		return -1;
	return password_hash(a->hasher, wanted, hash, e);
}

int
accounts_get_user(struct accounts *a, struct arena *arena,
    const struct owner *o, struct user *out, struct err *e)
{
	int rc = users_get(a->db, arena, o, out, e);

	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such user");
	return rc < 0 ? -1 : 0;
}

int
accounts_set_password(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct str wanted,
    struct err *e)
{
	struct setting s = { .deed = { a, arena, from,
				 { AUDIT_PASSWORD_SET, .subject = *whom } } };
	struct user u;

	if (accounts_get_user(a, arena, whom, &u, e) < 0 ||
	    prepare(&s, &u, wanted, e) < 0)
		return -1;
	return accounts_write(a, put_in_tx, &s, e);
}

/* --- changing ------------------------------------------------------------ */

int
accounts_verify_present(struct accounts *a, struct arena *arena,
    const struct owner *o, struct str present, struct err *e)
{
	const char *hash = NULL;
	bool stale;
	int rc = passwords_get(a->db, arena, o, &hash, e);

	if (rc >= 0)
		rc = password_verify(a->hasher, present, hash, &stale, e);
	if (rc == 0)
		return err_set(
		    e, ERR_DENIED, "the present password is another one");
	return rc < 0 ? -1 : 0;
}

int
accounts_change_password(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom,
    const struct uuid *keep, struct str present, struct str wanted,
    int64_t *retry_s_r, struct err *e)
{
	struct setting s = { .deed = { a, arena, from,
				 { AUDIT_PASSWORD_CHANGE, .subject = *whom } },
		.keep = keep };
	uint8_t id[OPAQUE_HASH_BYTES];
	struct user u;
	int rc;

	if (accounts_get_user(a, arena, whom, &u, e) < 0)
		return -1;
	rc = accounts_charge(
	    a, arena, from, str_of(u.athlete.username), id, retry_s_r, e);
	if (rc <= 0)
		return rc < 0 ? -1 : accounts_too_many(*retry_s_r, e);
	if (accounts_verify_present(a, arena, whom, present, e) < 0)
		return e->code == ERR_DENIED ? deed_refused(&s.deed, e) : -1;
	if (prepare(&s, &u, wanted, e) < 0)
		return -1;
	return accounts_write(a, put_in_tx, &s, e);
}

/* --- links --------------------------------------------------------------- */

struct making {
	struct deed deed;
	struct one_time_link link;
	bool alone; /* older ones become void */
	bool quiet; /* its cause was noted */
};

static int
make(struct db *tx, void *arg, struct err *e)
{
	struct making *m = arg;

	if (m->alone &&
	    links_void(tx, m->deed.arena, &m->link.owner, m->link.kind, e) < 0)
		return -1;
	if (links_insert(tx, m->deed.arena, &m->link, e) < 0)
		return -1;
	return m->quiet ? 0 : deed_note(&m->deed, tx, e);
}

static int
make_link(struct making *m, const char *path, struct buf *url_r, struct err *e)
{
	struct accounts *a = m->deed.accounts;
	char token[OPAQUE_LEN + 1];
	int rc;

	opaque_make(OPAQUE_LINK, token);
	opaque_hash(a->key, str_of(token), m->link.hash);
	rc = db_write(a->db, make, m, e);
	if (rc == 0) {
		buf_reserve(url_r, strlen(a->conf->public_url) + strlen(path) +
				       sizeof("?token=") + OPAQUE_LEN);
		buf_printf(
		    url_r, "%s%s?token=%s", a->conf->public_url, path, token);
	}
	wipe(token, sizeof(token));
	return rc;
}

int
accounts_reset_link(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct buf *url_r,
    struct err *e)
{
	struct making m = {
		.deed = { a, arena, from,
		    { AUDIT_PASSWORD_FORGOT, .subject = *whom } },
		.link = { .owner = *whom,
		    .kind = LINK_RESET,
		    .email = "",
		    .expires_us =
			clock_wall_us() + a->conf->reset_lifetime_us },
		.alone = true,
	};

	return make_link(&m, "/reset", url_r, e);
}

int
accounts_mail_link(struct accounts *a, struct arena *arena,
    const struct owner *whose, enum mail_kind kind, const char *to,
    struct buf *url_r, struct err *e)
{
	struct making m = {
		.deed = { .accounts = a, .arena = arena },
		.link = { .owner = *whose,
		    .email = to,
		    .expires_us =
			clock_wall_us() + a->conf->reset_lifetime_us },
		.alone = true,
		.quiet = true,
	};

	CHECK(mail_has_link(kind, &m.link.kind));
	return make_link(&m, mail_path(kind), url_r, e);
}

int
accounts_invite_link(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *who, struct str email,
    struct buf *url_r, struct err *e)
{
	struct making m = {
		.deed = { a, arena, from,
		    { AUDIT_USER_INVITE, .subject = *who } },
		.link = { .owner = *who,
		    .kind = LINK_INVITE,
		    .email = arena_strndup(
			arena, email.p != NULL ? email.p : "", email.n),
		    .expires_us =
			clock_wall_us() + a->conf->invite_lifetime_us },
	};

	if (email.n > 0 && !mail_is_address(email))
		return err_set(e, ERR_INVALID, "that is not an e-mail address");
	if (accounts_check_owner(a, arena, who, e) < 0)
		return e->code == ERR_DENIED ? deed_refused(&m.deed, e) : -1;
	return make_link(&m, "/join", url_r, e);
}

int
accounts_peek_link(struct accounts *a, struct arena *arena, enum link_kind kind,
    struct str token, struct one_time_link *l, struct user *out, struct err *e)
{
	uint8_t hash[OPAQUE_HASH_BYTES];
	int rc;

	if (!opaque_is(OPAQUE_LINK, token))
		return 0;
	opaque_hash(a->key, token, hash);
	rc = links_find(a->db, arena, kind, hash, l, e);
	return rc > 0 ? users_get(a->db, arena, &l->owner, out, e) : rc;
}

int
accounts_peek_reset(struct accounts *a, struct arena *arena, struct str token,
    struct user *out, struct err *e)
{
	struct one_time_link l;

	return accounts_peek_link(a, arena, LINK_RESET, token, &l, out, e);
}

static int
reset(struct db *tx, void *arg, struct err *e)
{
	struct setting *s = arg;
	int rc = links_use(
	    tx, s->deed.arena, LINK_RESET, s->token_hash, &s->link, e);

	if (rc == 0)
		return err_set(e, ERR_DENIED,
		    "that link was used before, or is too old; ask for a new "
		    "one");
	if (rc < 0 ||
	    (s->link.email[0] != '\0' &&
		users_verify(tx, s->deed.arena, &s->link.owner, e) < 0))
		return -1;
	s->confirmed = s->confirmed || s->link.email[0] != '\0';
	return put(tx, s, e);
}

int
accounts_reset(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str token, struct str wanted,
    struct user *out, struct err *e)
{
	uint8_t hash[OPAQUE_HASH_BYTES];
	struct setting s = { .deed = { a, arena, from,
				 { .action = AUDIT_PASSWORD_RESET } },
		.token_hash = hash };
	int rc = accounts_peek_reset(a, arena, token, out, e);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		err_set(e, ERR_DENIED,
		    "that link was used before, or is too old; ask for a new "
		    "one");
		return deed_refused(&s.deed, e);
	}
	s.deed.note.subject = owner_of(&out->athlete);
	opaque_hash(a->key, token, hash);
	if (prepare(&s, out, wanted, e) < 0)
		return -1;
	if (accounts_write(a, reset, &s, e) == 0)
		return 0;
	return e->code == ERR_DENIED ? deed_refused(&s.deed, e) : -1;
}
