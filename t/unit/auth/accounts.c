/* Accounts against a real store: signing in, registering, links, sessions, and
 * what the audit trail keeps of it. */

#include "auth/accounts.h"

#include "auth/seal.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/passwords.h"
#include "store/sessions.h"
#include "store/temp_db.h"
#include "tap.h"

#define PASSWORD "seven lakes and a fjord"
#define ANOTHER	 "nine hills, one valley"

static struct temp_db t;
static struct accounts *accounts;
static struct origin here = { .address = "192.0.2.1",
	.user_agent = "test",
	.request_id = "r1",
	.key = { 1 },
	.has_key = true,
	.actor = "" };

static int
sign_in(const struct origin *from, const char *login, const char *password)
{
	int64_t retry_s;
	struct user u;

	t.e = ERR_INIT;
	return accounts_sign_in(accounts, t.arena, from, str_of(login),
	    str_of(password), &u, &retry_s, &t.e);
}

static int64_t
count_noted(enum audit_action action)
{
	struct audit_filter f = { .action = &action, .limit = 1000 };
	struct audit_row *rows;
	size_t n = 0;

	if (audit_list(t.db, t.arena, &f, &rows, &n, &t.e) < 0)
		printf("# %s\n", t.e.msg);
	return (int64_t)n;
}

static struct user
person(const char *name, const char *email, const char *password)
{
	struct origin from = origin_of_command();
	struct user u = { .athlete = { .username = name,
			      .display_name = name,
			      .email = email,
			      .timezone = "UTC",
			      .birth_day = INT32_MIN,
			      .height_m = VALUE_MISSING,
			      .weight_kg = VALUE_MISSING } };

	if (accounts_create(accounts, t.arena, &from, &u,
		password != NULL ? str_of(password) : STR_NULL, &t.e) < 0)
		printf("Bail out! %s\n", t.e.msg);
	return u;
}

/* --- signing in ---------------------------------------------------------- */

static void
test_sign_in(void)
{
	struct origin elsewhere = here;
	int64_t retry_s = 0;
	int64_t noted = count_noted(AUDIT_SIGN_IN);
	struct user u;
	char same[240];

	person("grete", "Grete@Oslo.example", PASSWORD);
	person("mute", "", NULL);
	is_int(sign_in(&here, "grete", PASSWORD), 0, "by name");
	is_int(sign_in(&here, "GRETE", PASSWORD), 0, "in any case");
	is_int(sign_in(&here, "grete@oslo.example", PASSWORD), 0, "by address");
	is_int(count_noted(AUDIT_SIGN_IN) - noted, 3, "each is noted");
	ok(sign_in(&here, "grete", "seven lakes and a fjorD") < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "wrong: %s", t.e.msg);
	snprintf(same, sizeof(same), "%s", t.e.msg);
	ok(sign_in(&here, "nobody", PASSWORD) < 0 && strcmp(t.e.msg, same) == 0,
	    "an unknown name reads the same");
	ok(sign_in(&here, "mute", PASSWORD) < 0 && strcmp(t.e.msg, same) == 0,
	    "and one without a password");
	is_int(count_noted(AUDIT_SIGN_IN) - noted, 6, "refusals are noted too");
	ok(sign_in(&here, "", PASSWORD) < 0 && t.e.code == ERR_INVALID,
	    "no name: %s", t.e.msg);
	ok(sign_in(&here, "grete", "") < 0 && t.e.code == ERR_INVALID,
	    "no password: %s", t.e.msg);
	is_int(sign_in(&here, "grete", PASSWORD), 0,
	    "the right one forgives the failures");

	for (int i = 0; i < 5; i++)
		ok(sign_in(&here, "Grete", "wrong wrong wrong") < 0 &&
			t.e.code == ERR_UNAUTHENTICATED,
		    "failure %d", i + 1);
	ok(accounts_sign_in(accounts, t.arena, &here, STR("grete"),
	       STR(PASSWORD), &u, &retry_s, &t.e) < 0 &&
		t.e.code == ERR_LIMITED,
	    "the sixth is not even looked at: %s", t.e.msg);
	ok(retry_s > 0 && retry_s <= 60, "come again in %lld s",
	    (long long)retry_s);
	is_int(sign_in(&here, "grete@oslo.example", PASSWORD), 0,
	    "counted by what was typed");
	elsewhere.key[0] = 2;
	is_int(sign_in(&elsewhere, "grete", PASSWORD), 0,
	    "from elsewhere the account is open");
	for (int i = 0; i < 5; i++)
		(void)sign_in(&here, "nobody at all", "wrong wrong wrong");
	ok(sign_in(&here, "nobody at all", PASSWORD) < 0 &&
		t.e.code == ERR_LIMITED,
	    "for a name that is not known likewise");
}

/* A hash of the Rust system is verified once, and replaced. */
static void
test_bcrypt(void)
{
	struct user u = person("rusty", "", NULL);
	struct owner o = owner_of(&u.athlete);
	const char *hash = "";

	is_int(passwords_put(t.db, t.arena, &o,
		   "$2a$05$CCCCCCCCCCCCCCCCCCCCC."
		   "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		   &t.e),
	    0, "a hash of the Rust system");
	is_int(sign_in(&here, "rusty", "U*U"), 0, "lets in");
	is_int(passwords_get(t.db, t.arena, &o, &hash, &t.e), 1, "is now");
	ok(strncmp(hash, "$argon2id$", 10) == 0, "one of ours: %s", hash);
	is_int(sign_in(&here, "rusty", "U*U"), 0, "which lets in as well");
	ok(sign_in(&here, "rusty", "U*V") < 0, "and not everybody");
}

/* --- standing ------------------------------------------------------------ */

static struct owner
first_admin(void)
{
	struct user u;

	is_int(users_by_name(t.db, t.arena, "root@x.example", &u, &t.e), 1,
	    "the first administrator");
	return owner_of(&u.athlete);
}

static void
test_standing(void)
{
	struct user u = person("ingrid", "", PASSWORD);
	struct user boss = person("boss", "", NULL);
	struct owner o = owner_of(&u.athlete), b = owner_of(&boss.athlete);
	struct owner root = first_admin();
	int64_t epoch = temp_epoch(&t);
	char token[OPAQUE_LEN + 1];
	struct session *list;
	struct uuid id;
	size_t n;

	is_int(
	    session_start(accounts, t.arena, &here, &o, NULL, token, &id, &t.e),
	    0, "signed in");
	is_int(accounts_suspend(accounts, t.arena, &here, &o, &t.e), 1,
	    "suspended");
	ok(temp_epoch(&t) > epoch, "all processes are told");
	ok(sign_in(&here, "ingrid", PASSWORD) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "is not let in: %s", t.e.msg);
	is_int(session_list(accounts, t.arena, &o, &list, &n, &t.e), 0,
	    "the sessions");
	is_int(n, 0, "are gone");
	is_int(accounts_restore(accounts, t.arena, &here, &o, &t.e), 1,
	    "restored");
	is_int(sign_in(&here, "ingrid", PASSWORD), 0, "is let in");
	is_int(accounts_approve(accounts, t.arena, &here, &o, &t.e), 0,
	    "who is active needs no approval");
	is_int(accounts_set_admin(accounts, t.arena, &here, &b, true, &t.e), 1,
	    "an administrator");
	is_int(accounts_set_admin(accounts, t.arena, &here, &root, false, &t.e),
	    1, "in place of the first");
	ok(accounts_set_admin(accounts, t.arena, &here, &b, false, &t.e) < 0 &&
		t.e.code == ERR_CONFLICT,
	    "the last one stays: %s", t.e.msg);
	ok(accounts_suspend(accounts, t.arena, &here, &b, &t.e) < 0 &&
		t.e.code == ERR_CONFLICT,
	    "in every way: %s", t.e.msg);
	is_int(accounts_set_admin(accounts, t.arena, &here, &o, true, &t.e), 1,
	    "a second");
	is_int(accounts_set_admin(accounts, t.arena, &here, &b, false, &t.e), 1,
	    "and the first may go");
	b.user_id = uuid_new();
	is_int(accounts_suspend(accounts, t.arena, &here, &b, &t.e), 0,
	    "who is not there");
}

/* --- registering --------------------------------------------------------- */

static int
register_as(
    const char *email, const char *password, struct user *u, bool *pending)
{
	struct registration r = { str_of(email), str_of(password), STR("Ada L"),
		STR("Europe/London") };

	t.e = ERR_INIT;
	return accounts_register(
	    accounts, t.arena, &here, &r, u, pending, &t.e);
}

static void
test_register(void)
{
	static const char *const bad[] = { "", "ada", "@x.example", "a@", "a@b",
		"a@b..c", "a b@c.example", "a@b.example,c@d.example",
		"a@b@c.example", "a\r\n@b.example" };
	struct user u, again;
	struct owner o;
	bool pending;

	ok(register_as("ada@x.example", PASSWORD, &u, &pending) < 0 &&
		t.e.code == ERR_DENIED,
	    "closed: %s", t.e.msg);
	t.conf.registration = "approval";
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(register_as(bad[i], PASSWORD, &u, &pending) < 0 &&
			t.e.code == ERR_INVALID,
		    "address %zu: %s", i, t.e.msg);
	ok(register_as("ada@x.example", "short", &u, &pending) < 0 &&
		t.e.code == ERR_INVALID,
	    "a weak password: %s", t.e.msg);
	is_int(register_as("ada@x.example", PASSWORD, &u, &pending), 0,
	    "registered");
	ok(pending, "waits for approval");
	ok(sign_in(&here, "ada@x.example", PASSWORD) < 0, "gets nothing");
	is_int(register_as("ADA@X.example", ANOTHER, &again, &pending), 0,
	    "again, it looks the same");
	ok(!uuid_eq(&u.athlete.user_id, &again.athlete.user_id) &&
		!uuid_is_zero(&again.athlete.user_id),
	    "down to a new id");
	o = owner_of(&u.athlete);
	is_int(accounts_approve(accounts, t.arena, &here, &o, &t.e), 1,
	    "approved");
	is_int(sign_in(&here, "ada@x.example", PASSWORD), 0, "may enter");
	ok(sign_in(&here, "ada@x.example", ANOTHER) < 0,
	    "with the first password");
	t.conf.registration = "open";
	is_int(register_as("bob@x.example", PASSWORD, &u, &pending), 0, "open");
	ok(!pending && sign_in(&here, "bob@x.example", PASSWORD) == 0,
	    "may enter at once");
}

static void
test_setup(void)
{
	struct registration r = { STR("root@x.example"), STR(PASSWORD),
		STR_NULL, STR_NULL };
	char token[OPAQUE_LEN + 1], newer[OPAQUE_LEN + 1];
	struct user u;

	is_int(accounts_make_setup(accounts, t.arena, false, token, &t.e), 1,
	    "a token for the first administrator");
	is_int(accounts_make_setup(accounts, t.arena, false, newer, &t.e), 0,
	    "there is one that holds");
	is_int(accounts_make_setup(accounts, t.arena, true, newer, &t.e), 1,
	    "another in its place");
	ok(accounts_setup(
	       accounts, t.arena, &here, str_of(token), &r, &u, &t.e) < 0 &&
		t.e.code == ERR_DENIED,
	    "the first is void: %s", t.e.msg);
	ok(accounts_setup(
	       accounts, t.arena, &here, STR("pmcp_adm_x"), &r, &u, &t.e) < 0 &&
		t.e.code == ERR_DENIED,
	    "rubbish: %s", t.e.msg);
	is_int(accounts_setup(
		   accounts, t.arena, &here, str_of(newer), &r, &u, &t.e),
	    0, "the second works");
	ok(u.is_admin && sign_in(&here, "root@x.example", PASSWORD) == 0,
	    "and makes an administrator");
	ok(accounts_setup(
	       accounts, t.arena, &here, str_of(newer), &r, &u, &t.e) < 0,
	    "once");
	is_int(accounts_make_setup(accounts, t.arena, true, token, &t.e), 0,
	    "now there is one");
}

/* --- links --------------------------------------------------------------- */

static struct str
token_of(struct buf *url)
{
	const char *at = strstr(buf_cstr(url), "?token=");

	return str_of(at != NULL ? at + 7 : "");
}

static int
reset(struct str token, const char *wanted)
{
	struct user u;

	t.e = ERR_INIT;
	return accounts_reset(
	    accounts, t.arena, &here, token, str_of(wanted), &u, &t.e);
}

static void
test_reset(void)
{
	struct user u = person("lost", "", PASSWORD), whose;
	struct owner o = owner_of(&u.athlete);
	struct buf first = BUF_INIT, second = BUF_INIT;
	char cookie[OPAQUE_LEN + 1];
	struct session *list;
	struct uuid id;
	size_t n;

	is_int(session_start(
		   accounts, t.arena, &here, &o, NULL, cookie, &id, &t.e),
	    0, "signed in");
	is_int(accounts_reset_link(accounts, t.arena, &here, &o, &first, &t.e),
	    0, "a link: %.14s...", buf_cstr(&first));
	is_int(accounts_reset_link(accounts, t.arena, &here, &o, &second, &t.e),
	    0, "another");
	is_int(accounts_peek_reset(
		   accounts, t.arena, token_of(&second), &whose, &t.e),
	    1, "is looked at");
	is_str(whose.athlete.username, "lost", "whose it is");
	ok(reset(token_of(&first), ANOTHER) < 0 && t.e.code == ERR_DENIED,
	    "the older is void: %s", t.e.msg);
	ok(reset(token_of(&second), "short") < 0 && t.e.code == ERR_INVALID,
	    "a weak password uses nothing up: %s", t.e.msg);
	is_int(reset(token_of(&second), ANOTHER), 0, "set");
	ok(reset(token_of(&second), PASSWORD) < 0 && t.e.code == ERR_DENIED,
	    "once: %s", t.e.msg);
	is_int(sign_in(&here, "lost", ANOTHER), 0, "the new one enters");
	ok(sign_in(&here, "lost", PASSWORD) < 0, "the old one does not");
	is_int(session_list(accounts, t.arena, &o, &list, &n, &t.e), 0,
	    "sessions");
	is_int(n, 0, "have ended");
	t.conf.reset_lifetime_us = -1;
	buf_clear(&first);
	is_int(accounts_reset_link(accounts, t.arena, &here, &o, &first, &t.e),
	    0, "one that is too old");
	ok(reset(token_of(&first), PASSWORD) < 0 && t.e.code == ERR_DENIED,
	    "%s", t.e.msg);
	buf_wipe(&first);
	buf_wipe(&second);
}

static void
test_change(void)
{
	struct user u = person("wary", "", PASSWORD);
	struct owner o = owner_of(&u.athlete);
	char cookie[OPAQUE_LEN + 1];
	struct uuid kept, other;
	struct session *list;
	int64_t retry_s;
	size_t n;

	is_int(session_start(
		   accounts, t.arena, &here, &o, NULL, cookie, &kept, &t.e),
	    0, "one session");
	is_int(session_start(
		   accounts, t.arena, &here, &o, NULL, cookie, &other, &t.e),
	    0, "and another");
	ok(accounts_change_password(accounts, t.arena, &here, &o, &kept,
	       STR("wrong wrong wrong"), STR(ANOTHER), &retry_s, &t.e) < 0 &&
		t.e.code == ERR_DENIED,
	    "not the present one: %s", t.e.msg);
	is_int(accounts_change_password(accounts, t.arena, &here, &o, &kept,
		   STR(PASSWORD), STR(ANOTHER), &retry_s, &t.e),
	    0, "changed");
	is_int(session_list(accounts, t.arena, &o, &list, &n, &t.e), 0,
	    "sessions");
	ok(n == 1 && uuid_eq(&list[0].id, &kept), "this one stays");
	is_int(session_start(
		   accounts, t.arena, &here, &o, &kept, cookie, &other, &t.e),
	    0, "signed in once more in the same browser");
	is_int(session_list(accounts, t.arena, &o, &list, &n, &t.e), 0,
	    "sessions");
	ok(n == 1 && uuid_eq(&list[0].id, &other), "takes its place");
	is_int(session_end(accounts, t.arena, &here, &o, &other, &t.e), 1,
	    "signed out");
	is_int(session_revoke(accounts, t.arena, &here, &o, &other, &t.e), 0,
	    "it was");
}

static void
test_invite(void)
{
	struct user owner = person("coach", "", PASSWORD), member, *list;
	struct owner o = owner_of(&owner.athlete);
	struct registration r = { STR("kid@x.example"), STR(PASSWORD), STR_NULL,
		STR_NULL };
	struct buf url = BUF_INIT;
	size_t n;

	t.conf.registration = "closed";
	is_int(accounts_invite_link(
		   accounts, t.arena, &here, &o, STR_NULL, &url, &t.e),
	    0, "an invitation");
	is_int(accounts_join(
		   accounts, t.arena, &here, token_of(&url), &r, &member, &t.e),
	    0, "is taken, though registration is closed: %s", t.e.msg);
	ok(uuid_eq(&member.athlete.tenant_id, &o.tenant_id) &&
		member.tenant_role == TENANT_MEMBER,
	    "a member of the tenant");
	is_int(
	    users_list_of_tenant(t.db, t.arena, &o.tenant_id, &list, &n, &t.e),
	    0, "the tenant");
	ok(n == 2 && list[0].tenant_role == TENANT_OWNER &&
		list[1].tenant_role == TENANT_MEMBER,
	    "has two people");
	r.email = STR("kid2@x.example");
	ok(accounts_join(accounts, t.arena, &here, token_of(&url), &r, &member,
	       &t.e) < 0 &&
		t.e.code == ERR_DENIED,
	    "once: %s", t.e.msg);
	buf_wipe(&url);
	is_int(accounts_invite_link(
		   accounts, t.arena, &here, &o, STR_NULL, &url, &t.e),
	    0, "another");
	r.email = STR("KID@x.example");
	is_int(accounts_join(
		   accounts, t.arena, &here, token_of(&url), &r, &member, &t.e),
	    0, "an address that is taken is not told: %s", t.e.msg);
	is_int(
	    users_list_of_tenant(t.db, t.arena, &o.tenant_id, &list, &n, &t.e),
	    0, "the tenant");
	is_int(n, 2, "has two people still");
	r.email = STR("kid3@x.example");
	ok(accounts_join(accounts, t.arena, &here, token_of(&url), &r, &member,
	       &t.e) < 0 &&
		t.e.code == ERR_DENIED,
	    "and the invitation is used up: %s", t.e.msg);
	ok(accounts_remove_member(
	       accounts, t.arena, &here, &o, &o.user_id, &t.e) < 0 &&
		t.e.code == ERR_CONFLICT,
	    "the owner stays: %s", t.e.msg);
	ok(accounts_invite_link(
	       accounts, t.arena, &here, &o, STR("x"), &url, &t.e) < 0 &&
		t.e.code == ERR_INVALID,
	    "no address: %s", t.e.msg);
	o.user_id = list[1].athlete.user_id;
	ok(accounts_invite_link(
	       accounts, t.arena, &here, &o, STR_NULL, &url, &t.e) < 0 &&
		t.e.code == ERR_DENIED,
	    "a member invites nobody: %s", t.e.msg);
	buf_wipe(&url);
}

/* --- the trail ----------------------------------------------------------- */

static void
test_audit(void)
{
	struct audit_filter f = { .limit = 3 };
	struct audit_row *rows;
	int64_t seq = 0, last;
	size_t n;

	is_int(audit_verify(accounts_audit(accounts), t.db, &seq, &t.e), 1,
	    "the chain holds");
	ok(seq > 20, "over %lld rows", (long long)seq);
	is_int(audit_list(t.db, t.arena, &f, &rows, &n, &t.e), 0, "listed");
	ok(n == 3 && rows[0].seq == seq && rows[2].seq == seq - 2,
	    "newest first");
	last = rows[2].seq;
	f.before = last;
	is_int(audit_list(t.db, t.arena, &f, &rows, &n, &t.e), 0, "further");
	is_int(rows[0].seq, last - 1, "without a gap");
}

int
main(void)
{
	struct keyring *k;

	temp_open(&t);
	log_configure(LOG_ERROR, LOG_TEXT);
	k = keyring_open(&t.conf, t.db, NULL, &t.e);
	accounts = k != NULL ? accounts_new(&t.conf, t.db, k, &t.e) : NULL;
	if (accounts == NULL) {
		printf("Bail out! %s\n", t.e.msg);
		return 1;
	}
	test_setup();
	test_sign_in();
	test_bcrypt();
	test_standing();
	test_register();
	test_reset();
	test_change();
	test_invite();
	test_audit();
	accounts_free(&accounts);
	keyring_free(&k);
	temp_close(&t);
	return tap_done();
}
