/* Our signing keys, parsed once and kept, and the tokens they sign. */

#include "auth/jwt.h"

#include <openssl/x509.h>
#include <stdlib.h>

#include "auth/seal.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "shm/shm.h"
#include "store/dbmeta.h"
#include "store/signing_keys.h"

#define US_PER_S    INT64_C(1000000)
#define US_PER_HOUR (3600 * US_PER_S)
#define LEEWAY_US   (60 * US_PER_S)

struct key {
	struct uuid id;
	char kid[UUID_TEXT_LEN + 1];
	EVP_PKEY *pkey;
	EVP_MD_CTX *signer;
	int64_t signs_from_us;
};

struct jwt_keys {
	const struct conf *conf;
	struct db *db;
	struct keyring *keyring;
	struct audit *audit;
	struct shm *shm;
	struct key *keys; /* oldest first */
	size_t n;
	uint64_t epoch; /* at which they were read */
};

int64_t
jwt_lifetime_us(const struct conf *conf)
{
	return MIN(conf->access_token_lifetime_us,
	    conf->jwt_expiry_hours * US_PER_HOUR);
}

/* --- reading ------------------------------------------------------------- */

static uint64_t
epoch_now(const struct jwt_keys *k)
{
	return k->shm != NULL ? shm_auth_epoch(k->shm) : 0;
}

static struct sealed_place
place_of(const char *kid)
{
	return (struct sealed_place){ .column = SEALED_signing_keys_sealed,
		.row = kid };
}

static EVP_PKEY *
open_key(struct jwt_keys *k, const char *kid, struct str sealed, struct err *e)
{
	struct sealed_place at = place_of(kid);
	struct buf der = BUF_INIT;
	EVP_PKEY *pkey = NULL;
	const uint8_t *p;

	if (unseal(k->keyring, &at, sealed, &der, e) == 0) {
		p = (const uint8_t *)der.p;
		pkey = d2i_AutoPrivateKey(NULL, &p, (long)der.n);
		if (pkey == NULL)
			err_set(
			    e, ERR_INTERNAL, "signing key %s: malformed", kid);
	}
	buf_wipe(&der);
	return pkey;
}

static struct key *
find(const struct jwt_keys *k, struct str kid)
{
	for (size_t i = 0; i < k->n; i++) {
		if (str_is(kid, k->keys[i].kid))
			return &k->keys[i];
	}
	return NULL;
}

static void
free_keys(struct key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		EVP_MD_CTX_free(keys[i].signer);
		EVP_PKEY_free(keys[i].pkey);
	}
	free(keys);
}

/* Put the rows in place of what there is; keys that stay are not parsed
 * again. */
static int
take(struct jwt_keys *k, const struct signing_key_row *rows, size_t n,
    struct err *e)
{
	struct key *fresh = xcalloc(n + 1, sizeof(*fresh));
	int rc = 0;
	size_t i;

	for (i = 0; i < n && rc == 0; i++) {
		struct key *known;

		fresh[i].id = rows[i].id;
		fresh[i].signs_from_us = rows[i].signs_from_us;
		uuid_format(&rows[i].id, fresh[i].kid);
		known = find(k, str_of(fresh[i].kid));
		if (known != NULL && EVP_PKEY_up_ref(known->pkey) == 1)
			fresh[i].pkey = known->pkey;
		else
			fresh[i].pkey =
			    open_key(k, fresh[i].kid, rows[i].sealed, e);
		if (fresh[i].pkey == NULL)
			rc = -1;
		else
			fresh[i].signer = jws_signer_new(fresh[i].pkey);
	}
	if (rc == 0) {
		free_keys(k->keys, k->n);
		k->keys = fresh;
		k->n = n;
	} else {
		free_keys(fresh, i);
	}
	return rc;
}

static int
load(struct jwt_keys *k, struct err *e)
{
	struct arena *a = arena_new();
	uint64_t epoch = epoch_now(k);
	struct signing_key_row *rows;
	size_t n;
	int rc = signing_keys_list(k->db, a, &rows, &n, e);

	if (rc == 0)
		rc = take(k, rows, n, e);
	if (rc == 0)
		k->epoch = epoch;
	arena_free(&a);
	return rc;
}

/* --- making -------------------------------------------------------------- */

struct turn {
	struct jwt_keys *keys;
	const struct origin *from;
	struct arena *arena;
	struct signing_key_row row;
	int64_t unless_newer_us; /* one that was made since is enough */
	bool made;
};

static int
note_turn(struct db *tx, const struct turn *t, struct err *e)
{
	char kid[UUID_TEXT_LEN + 1];
	struct audit_note note = { .action = AUDIT_SIGNING_KEY, .object = kid };

	uuid_format(&t->row.id, kid);
	return audit_note(t->keys->audit, tx, t->arena, t->from, &note, e);
}

static int
insert_key(struct db *tx, void *arg, struct err *e)
{
	struct turn *t = arg;
	struct signing_key_row *rows;
	size_t n;

	/* The epoch's row is what those who do this take turns by. */
	if (meta_bump_auth_epoch(tx, t->arena, e) < 0 ||
	    signing_keys_list(tx, t->arena, &rows, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].created_us >= t->unless_newer_us)
			return 0;
	}
	t->made = true;
	if (signing_keys_insert(tx, t->arena, &t->row, e) < 0)
		return -1;
	/* The first turns nothing. */
	return n > 0 ? note_turn(tx, t, e) : 0;
}

static int
seal_new(struct jwt_keys *k, const char *kid, struct buf *out, struct err *e)
{
	struct sealed_place at = place_of(kid);
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	uint8_t *der = NULL;
	int n, rc;

	CHECK(pkey != NULL);
	n = i2d_PrivateKey(pkey, &der);
	CHECK(n > 0);
	rc = seal(
	    k->keyring, &at, str_make((const char *)der, (size_t)n), out, e);
	OPENSSL_clear_free(der, (size_t)n);
	EVP_PKEY_free(pkey);
	return rc;
}

/* A new key, unless one was made at that time or later. */
static int
turn(struct jwt_keys *k, const struct origin *from, int64_t after_us,
    int64_t unless_newer_us, struct uuid *id_r, struct err *e)
{
	struct turn t = { .keys = k,
		.from = from,
		.arena = arena_new(),
		.unless_newer_us = unless_newer_us,
		.row = { .id = uuid_new(),
		    .signs_from_us = clock_wall_us() + after_us } };
	char kid[UUID_TEXT_LEN + 1];
	struct buf sealed = BUF_INIT;
	int rc;

	uuid_format(&t.row.id, kid);
	rc = seal_new(k, kid, &sealed, e);
	t.row.sealed = buf_str(&sealed);
	if (rc == 0)
		rc = db_write(k->db, insert_key, &t, e);
	if (rc == 0 && t.made)
		log_with(LOG_NOTICE, "auth", "a new key for access tokens",
		    F_STR("kid", kid));
	buf_free(&sealed);
	arena_free(&t.arena);
	if (id_r != NULL)
		*id_r = t.row.id;
	return rc == 0 ? load(k, e) : -1;
}

int
jwt_keys_rotate(struct jwt_keys *k, const struct origin *from, int64_t after_s,
    struct uuid *id_r, struct err *e)
{
	return turn(k, from, after_s * US_PER_S, INT64_MAX, id_r, e);
}

struct jwt_keys *
jwt_keys_open(const struct conf *conf, struct db *db, struct keyring *keyring,
    struct shm *shm, struct err *e)
{
	struct jwt_keys *k = xcalloc(1, sizeof(*k));
	struct origin from = origin_of_server();
	int rc;

	*k = (struct jwt_keys){
		.conf = conf, .db = db, .keyring = keyring, .shm = shm
	};
	k->audit = audit_new(keyring, e);
	rc = k->audit != NULL ? load(k, e) : -1;
	if (rc == 0 && k->n == 0)
		rc = turn(k, &from, 0, 0, NULL, e);
	if (rc < 0)
		jwt_keys_free(&k);
	return k;
}

void
jwt_keys_free(struct jwt_keys **k)
{
	if (*k == NULL)
		return;
	free_keys((*k)->keys, (*k)->n);
	audit_free(&(*k)->audit);
	free(*k);
	*k = NULL;
}

/* --- which --------------------------------------------------------------- */

/* The newest whose time has come; there is one. */
static const struct key *
signer(const struct jwt_keys *k, int64_t now_us)
{
	const struct key *found = &k->keys[0];

	for (size_t i = 1; i < k->n; i++) {
		if (k->keys[i].signs_from_us <= now_us)
			found = &k->keys[i];
	}
	return found;
}

/* Until what it may have signed is out of its time. */
static bool
is_accepted(const struct jwt_keys *k, const struct key *key, int64_t now_us)
{
	const struct key *end = k->keys + k->n;

	return key + 1 == end ||
	       key[1].signs_from_us + jwt_lifetime_us(k->conf) + LEEWAY_US >
		   now_us;
}

static int
freshen(struct jwt_keys *k, struct err *e)
{
	return k->epoch == epoch_now(k) ? 0 : load(k, e);
}

/* Nobody waits for an operator to do it; who signs goes on with the old key
 * when it fails. */
static void
turn_when_due(struct jwt_keys *k, int64_t now_us)
{
	int64_t life_us = k->conf->signing_key_lifetime_us;
	struct origin from = origin_of_server();
	struct err e = ERR_INIT;

	if (life_us == 0 || k->keys[k->n - 1].signs_from_us + life_us > now_us)
		return;
	if (turn(k, &from, JWT_KEYS_MAX_AGE_S * US_PER_S, now_us - life_us,
		NULL, &e) < 0)
		log_err(LOG_ERROR, "auth", "turning the signing keys", &e);
}

/* --- tokens -------------------------------------------------------------- */

int
jwt_sign(struct jwt_keys *k, const char *typ, struct str claims,
    struct buf *out, struct err *e)
{
	int64_t now_us = clock_wall_us();
	struct buf header = BUF_INIT;
	const struct key *key;

	if (freshen(k, e) < 0)
		return -1;
	turn_when_due(k, now_us);
	key = signer(k, now_us);
	buf_printf(&header, "{\"alg\":\"ES256\",\"typ\":\"%s\",\"kid\":\"%s\"}",
	    typ, key->kid);
	jws_sign_es256(key->signer, buf_str(&header), claims, out);
	buf_free(&header);
	return 0;
}

static int
refuse(struct err *e, const char *why)
{
	return err_set(e, ERR_UNAUTHENTICATED, "the access token %s", why);
}

static int
check_times(const struct jws *j, int64_t now_us, struct err *e)
{
	int64_t until_us = jws_claim_time_us(j, "exp");
	int64_t from_us = jws_claim_time_us(j, "nbf");

	if (until_us <= now_us - LEEWAY_US)
		return refuse(e, "has expired");
	if (from_us > now_us + LEEWAY_US)
		return refuse(e, "does not hold yet");
	return 1;
}

int
jwt_verify(struct jwt_keys *k, struct arena *a, const char *typ,
    struct str token, bool wait, struct jws *out, struct err *e)
{
	int64_t now_us = clock_wall_us();
	const struct key *key;

	if (jws_parse(a, token, out, NULL) < 0)
		return refuse(e, "is malformed");
	if (strcmp(out->typ, typ) != 0)
		return refuse(e, "is a token of another kind");
	key = find(k, str_of(out->kid));
	if (key == NULL && k->epoch != epoch_now(k)) {
		if (!wait)
			return 0;
		if (load(k, e) < 0)
			return -1;
		key = find(k, str_of(out->kid));
	}
	if (key == NULL || !is_accepted(k, key, now_us) ||
	    !jws_verify(out, JWS_ES256, key->pkey))
		return refuse(e, "was not signed here");
	return check_times(out, now_us, e);
}

int
jwt_keys_write(struct jwt_keys *k, struct buf *out, struct err *e)
{
	int64_t now_us = clock_wall_us();
	bool first = true;

	if (freshen(k, e) < 0)
		return -1;
	buf_adds(out, "{\"keys\":[");
	for (size_t i = 0; i < k->n; i++) {
		if (!is_accepted(k, &k->keys[i], now_us))
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		buf_addc(out, '{');
		jwk_write_ec(out, k->keys[i].pkey);
		buf_printf(out,
		    ",\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"%s\"}",
		    k->keys[i].kid);
	}
	buf_adds(out, "]}");
	return 0;
}
