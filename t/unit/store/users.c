/* People, tokens and the revocation epoch. */

#include "store/users.h"

#include "base/clock.h"
#include "store/account_sweep.h"
#include "store/dbmeta.h"
#include "store/temp_db.h"
#include "store/tokens.h"
#include "store/user_delete.h"
#include "tap.h"

static struct temp_db t;

static void
test_users(void)
{
	struct user ada = temp_user(&t, "ada");
	struct owner o = owner_of(&ada.athlete);
	struct owner other = o;
	struct user got;
	struct user again = ada;
	struct user *list;
	size_t n;

	ok(!uuid_is_zero(&ada.athlete.user_id), "ids are made");
	is_int(users_get(t.db, t.arena, &o, &got, &t.e), 1, "found by id");
	is_str(got.athlete.username, "ada", "username");
	is_str(got.athlete.timezone, "Europe/Oslo", "time zone");
	is_int(got.athlete.birth_day, 5000, "birth day");
	is_int(got.athlete.sex, SEX_FEMALE, "sex");
	is_near(got.athlete.weight_kg, 61.5, 0, "weight");
	ok(!value_has(got.athlete.height_m), "a missing height stays missing");
	other.tenant_id.b[15] ^= 1;
	is_int(users_get(t.db, t.arena, &other, &got, &t.e), 0,
	    "not with another tenant");
	is_int(users_by_name(t.db, t.arena, "ADA", &got, &t.e), 1,
	    "found by name, without case");
	is_int(users_by_name(t.db, t.arena, "eve", &got, &t.e), 0, "nobody");

	memset(&again.athlete.tenant_id, 0, sizeof(struct uuid));
	memset(&again.athlete.user_id, 0, sizeof(struct uuid));
	again.athlete.username = "Ada";
	ok(users_create(t.db, t.arena, &again, &t.e) < 0 &&
		t.e.code == ERR_CONFLICT,
	    "taken: %s", t.e.msg);

	got.athlete = ada.athlete;
	got.athlete.display_name = "Ada L.";
	got.athlete.birth_day = INT32_MIN;
	got.athlete.height_m = 1.7;
	is_int(users_update(t.db, t.arena, &got.athlete, &t.e), 1, "updated");
	is_int(users_get(t.db, t.arena, &o, &got, &t.e), 1, "read again");
	is_str(got.athlete.display_name, "Ada L.", "the name is new");
	is_int(got.athlete.birth_day, INT32_MIN, "the birth day is unknown");
	is_near(got.athlete.height_m, 1.7, 0, "the height is there");

	temp_user(&t, "Zoe");
	temp_user(&t, "bob");
	is_int(users_list(t.db, t.arena, &list, &n, &t.e), 0, "listed");
	ok(n == 3 && strcmp(list[1].athlete.username, "bob") == 0,
	    "by name, without case");
}

static struct access_token
make_token(const struct owner *o, char first, int64_t expires_us)
{
	struct access_token token = { .owner = *o,
		.name = "laptop",
		.prefix = "pmcp_pat_abc",
		.scopes = "profile:read",
		.expires_us = expires_us };

	memset(token.hash, first, sizeof(token.hash));
	is_int(tokens_insert(t.db, t.arena, &token, &t.e), 0, "token inserted");
	return token;
}

static void
test_tokens(void)
{
	struct user u = temp_user(&t, "tom");
	struct owner o = owner_of(&u.athlete);
	struct owner other = o;
	struct access_token a = make_token(&o, 'a', INT64_MAX);
	struct access_token b = make_token(&o, 'b', 1234567);
	struct access_token *list;
	struct token_holder h;
	int64_t before = temp_epoch(&t);
	size_t n;

	is_int(tokens_find(t.db, t.arena, a.hash, &h, &t.e), 1, "found");
	ok(uuid_eq(&h.token.id, &a.id) &&
		uuid_eq(&h.token.owner.user_id, &o.user_id),
	    "it is that one");
	ok(h.token.expires_us == INT64_MAX && h.token.revoked_us == 0 &&
		h.token.last_used_us == 0,
	    "never expires, not revoked, not used");
	ok(!h.is_admin && h.status == USER_ACTIVE, "its holder is active");
	is_str(h.token.scopes, "profile:read", "scopes");
	is_int(tokens_find(t.db, t.arena,
		   (const uint8_t *)"01234567890123456789"
				    "012345678901",
		   &h, &t.e),
	    0, "another hash is not found");

	is_int(tokens_list(t.db, t.arena, &o, &list, &n, &t.e), 0, "listed");
	ok(n == 2 && uuid_eq(&list[0].id, &b.id), "newest first");
	is_int(list[0].expires_us, 1234567, "expiry kept");

	is_int(
	    tokens_touch(t.db, t.arena, &o, &a.id, 5000, &t.e), 0, "touched");
	is_int(tokens_touch(t.db, t.arena, &o, &a.id, 6000, &t.e), 0, "again");
	is_int(tokens_find(t.db, t.arena, a.hash, &h, &t.e), 1, "found");
	is_int(h.token.last_used_us, 5000, "within the hour noted once");

	other.user_id.b[0] ^= 1;
	is_int(tokens_revoke(t.db, t.arena, &other, &a.id, &t.e), 0,
	    "not another's token");
	is_int(temp_epoch(&t), before, "the epoch stands");
	is_int(tokens_revoke(t.db, t.arena, &o, &a.id, &t.e), 1, "revoked");
	is_int(temp_epoch(&t), before + 1, "the epoch moves");
	is_int(tokens_revoke(t.db, t.arena, &o, &a.id, &t.e), 0, "only once");
	ok(tokens_find(t.db, t.arena, a.hash, &h, &t.e) == 1 &&
		h.token.revoked_us > 0,
	    "its time is kept");

	is_int(users_set_status(t.db, t.arena, &o, USER_SUSPENDED, &t.e), 1,
	    "suspended");
	is_int(temp_epoch(&t), before + 2, "the epoch moves");
	ok(tokens_find(t.db, t.arena, b.hash, &h, &t.e) == 1 &&
		h.status == USER_SUSPENDED,
	    "which a token's holder shows");
	b.id = (struct uuid){ { 0 } };
	ok(tokens_insert(t.db, t.arena, &b, &t.e) < 0 &&
		t.e.code == ERR_CONFLICT,
	    "a hash stands once");
}

static void
put_token(const struct owner *o, const char *name, int64_t expires_us)
{
	static uint8_t number = 100;
	struct access_token a = { .owner = *o,
		.name = name,
		.prefix = "p",
		.scopes = "",
		.tier = "",
		.description = "",
		.expires_us = expires_us };

	a.hash[0] = number++;
	is_int(tokens_insert(t.db, t.arena, &a, &t.e), 0, "%s", name);
}

static void
test_sweep(void)
{
	struct user eve = temp_user(&t, "eve");
	struct owner o = owner_of(&eve.athlete);
	int64_t now_us = clock_wall_us();
	struct access_token *list;
	size_t n;

	put_token(&o, TOKEN_LOGIN, now_us - INT64_C(7200) * 1000000);
	put_token(&o, TOKEN_LOGIN, now_us - INT64_C(60) * 1000000);
	put_token(&o, TOKEN_LOGIN, INT64_MAX);
	put_token(&o, "old", now_us - INT64_C(7200) * 1000000);
	is_int(account_sweep(t.db, &t.e), 0, "swept");
	is_int(tokens_list(t.db, t.arena, &o, &list, &n, &t.e), 0, "left are");
	is_int(n, 3, "all but the login of two hours ago");
	ok(users_verify(t.db, t.arena, &o, &t.e) == 0, "nothing to confirm");
	is_int(users_set_email(t.db, t.arena, &o, "new@x.example", &t.e), 1,
	    "another address");
	is_int(users_get(t.db, t.arena, &o, &eve, &t.e), 1, "of the same name");
	ok(strcmp(eve.athlete.username, "eve") == 0 &&
		strcmp(eve.athlete.email, "new@x.example") == 0,
	    "%s, %s", eve.athlete.username, eve.athlete.email);
}

static void
test_meta(void)
{
	struct str v;

	is_int(meta_key_check(t.db, t.arena, &v, &t.e), 0, "no key check yet");
	is_int(meta_set_key_check(t.db, t.arena, STR("one"), &t.e), 0, "set");
	is_int(meta_set_key_check(t.db, t.arena, STR("two"), &t.e), 0, "again");
	is_int(meta_key_check(t.db, t.arena, &v, &t.e), 1, "there");
	ok(str_is(v, "one"), "the first stays");
}

/* What has to happen with a deletion, or has something against it. */
struct also {
	const struct owner *owner;
	bool refuse;
	int calls;
	bool going; /* as its transaction sees it */
};

static int
note_also(struct db *tx, void *arg, struct err *e)
{
	struct also *also = arg;
	struct user u;

	also->calls++;
	also->going = users_get(tx, t.arena, also->owner, &u, e) == 1 &&
		      u.status == USER_SUSPENDED;
	return also->refuse ? err_set(e, ERR_CONFLICT, "stays") : 0;
}

static void
test_delete(void)
{
	struct user eve = temp_user(&t, "eve to go");
	struct owner o = owner_of(&eve.athlete);
	struct also also = { .owner = &o, .refuse = true };
	int64_t epoch = temp_epoch(&t);

	ok(user_delete(t.db, &o, note_also, &also, &t.e) < 0 &&
		t.e.code == ERR_CONFLICT,
	    "refused: %s", t.e.msg);
	ok(also.calls == 1 && also.going, "by one who saw her go");
	is_int(users_get(t.db, t.arena, &o, &eve, &t.e), 1, "she is there");
	is_int(eve.status, USER_ACTIVE, "as if nothing had been");
	ok(temp_epoch(&t) == epoch, "and nothing was revoked");

	also.refuse = false;
	is_int(user_delete(t.db, &o, note_also, &also, &t.e), 1, "deleted");
	is_int(also.calls, 2, "told once");
	is_int(users_get(t.db, t.arena, &o, &eve, &t.e), 0, "she is gone");
	is_int(user_delete(t.db, &o, note_also, &also, &t.e), 0, "nobody");
	is_int(also.calls, 2, "of whom nobody is told");
}

int
main(void)
{
	temp_open(&t);
	test_delete();
	test_users();
	test_tokens();
	test_sweep();
	test_meta();
	temp_close(&t);
	return tap_done();
}
