/* How people get an account: by registering, by an invitation, as the first
 * administrator, or by a command. */

#include "auth/accounts_impl.h"
#include "auth/mail.h"
#include "base/clock.h"
#include "base/tz.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "store/passwords.h"

/* An answer takes no less, whether the address was taken or not. */
#define REGISTER_MS	  100
#define SETUP_LIFETIME_US (INT64_C(24) * 3600 * 1000000)

/* --- reading ------------------------------------------------------------- */

int
accounts_check_display(struct str s, struct err *e)
{
	bool good = s.n <= ACCOUNT_DISPLAY_MAX && str_is_utf8(s);

	for (size_t i = 0; i < s.n; i++)
		good = good && (unsigned char)s.p[i] >= ' ' && s.p[i] != 0x7f;
	return good ? 0
		    : err_set(e, ERR_INVALID,
			  "a name has at most %d bytes and no control "
			  "characters",
			  ACCOUNT_DISPLAY_MAX);
}

int
registration_read(struct arena *arena, const struct registration *r,
    struct user *u, struct err *e)
{
	struct str email = str_trim(r->email), rest;
	struct str display = str_trim(r->display_name);

	if (!mail_is_address(email))
		return err_set(e, ERR_INVALID, "that is not an e-mail address");
	if (accounts_check_display(display, e) < 0)
		return -1;
	if (r->timezone.n > 0 && tz_find(r->timezone, e) == NULL)
		return -1;
	if (display.n == 0)
		display = str_cut(email, '@', &rest);
	memset(u, 0, sizeof(*u));
	u->athlete = (struct athlete){
		.username = arena_strndup(arena, email.p, email.n),
		.display_name = arena_strndup(arena, display.p, display.n),
		.email = arena_strndup(arena, email.p, email.n),
		.timezone =
		    r->timezone.n > 0
			? arena_strndup(arena, r->timezone.p, r->timezone.n)
			: "UTC",
		.sex = SEX_UNKNOWN,
		.birth_day = INT32_MIN,
		.height_m = VALUE_MISSING,
		.weight_kg = VALUE_MISSING,
	};
	return 0;
}

/* --- creating ------------------------------------------------------------ */

struct creation {
	struct deed deed;
	struct user *user;
	const char *password_hash; /* NULL: none */
	const uint8_t *token_hash; /* of what is used up, or NULL */
	struct one_time_link link; /* an invitation that was */
};

static int
insert(struct db *tx, struct creation *c, struct err *e)
{
	struct arena *arena = c->deed.arena;
	struct owner o;

	if (users_create(tx, arena, c->user, e) < 0)
		return -1;
	o = owner_of(&c->user->athlete);
	if (c->password_hash != NULL &&
	    passwords_put(tx, arena, &o, c->password_hash, e) < 0)
		return -1;
	if (c->user->unverified &&
	    mail_queue(c->deed.accounts->conf, tx, arena, &o, MAIL_VERIFY,
		c->user->athlete.email, e) < 0)
		return -1;
	c->deed.note.subject = o;
	return deed_note(&c->deed, tx, e);
}

static int
create(struct db *tx, void *arg, struct err *e)
{
	return insert(tx, arg, e);
}

static int
check_password(struct accounts *a, struct str password, const struct user *u,
    struct err *e)
{
	struct password_owner owner = { u->athlete.username, u->athlete.email,
		u->athlete.display_name };

	return password_check(password, a->conf->password_min, &owner, e);
}

/* Read, check and hash: what comes before the transaction. */
static int
prepare(struct creation *c, const struct registration *r, struct err *e)
{
	struct accounts *a = c->deed.accounts;
	char *hash = arena_alloc(c->deed.arena, PASSWORD_HASH_MAX);

	if (registration_read(c->deed.arena, r, c->user, e) < 0 ||
	    check_password(a, r->password, c->user, e) < 0 ||
	    password_hash(a->hasher, r->password, hash, e) < 0)
		return -1;
	c->password_hash = hash;
	return 0;
}

/* Whose address is taken already gets a mail, and nothing else happens. */
static int
tell_taken(struct creation *c, struct err *e)
{
	c->deed.note.subject = (struct owner){ 0 };
	c->deed.note.detail = err_name(ERR_CONFLICT);
	return accounts_tell_owner(&c->deed, c->user->athlete.email, e);
}

static int
create_unless_taken(struct creation *c, struct err *e)
{
	struct accounts *a = c->deed.accounts;
	struct err mine = ERR_INIT;

	if (accounts_write(a, create, c, &mine) == 0)
		return 0;
	if (mine.code != ERR_CONFLICT) {
		*e = mine;
		return -1;
	}
	return tell_taken(c, e);
}

int
accounts_register(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct registration *r, struct user *out,
    bool *pending_r, struct err *e)
{
	struct creation c = {
		.deed = { a, arena, from, { .action = AUDIT_USER_REGISTER } },
		.user = out,
	};
	int64_t begun_us = clock_mono_us();
	int rc;

	*pending_r = strcmp(a->conf->registration, "open") != 0;
	if (strcmp(a->conf->registration, "closed") == 0)
		return err_set(e, ERR_DENIED,
		    "this server takes no registrations; ask whoever runs it");
	if (prepare(&c, r, e) < 0)
		return -1;
	out->status = *pending_r ? USER_PENDING : USER_ACTIVE;
	out->unverified = mail_is_on(a->conf);
	rc = create_unless_taken(&c, e);
	accounts_even_out(begun_us, REGISTER_MS);
	return rc;
}

int
accounts_create(struct accounts *a, struct arena *arena,
    const struct origin *from, struct user *u, struct str password,
    struct err *e)
{
	char hash[PASSWORD_HASH_MAX];
	struct creation c = {
		.deed = { a, arena, from,
		    { AUDIT_USER_CREATE,
			.detail = u->is_admin ? "admin" : NULL } },
		.user = u,
	};
	struct user other;
	int rc;

	if (password.p != NULL) {
		if (check_password(a, password, u, e) < 0 ||
		    password_hash(a->hasher, password, hash, e) < 0)
			return -1;
		c.password_hash = hash;
	}
	/* Asked first, so that the message can say what is taken. */
	rc = users_by_name(a->db, arena, u->athlete.username, &other, e);
	if (rc > 0)
		return err_set(e, ERR_CONFLICT, "the username %s is taken",
		    u->athlete.username);
	if (rc < 0)
		return -1;
	rc = db_write(a->db, create, &c, e);
	if (rc < 0 && e->code == ERR_CONFLICT)
		err_set(e, ERR_CONFLICT, "somebody has the address %s already",
		    u->athlete.email);
	return rc;
}

/* --- by invitation ------------------------------------------------------- */

/* What whoever left has promised is worth nothing any more. */
static int
use_invitation(struct db *tx, void *arg, struct err *e)
{
	struct creation *c = arg;
	struct user host;
	int rc = links_use(
	    tx, c->deed.arena, LINK_INVITE, c->token_hash, &c->link, e);

	if (rc > 0)
		rc = users_get(tx, c->deed.arena, &c->link.owner, &host, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || host.status != USER_ACTIVE)
		return err_set(e, ERR_DENIED,
		    "that invitation was used before, or is too old");
	return 0;
}

static int
join(struct db *tx, void *arg, struct err *e)
{
	struct creation *c = arg;

	if (use_invitation(tx, c, e) < 0)
		return -1;
	c->user->athlete.tenant_id = c->link.owner.tenant_id;
	c->user->tenant_role = TENANT_MEMBER;
	/* The link was handed over somehow; it says nothing of the address. */
	c->user->unverified = mail_is_on(c->deed.accounts->conf);
	return insert(tx, c, e);
}

/* An address that is taken uses the invitation up like any other: could it be
 * used again, it would tell of any number of addresses who has an account. */
static int
join_unless_taken(struct creation *c, struct err *e)
{
	struct accounts *a = c->deed.accounts;
	struct err mine = ERR_INIT;

	if (accounts_write(a, join, c, &mine) == 0)
		return 0;
	if (mine.code == ERR_CONFLICT &&
	    db_write(a->db, use_invitation, c, &mine) == 0)
		return tell_taken(c, e);
	*e = mine;
	c->deed.note.subject = (struct owner){ 0 };
	return e->code == ERR_DENIED ? deed_refused(&c->deed, e) : -1;
}

int
accounts_join(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str token, const struct registration *r,
    struct user *out, struct err *e)
{
	uint8_t hash[OPAQUE_HASH_BYTES];
	struct creation c = {
		.deed = { a, arena, from,
		    { AUDIT_USER_REGISTER, .detail = "by invitation" } },
		.user = out,
		.token_hash = hash,
	};
	int64_t begun_us = clock_mono_us();
	int rc;

	if (!opaque_is(OPAQUE_LINK, token))
		return err_set(
		    e, ERR_DENIED, "that is not an invitation of this server");
	opaque_hash(a->key, token, hash);
	if (prepare(&c, r, e) < 0)
		return -1;
	rc = join_unless_taken(&c, e);
	accounts_even_out(begun_us, REGISTER_MS);
	return rc;
}

int
accounts_peek_invitation(
    struct accounts *a, struct arena *arena, struct str token, struct err *e)
{
	struct one_time_link l;
	struct user host;
	int rc = accounts_peek_link(a, arena, LINK_INVITE, token, &l, &host, e);

	return rc > 0 ? host.status == USER_ACTIVE : rc;
}

/* --- the first administrator --------------------------------------------- */

static int
set_up(struct db *tx, void *arg, struct err *e)
{
	struct creation *c = arg;
	int rc = setup_use(tx, c->deed.arena, c->token_hash, e);

	if (rc > 0) {
		rc = users_have_admin(tx, c->deed.arena, e);
		rc = rc < 0 ? -1 : !rc;
	}
	if (rc == 0)
		return err_set(e, ERR_DENIED,
		    "that token is not good any more; pierrectl setup prints "
		    "a new one as long as there is no administrator");
	return rc < 0 ? -1 : insert(tx, c, e);
}

int
accounts_setup(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str token, const struct registration *r,
    struct user *out, struct err *e)
{
	uint8_t hash[OPAQUE_HASH_BYTES];
	struct creation c = {
		.deed = { a, arena, from, { .action = AUDIT_USER_SETUP } },
		.user = out,
		.token_hash = hash,
	};

	if (!opaque_is(OPAQUE_SETUP, token))
		return err_set(
		    e, ERR_DENIED, "that is not the token that was printed");
	opaque_hash(a->key, token, hash);
	if (prepare(&c, r, e) < 0)
		return -1;
	out->is_admin = true;
	if (db_write(a->db, set_up, &c, e) == 0)
		return 0;
	c.deed.note.subject = (struct owner){ 0 };
	return e->code == ERR_DENIED ? deed_refused(&c.deed, e) : -1;
}

int
accounts_make_setup(struct accounts *a, struct arena *arena, bool replace,
    char token_r[OPAQUE_LEN + 1], struct err *e)
{
	uint8_t hash[OPAQUE_HASH_BYTES];
	int rc = users_have_admin(a->db, arena, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	opaque_make(OPAQUE_SETUP, token_r);
	opaque_hash(a->key, str_of(token_r), hash);
	rc = setup_put(a->db, arena, hash, clock_wall_us() + SETUP_LIFETIME_US,
	    replace, e);
	if (rc <= 0)
		wipe(token_r, OPAQUE_LEN + 1);
	return rc;
}
