/* DPoP (RFC 9449): the client proves with each request that it holds the key
 * that its tokens are bound to. */

#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/check.h"
#include "base/enc.h"
#include "oauth/oauth_impl.h"

#define LEEWAY_US   (60 * US_PER_S)
#define NONCE_US    (300 * US_PER_S)
#define NONCE_BYTES 16

static int
refuse(struct fault *f, const char *why)
{
	return fault_set(f, FAULT_INVALID_PROOF, "the DPoP proof %s", why);
}

/* --- nonces -------------------------------------------------------------- */

/* Nothing is kept: a nonce is a keyed hash of the five minutes it is given out
 * in, and good for them and the next. */
static const char *
nonce_of(const struct oauth *o, struct arena *a, int64_t window)
{
	uint8_t mac[SHA256_DIGEST_LENGTH];
	struct buf text = BUF_INIT;
	const char *out;
	unsigned n;

	CHECK(HMAC(EVP_sha256(), o->nonce_key, sizeof(o->nonce_key),
		  (const uint8_t *)&window, sizeof(window), mac, &n) != NULL);
	enc_base64url(&text, mac, NONCE_BYTES);
	out = arena_strndup(a, text.p, text.n);
	buf_free(&text);
	return out;
}

static int
check_nonce(
    struct oauth *o, struct http_req *req, const struct jws *j, struct fault *f)
{
	struct arena *a = http_arena(req);
	struct str shown = str_of(jws_claim(j, "nonce"));
	int64_t window = clock_wall_us() / NONCE_US;

	if (!conf_of(o)->dpop_nonce)
		return 0;
	http_add_header(req, "DPoP-Nonce", nonce_of(o, a, window));
	for (int64_t ago = 0; ago < 2; ago++) {
		if (str_eq_const_time(
			shown, str_of(nonce_of(o, a, window - ago))))
			return 0;
	}
	return fault_set(
	    f, FAULT_USE_NONCE, "the DPoP proof needs the nonce in DPoP-Nonce");
}

/* --- claims -------------------------------------------------------------- */

static int
check_header(
    struct arena *a, const struct jws *j, struct jwk *key, struct fault *f)
{
	struct err e = ERR_INIT;
	const cJSON *jwk = json_get(j->header, "jwk");

	if (strcmp(j->typ, "dpop+jwt") != 0)
		return refuse(f, "is not of type dpop+jwt");
	if (jwk == NULL)
		return refuse(f, "does not carry its key");
	if (jwk_read(a, jwk, key, &e) < 0)
		return fault_set(
		    f, FAULT_INVALID_PROOF, "the DPoP proof's key: %s", e.msg);
	return jws_verify(j, key->alg, key->key)
		   ? 0
		   : refuse(f, "is not signed by its key");
}

/* Scheme and host in any case; no query, no fragment. */
static bool
is_this_url(struct oauth *o, struct http_req *req, struct str htu)
{
	struct str path = http_path(req);
	struct str site = str_of(site_of(req, conf_of(o)));

	return htu.n == site.n + path.n &&
	       str_ieq(str_make(htu.p, site.n), site) &&
	       str_eq(str_make(htu.p + site.n, path.n), path);
}

static bool
is_hash_of(struct str token, const char *ath)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct buf text = BUF_INIT;
	bool good;

	SHA256((const uint8_t *)token.p, token.n, hash);
	enc_base64url(&text, hash, sizeof(hash));
	good = str_eq_const_time(str_of(ath), buf_str(&text));
	buf_free(&text);
	return good;
}

static int
check_claims(struct oauth *o, struct http_req *req, const struct jws *j,
    struct str token, struct fault *f)
{
	int64_t iat_us = jws_claim_time_us(j, "iat");
	int64_t now_us = clock_wall_us();

	if (strcmp(jws_claim(j, "htm"),
		http_method_name(http_route_of(req)->method)) != 0)
		return refuse(f, "is for another method");
	if (!is_this_url(o, req, str_of(jws_claim(j, "htu"))))
		return refuse(f, "is for another URL");
	if (iat_us < now_us - LEEWAY_US || iat_us > now_us + LEEWAY_US)
		return refuse(f, "was not made now");
	if (token.p != NULL && !is_hash_of(token, jws_claim(j, "ath")))
		return refuse(f, "is for another access token");
	if (jws_claim(j, "jti")[0] == '\0')
		return refuse(f, "has no jti");
	return check_nonce(o, req, j, f);
}

static int
check_fresh(struct oauth *o, struct arena *a, const struct jws *j,
    const struct jwk *key, struct fault *f)
{
	uint8_t hash[OAUTH_HASH_BYTES];
	struct err e = ERR_INIT;
	int rc;

	oauth_hash(o,
	    str_of(arena_printf(
		a, "proof %s %s", key->thumbprint, jws_claim(j, "jti"))),
	    hash);
	rc = seen_once(o->parts.db, a, hash,
	    jws_claim_time_us(j, "iat") + 2 * LEEWAY_US, &e);
	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	return rc > 0 ? 0 : refuse(f, "was shown before");
}

int
dpop_check(struct oauth *o, struct http_req *req, struct str token,
    char jkt[JWK_THUMBPRINT_LEN + 1], struct fault *f)
{
	struct arena *a = http_arena(req);
	struct str proof = http_header(req, "DPoP");
	struct err e = ERR_INIT;
	struct jwk key;
	struct jws j;

	jkt[0] = '\0';
	if (proof.p == NULL)
		return 0;
	if (http_header_count(req, "DPoP") > 1)
		return refuse(f, "stands more than once");
	if (jws_parse(a, str_trim(proof), &j, &e) < 0)
		return fault_set(
		    f, FAULT_INVALID_PROOF, "the DPoP proof: %s", e.msg);
	if (check_header(a, &j, &key, f) < 0 ||
	    check_claims(o, req, &j, token, f) < 0 ||
	    check_fresh(o, a, &j, &key, f) < 0)
		return -1;
	memcpy(jkt, key.thumbprint, sizeof(key.thumbprint));
	return 1;
}
