#ifndef AUTH_JWS_H
#define AUTH_JWS_H

/* Signed JSON Web Tokens in compact form (RFC 7515, 7519), read strictly: three
 * parts of canonical base64url, two JSON objects without duplicate members, an
 * algorithm that is asymmetric and ours, no `crit`.  Keys named or carried by
 * the header (jku, x5u, x5c) are never looked at. */

#include "auth/jwk.h"

#define JWS_MAX		  8192
#define JWS_SIGNATURE_MAX 512

struct jws {
	enum jws_alg alg;
	const char *typ; /* "" when there is none */
	const char *kid; /* "" when there is none */
	const cJSON *header;
	const cJSON *claims;
	struct str signed_part;
	uint8_t signature[JWS_SIGNATURE_MAX];
	size_t signature_n;
};

/* Parse without believing anything.  ERR_INVALID. */
NODISCARD int jws_parse(
    struct arena *a, struct str token, struct jws *out, struct err *e);
/* Whether this key signed it by the algorithm that it names. */
NODISCARD bool jws_verify(const struct jws *j, enum jws_alg alg, EVP_PKEY *key);

/* What signs by a P-256 key; to be freed. */
EVP_MD_CTX *jws_signer_new(EVP_PKEY *key);
/* Append header.claims.signature; header and claims are JSON. */
void jws_sign_es256(const EVP_MD_CTX *signer, struct str header,
    struct str claims, struct buf *out);

/* A claim that is text, or ""; a claim that is a number of seconds, in
 * microseconds, or -1. */
const char *jws_claim(const struct jws *j, const char *name);
int64_t jws_claim_time_us(const struct jws *j, const char *name);
/* Whether aud names it, alone or in a list. */
bool jws_is_for(const struct jws *j, const char *audience);

#endif
