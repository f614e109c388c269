/* Tokens that we sign, and those that others do; keys that change. */

#include "auth/jwt.h"

#include "auth/seal.h"
#include "base/clock.h"
#include "base/enc.h"
#include "store/signing_keys.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;
static struct keyring *ring;

static const char *
signed_claims(struct jwt_keys *k, const char *typ, const char *claims)
{
	struct buf b = BUF_INIT;
	const char *out = NULL;

	if (jwt_sign(k, typ, str_of(claims), &b, &t.e) == 0)
		out = arena_strdup(t.arena, buf_cstr(&b));
	buf_free(&b);
	return out;
}

static const char *
signed_by(struct jwt_keys *k, const char *typ, int64_t exp_s)
{
	return signed_claims(k, typ,
	    arena_printf(
		t.arena, "{\"sub\":\"x\",\"exp\":%lld}", (long long)exp_s));
}

static const char *
valid_from(struct jwt_keys *k, int64_t nbf_s)
{
	return signed_claims(k, "at+jwt",
	    arena_printf(t.arena, "{\"exp\":%lld,\"nbf\":%lld}",
		(long long)nbf_s + 300, (long long)nbf_s));
}

static bool
holds(struct jwt_keys *k, const char *token)
{
	struct jws j;

	return jwt_verify(
		   k, t.arena, "at+jwt", str_of(token), true, &j, &t.e) == 1;
}

static int64_t
now_s(void)
{
	return clock_wall_us() / 1000000;
}

/* The three parts with one put in another's place. */
static const char *
with_part(const char *token, int part, const char *json)
{
	struct str rest = str_of(token), p;
	struct buf b = BUF_INIT;
	const char *out;

	for (int i = 0; i < 3; i++) {
		p = str_cut(rest, '.', &rest);
		if (i > 0)
			buf_addc(&b, '.');
		if (i == part)
			enc_base64url(&b, json, strlen(json));
		else
			buf_addstr(&b, p);
	}
	out = arena_strdup(t.arena, buf_cstr(&b));
	buf_free(&b);
	return out;
}

static void
test_tokens(struct jwt_keys *k)
{
	const char *good = signed_by(k, "at+jwt", now_s() + 60);
	char *bent = arena_strdup(t.arena, good);
	size_t n = strlen(good);
	unsigned held = 0;

	ok(good != NULL && holds(k, good), "signed and held: %s", t.e.msg);
	ok(!holds(k, signed_by(k, "id+jwt", now_s() + 60)), "another type");
	ok(!holds(k, signed_by(k, "at+jwt", now_s() - 61)), "expired");
	ok(holds(k, signed_by(k, "at+jwt", now_s() - 30)),
	    "clocks may differ by a minute");
	ok(!holds(k, valid_from(k, now_s() + 61)) &&
		holds(k, valid_from(k, now_s() + 30)),
	    "nor much too early");
	for (size_t i = 0; i < n; i++) {
		bent[i] ^= 1;
		held += holds(k, bent);
		bent[i] ^= 1;
	}
	ok(held == 0, "with any letter changed it does not hold");
	ok(!holds(k, arena_printf(t.arena, "%sA", good)) &&
		!holds(k, arena_printf(t.arena, "%s.", good)) &&
		!holds(k, arena_printf(t.arena, "%s=", good)),
	    "nor with more");
	ok(!holds(k, with_part(good, 0, "{\"alg\":\"none\"}")), "alg none");
	ok(!holds(
	       k, with_part(good, 0, "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}")),
	    "HS256");
	ok(!holds(k, with_part(good, 1, "{\"sub\":\"y\"}")), "other claims");
	ok(!holds(k, "") && !holds(k, "..") && !holds(k, "a.b.c"), "nothing");
}

static void
test_zero_signature(struct jwt_keys *k)
{
	const char *good = signed_by(k, "at+jwt", now_s() + 60);
	struct str rest, head = str_cut(str_of(good), '.', &rest),
			 claims = str_cut(rest, '.', &rest);
	uint8_t zero[64] = { 0 };
	struct buf b = BUF_INIT;

	buf_addstr(&b, head);
	buf_addc(&b, '.');
	buf_addstr(&b, claims);
	buf_addc(&b, '.');
	enc_base64url(&b, zero, sizeof(zero));
	ok(!holds(k, buf_cstr(&b)), "r = s = 0");
	buf_free(&b);
}

static const char *
uuid_text(const struct uuid *id)
{
	char *text = arena_alloc(t.arena, UUID_TEXT_LEN + 1);

	uuid_format(id, text);
	return text;
}

/* When a key has signed long enough, whoever signs next makes another. */
static void
test_due(struct jwt_keys *k)
{
	struct audit_filter noted = { .limit = 1 };
	struct audit_row *lines;
	size_t n;

	t.conf.signing_key_lifetime_us = INT64_C(3600) * 1000000;
	clock_freeze(clock_wall_us() + INT64_C(2) * 3600 * 1000000);
	ok(signed_by(k, "at+jwt", now_s() + 60) != NULL, "a key that is old");
	ok(audit_list(t.db, t.arena, &noted, &lines, &n, &t.e) == 0 && n == 1,
	    "is followed by another");
	is_str(lines[0].action, "signing_key.rotate", "which is noted too");
	is_str(lines[0].actor, "server", "as the server's own doing");
	clock_freeze(0);
	t.conf.signing_key_lifetime_us = 0;
}

static void
test_rotation(struct jwt_keys *k)
{
	struct jwt_keys *other = jwt_keys_open(&t.conf, t.db, ring, NULL, &t.e);
	const char *before = signed_by(k, "at+jwt", now_s() + 60), *after;
	struct origin from = origin_of_command();
	struct signing_key_row *rows;
	struct audit_filter noted = { .limit = 10 };
	struct audit_row *lines;
	struct buf set = BUF_INIT;
	int64_t purged;
	struct uuid id;
	size_t n;

	ok(other != NULL && holds(other, before), "another process holds it");
	ok(jwt_keys_rotate(k, &from, 300, &id, &t.e) == 0, "a new key: %s",
	    t.e.msg);
	ok(audit_list(t.db, t.arena, &noted, &lines, &n, &t.e) == 0 && n == 1,
	    "which is noted, and the first was not");
	is_str(lines[0].action, "signing_key.rotate", "as what it is");
	is_str(lines[0].object, uuid_text(&id), "by its id");
	is_str(lines[0].actor, "pierrectl", "with who did it");
	ok(jwt_keys_write(k, &set, &t.e) == 0 &&
		strstr(strstr(buf_cstr(&set), "\"kid\"") + 1, "\"kid\"") !=
		    NULL,
	    "both are published");
	ok(strstr(set.p, "\"d\"") == NULL, "without their private halves");
	ok(strncmp(before, signed_by(k, "at+jwt", now_s()), 60) == 0,
	    "the old one signs until the other's time comes");
	clock_freeze(clock_wall_us() + 301 * INT64_C(1000000));
	after = signed_by(k, "at+jwt", now_s() + 60);
	ok(holds(k, after), "then the new one does");
	ok(holds(k, signed_by(other, "at+jwt", now_s() + 60)),
	    "what the old one signs meanwhile holds");
	clock_freeze(clock_wall_us() + 3 * jwt_lifetime_us(&t.conf));
	ok(!holds(k, before), "in the end it does not");
	ok(signing_keys_purge(t.db, t.arena, clock_wall_us(), &purged, &t.e) ==
		    0 &&
		purged == 1,
	    "and is forgotten");
	ok(signing_keys_list(t.db, t.arena, &rows, &n, &t.e) == 0 && n == 1 &&
		uuid_eq(&rows[0].id, &id),
	    "the new one stays");
	clock_freeze(0);
	buf_free(&set);
	jwt_keys_free(&other);
}

static bool
is_key(const char *json)
{
	struct jwk key;

	t.e = ERR_INIT;
	return jwk_read(t.arena, json_parse(t.arena, str_of(json), &t.e), &key,
		   &t.e) == 0;
}

/* RFC 7638 section 3.1: the thumbprint of its example. */
static void
test_keys(void)
{
	static const char rsa[] =
	    "{\"kty\":\"RSA\",\"n\":"
	    "\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM"
	    "78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
	    "BJECPebWKRXjBZCiFV4n3oknjhMst"
	    "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
	    "FDW2QvzqY36"
	    "8QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyr"
	    "dkt-"
	    "bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-"
	    "csFCur-kE"
	    "gU8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":"
	    "\"2011-04-29\"}";
	struct jwk key = { .kid = "" };

	ok(jwk_read(t.arena, json_parse(t.arena, str_of(rsa), &t.e), &key,
	       &t.e) == 0,
	    "an RSA key: %s", t.e.msg);
	is_str(key.thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
	    "its thumbprint");
	ok(is_key("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
		  "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"),
	    "an Ed25519 key (RFC 8037)");
	ok(is_key("{\"kty\":\"EC\",\"crv\":\"P-256\","
		  "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
		  "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}"),
	    "a P-256 key (RFC 7517)");
	ok(!is_key("{\"kty\":\"EC\",\"crv\":\"P-256\","
		   "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
		   "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyA\"}"),
	    "not one off its curve: %s", t.e.msg);
	ok(!is_key("{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"x\"}"),
	    "nor a private one: %s", t.e.msg);
	ok(!is_key("{\"kty\":\"oct\",\"k\":\"AAAA\"}") &&
		!is_key("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}") &&
		!is_key("[]"),
	    "nor what is none");
}

int
main(void)
{
	struct jwt_keys *k;

	temp_open(&t);
	ring = keyring_open(&t.conf, t.db, NULL, &t.e);
	k = jwt_keys_open(&t.conf, t.db, ring, NULL, &t.e);
	ok(k != NULL, "opened: %s", t.e.msg);
	test_tokens(k);
	test_zero_signature(k);
	test_keys();
	test_rotation(k);
	test_due(k);
	jwt_keys_free(&k);
	keyring_free(&ring);
	temp_close(&t);
	return tap_done();
}
