/* Compact JWS. */

#include "auth/jws.h"

#include <openssl/ecdsa.h>

#include "base/check.h"
#include "base/enc.h"

#define HALF 32 /* bytes of r and of s */
/* Seconds beyond which a time is nobody's. */
#define SECONDS_MAX 1e11

static int
refuse(struct err *e, const char *why)
{
	return err_set(e, ERR_INVALID, "%s", why);
}

/* --- parsing ------------------------------------------------------------- */

static const cJSON *
read_object(struct arena *a, struct str part, struct err *e)
{
	struct buf text = BUF_INIT;
	const cJSON *json = NULL;

	if (!dec_base64url(&text, part))
		refuse(e, "the token is not canonical base64url");
	else
		json = json_parse(a, buf_str(&text), e);
	buf_free(&text);
	if (json != NULL && !cJSON_IsObject(json)) {
		refuse(e, "a part of the token is not a JSON object");
		return NULL;
	}
	return json;
}

static int
read_signature(struct str part, struct jws *out, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = 0;

	if (!dec_base64url(&b, part) || b.n == 0 || b.n > JWS_SIGNATURE_MAX)
		rc = refuse(e, "the token's signature is malformed");
	else
		memcpy(out->signature, b.p, b.n);
	out->signature_n = b.n;
	buf_free(&b);
	return rc;
}

static const char *
text_of(const cJSON *json, const char *name)
{
	const cJSON *item = json_get(json, name);

	return cJSON_IsString(item) ? item->valuestring : "";
}

static int
read_header(struct jws *out, struct err *e)
{
	const char *alg = text_of(out->header, "alg");

	if (json_get(out->header, "crit") != NULL)
		return refuse(e, "the token has critical extensions");
	out->typ = text_of(out->header, "typ");
	out->kid = text_of(out->header, "kid");
	for (out->alg = 0; out->alg < JWS_ALG_COUNT; out->alg++) {
		if (strcmp(alg, jws_alg_name(out->alg)) == 0)
			return 0;
	}
	return refuse(e, "the token is signed by no algorithm that is taken");
}

int
jws_parse(struct arena *a, struct str token, struct jws *out, struct err *e)
{
	struct str header, claims, signature;

	if (token.n > JWS_MAX)
		return refuse(e, "the token is too long");
	header = str_cut(token, '.', &signature);
	claims = str_cut(signature, '.', &signature);
	if (signature.p == NULL || str_find(signature, '.') >= 0)
		return refuse(e, "the token does not have three parts");
	out->signed_part =
	    str_make(token.p, (size_t)(signature.p - 1 - token.p));
	out->header = read_object(a, header, e);
	if (out->header == NULL || read_header(out, e) < 0)
		return -1;
	out->claims = read_object(a, claims, e);
	return out->claims != NULL ? read_signature(signature, out, e) : -1;
}

/* --- signatures ---------------------------------------------------------- */

/* JOSE writes r and s side by side, OpenSSL reads DER. */
static int
der_of(const struct jws *j, uint8_t out[2 * HALF + 16])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	uint8_t *p = out;
	int n;

	ECDSA_SIG_set0(sig, BN_bin2bn(j->signature, HALF, NULL),
	    BN_bin2bn(j->signature + HALF, HALF, NULL));
	n = i2d_ECDSA_SIG(sig, &p);
	ECDSA_SIG_free(sig);
	return n;
}

static bool
is_signed(const struct jws *j, EVP_PKEY *key, const EVP_MD *md,
    const uint8_t *signature, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good =
	    EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, signature, n,
		(const uint8_t *)j->signed_part.p, j->signed_part.n) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

bool
jws_verify(const struct jws *j, enum jws_alg alg, EVP_PKEY *key)
{
	uint8_t der[2 * HALF + 16];
	int n;

	if (j->alg != alg)
		return false;
	if (alg != JWS_ES256)
		return is_signed(j, key, alg == JWS_EDDSA ? NULL : EVP_sha256(),
		    j->signature, j->signature_n);
	if (j->signature_n != sizeof(der) - 16)
		return false;
	n = der_of(j, der);
	return n > 0 && is_signed(j, key, EVP_sha256(), der, (size_t)n);
}

EVP_MD_CTX *
jws_signer_new(EVP_PKEY *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	CHECK(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1);
	return ctx;
}

/* A copy of what is ready costs less than to look the algorithms up again. */
static void
add_signature(const EVP_MD_CTX *signer, struct str text, struct buf *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[2 * HALF + 16], raw[2 * HALF];
	const uint8_t *p = der;
	size_t n = sizeof(der);
	ECDSA_SIG *sig;

	CHECK(
	    EVP_MD_CTX_copy_ex(ctx, signer) == 1 &&
	    EVP_DigestSign(ctx, der, &n, (const uint8_t *)text.p, text.n) == 1);
	sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	CHECK(sig != NULL &&
	      BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, HALF) == HALF &&
	      BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + HALF, HALF) == HALF);
	enc_base64url(out, raw, sizeof(raw));
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
}

void
jws_sign_es256(const EVP_MD_CTX *signer, struct str header, struct str claims,
    struct buf *out)
{
	size_t begin = out->n;
	struct buf signature = BUF_INIT;

	enc_base64url(out, header.p, header.n);
	buf_addc(out, '.');
	enc_base64url(out, claims.p, claims.n);
	add_signature(
	    signer, str_make(out->p + begin, out->n - begin), &signature);
	buf_addc(out, '.');
	buf_addstr(out, buf_str(&signature));
	buf_free(&signature);
}

/* --- claims -------------------------------------------------------------- */

const char *
jws_claim(const struct jws *j, const char *name)
{
	return text_of(j->claims, name);
}

int64_t
jws_claim_time_us(const struct jws *j, const char *name)
{
	const cJSON *item = json_get(j->claims, name);

	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
	    item->valuedouble > SECONDS_MAX)
		return -1;
	return (int64_t)(item->valuedouble * 1e6);
}

bool
jws_is_for(const struct jws *j, const char *audience)
{
	const cJSON *aud = json_get(j->claims, "aud");
	const cJSON *item;

	if (cJSON_IsString(aud))
		return strcmp(aud->valuestring, audience) == 0;
	if (!cJSON_IsArray(aud))
		return false;
	cJSON_ArrayForEach (item, aud) {
		if (cJSON_IsString(item) &&
		    strcmp(item->valuestring, audience) == 0)
			return true;
	}
	return false;
}
