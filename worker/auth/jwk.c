/* Keys of others, as they come in JSON; and ours, as they go out. */

#include "auth/jwk.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <sodium.h>

#include "base/check.h"
#include "base/enc.h"

#define COORDINATE   32
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 4096

static const char *const alg_names[JWS_ALG_COUNT] = {
	[JWS_ES256] = "ES256",
	[JWS_EDDSA] = "EdDSA",
	[JWS_RS256] = "RS256",
};

const char *
jws_alg_name(enum jws_alg alg)
{
	CHECK(alg < JWS_ALG_COUNT);
	return alg_names[alg];
}

/* --- reading ------------------------------------------------------------- */

static const char *
text_of(const cJSON *json, const char *name)
{
	const cJSON *item = json_get(json, name);

	return cJSON_IsString(item) ? item->valuestring : "";
}

/* A member's bytes, at most max and at least min. */
static int
read_bytes(const cJSON *json, const char *name, size_t min, size_t max,
    struct buf *out, struct err *e)
{
	if (dec_base64url(out, str_of(text_of(json, name))) && out->n >= min &&
	    out->n <= max)
		return 0;
	return err_set(
	    e, ERR_INVALID, "the key's member %s is malformed", name);
}

static EVP_PKEY *
make_key(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	CHECK(
	    ctx != NULL && params != NULL && EVP_PKEY_fromdata_init(ctx) == 1);
	if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool
is_sound(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool sound = EVP_PKEY_public_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return sound;
}

static EVP_PKEY *
read_ec(const cJSON *json, struct err *e)
{
	struct buf point = BUF_INIT;
	char group[] = "P-256";
	EVP_PKEY *key = NULL;
	size_t half = 1 + COORDINATE, all = half + COORDINATE;

	buf_addc(&point, 4); /* uncompressed */
	if (read_bytes(json, "x", half, half, &point, e) == 0 &&
	    read_bytes(json, "y", all, all, &point, e) == 0) {
		OSSL_PARAM params[] = {
			OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
			    group, sizeof(group) - 1),
			OSSL_PARAM_octet_string(
			    OSSL_PKEY_PARAM_PUB_KEY, point.p, point.n),
			OSSL_PARAM_END,
		};

		key = make_key("EC", params);
	}
	buf_free(&point);
	return key;
}

static EVP_PKEY *
read_ed25519(const cJSON *json, struct err *e)
{
	struct buf x = BUF_INIT;
	EVP_PKEY *key = NULL;

	/* Points of small order are keys that everything is signed by. */
	if (read_bytes(json, "x", COORDINATE, COORDINATE, &x, e) == 0 &&
	    crypto_core_ed25519_is_valid_point((const uint8_t *)x.p) == 1)
		key = EVP_PKEY_new_raw_public_key(
		    EVP_PKEY_ED25519, NULL, (const uint8_t *)x.p, x.n);
	buf_free(&x);
	return key;
}

static EVP_PKEY *
read_rsa(const cJSON *json, struct err *e)
{
	struct buf n = BUF_INIT, exponent = BUF_INIT;
	EVP_PKEY *key = NULL;

	if (read_bytes(json, "n", RSA_BITS_MIN / 8, RSA_BITS_MAX / 8, &n, e) ==
		0 &&
	    read_bytes(json, "e", 1, 4, &exponent, e) == 0) {
		OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
		BIGNUM *bn_n = BN_bin2bn((const uint8_t *)n.p, (int)n.n, NULL);
		BIGNUM *bn_e = BN_bin2bn(
		    (const uint8_t *)exponent.p, (int)exponent.n, NULL);
		OSSL_PARAM *params;

		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn_n);
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, bn_e);
		params = OSSL_PARAM_BLD_to_param(build);
		key = make_key("RSA", params);
		OSSL_PARAM_free(params);
		OSSL_PARAM_BLD_free(build);
		BN_free(bn_n);
		BN_free(bn_e);
	}
	buf_free(&n);
	buf_free(&exponent);
	return key;
}

/* The members that RFC 7638 hashes, in its order. */
static void
write_thumbprint(const cJSON *json, enum jws_alg alg, char *out)
{
	struct buf b = BUF_INIT, text = BUF_INIT;
	uint8_t hash[SHA256_DIGEST_LENGTH];

	if (alg == JWS_ES256)
		buf_printf(&b,
		    "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\","
		    "\"y\":\"%s\"}",
		    text_of(json, "x"), text_of(json, "y"));
	else if (alg == JWS_EDDSA)
		buf_printf(&b,
		    "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}",
		    text_of(json, "x"));
	else
		buf_printf(&b, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
		    text_of(json, "e"), text_of(json, "n"));
	SHA256((const uint8_t *)b.p, b.n, hash);
	enc_base64url(&text, hash, sizeof(hash));
	memcpy(out, buf_cstr(&text), JWK_THUMBPRINT_LEN + 1);
	buf_free(&b);
	buf_free(&text);
}

static bool
find_alg(const cJSON *json, enum jws_alg *out)
{
	const char *kty = text_of(json, "kty");
	const char *crv = text_of(json, "crv");

	if (strcmp(kty, "EC") == 0 && strcmp(crv, "P-256") == 0)
		*out = JWS_ES256;
	else if (strcmp(kty, "OKP") == 0 && strcmp(crv, "Ed25519") == 0)
		*out = JWS_EDDSA;
	else if (strcmp(kty, "RSA") == 0)
		*out = JWS_RS256;
	else
		return false;
	return true;
}

static bool
has_private(const cJSON *json)
{
	static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi",
		"oth", "k" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (json_get(json, names[i]) != NULL)
			return true;
	}
	return false;
}

static void
free_key(void *key)
{
	EVP_PKEY_free(key);
}

int
jwk_read(struct arena *a, const cJSON *json, struct jwk *out, struct err *e)
{
	const char *alg = text_of(json, "alg");

	if (has_private(json))
		return err_set(
		    e, ERR_INVALID, "a public key has private members");
	if (!find_alg(json, &out->alg) ||
	    (alg[0] != '\0' && strcmp(alg, alg_names[out->alg]) != 0))
		return err_set(e, ERR_INVALID,
		    "a key must be for ES256, EdDSA (Ed25519) or RS256");
	out->key = out->alg == JWS_ES256   ? read_ec(json, e)
		   : out->alg == JWS_EDDSA ? read_ed25519(json, e)
					   : read_rsa(json, e);
	if (out->key == NULL || !is_sound(out->key)) {
		EVP_PKEY_free(out->key);
		return err_set(e, ERR_INVALID, "a key is malformed");
	}
	arena_cleanup(a, free_key, out->key);
	out->kid = text_of(json, "kid");
	write_thumbprint(json, out->alg, out->thumbprint);
	return 0;
}

/* --- writing ------------------------------------------------------------- */

void
jwk_write_ec(struct buf *out, const EVP_PKEY *key)
{
	uint8_t point[1 + 2 * COORDINATE];
	size_t n;

	CHECK(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
		  point, sizeof(point), &n) == 1 &&
	      n == sizeof(point) && point[0] == 4);
	buf_adds(out, "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"");
	enc_base64url(out, point + 1, COORDINATE);
	buf_adds(out, "\",\"y\":\"");
	enc_base64url(out, point + 1 + COORDINATE, COORDINATE);
	buf_addc(out, '"');
}
