#ifndef AUTH_JWK_H
#define AUTH_JWK_H

/* Public keys as JSON Web Keys (RFC 7517, 7518 section 6, 8037), and the three
 * algorithms that signatures are taken by. */

#include <openssl/evp.h>

#include "base/buf.h"
#include "base/json.h"

enum jws_alg {
	JWS_ES256, /* ECDSA, P-256, SHA-256 */
	JWS_EDDSA, /* Ed25519 */
	JWS_RS256, /* RSASSA-PKCS1-v1_5, SHA-256, 2048 to 4096 bits */
	JWS_ALG_COUNT
};

const char *jws_alg_name(enum jws_alg alg);

#define JWK_THUMBPRINT_LEN 43

struct jwk {
	enum jws_alg alg;
	EVP_PKEY *key;
	const char *kid;			 /* "": it has none */
	char thumbprint[JWK_THUMBPRINT_LEN + 1]; /* RFC 7638, SHA-256 */
};

/* Read one; the key lives as long as the arena.  ERR_INVALID: of another kind,
 * not on its curve, too short, or with private members. */
NODISCARD int jwk_read(
    struct arena *a, const cJSON *json, struct jwk *out, struct err *e);

/* The public half of a P-256 key: members of a JWK without its braces. */
void jwk_write_ec(struct buf *out, const EVP_PKEY *key);

#endif
