/* The form of the secrets that we give out. */

#include "auth/opaque.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/enc.h"
#include "base/rand.h"
#include "base/xalloc.h"

static const char *const prefixes[] = {
#define OPAQUE(id, prefix, words) prefix,
#include "auth/opaque.def"
#undef OPAQUE
};

#define OPAQUE(id, prefix, words)                                              \
	_Static_assert(                                                        \
	    sizeof(prefix) - 1 == OPAQUE_PREFIX_LEN, "one length for all");
#include "auth/opaque.def"
#undef OPAQUE

static const char digits[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* The number in n big-endian bytes, in exactly len digits; wipes the bytes. */
static void
write_base62(uint8_t *number, size_t n, char *out, size_t len)
{
	while (len-- > 0) {
		unsigned rest = 0;

		for (size_t i = 0; i < n; i++) {
			unsigned v = rest << 8 | number[i];

			number[i] = (uint8_t)(v / 62);
			rest = v % 62;
		}
		out[len] = digits[rest];
	}
	wipe(number, n);
}

static void
write_checksum(const char *token, char out[OPAQUE_CHECK_LEN])
{
	uint32_t crc = enc_crc32(token, OPAQUE_PREFIX_LEN + OPAQUE_SECRET_LEN);
	uint8_t number[4] = { (uint8_t)(crc >> 24), (uint8_t)(crc >> 16),
		(uint8_t)(crc >> 8), (uint8_t)crc };

	write_base62(number, sizeof(number), out, OPAQUE_CHECK_LEN);
}

void
opaque_format(
    enum opaque_kind kind, const uint8_t secret[32], char out[OPAQUE_LEN + 1])
{
	char *body = out + OPAQUE_PREFIX_LEN;
	uint8_t number[32];

	memcpy(number, secret, sizeof(number));
	memcpy(out, prefixes[kind], OPAQUE_PREFIX_LEN);
	write_base62(number, sizeof(number), body, OPAQUE_SECRET_LEN);
	write_checksum(out, body + OPAQUE_SECRET_LEN);
	out[OPAQUE_LEN] = '\0';
}

void
opaque_make(enum opaque_kind kind, char out[OPAQUE_LEN + 1])
{
	uint8_t secret[32];

	rand_bytes(secret, sizeof(secret));
	opaque_format(kind, secret, out);
	wipe(secret, sizeof(secret));
}

static bool
has_form(struct str token)
{
	char check[OPAQUE_CHECK_LEN];

	for (size_t i = OPAQUE_PREFIX_LEN; i < token.n; i++) {
		if (token.p[i] == '\0' || strchr(digits, token.p[i]) == NULL)
			return false;
	}
	write_checksum(token.p, check);
	return memcmp(check, token.p + token.n - OPAQUE_CHECK_LEN,
		   OPAQUE_CHECK_LEN) == 0;
}

bool
opaque_kind_of(struct str token, enum opaque_kind *kind_r)
{
	if (token.n != OPAQUE_LEN)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		if (memcmp(token.p, prefixes[i], OPAQUE_PREFIX_LEN) == 0) {
			*kind_r = (enum opaque_kind)i;
			return true;
		}
	}
	return false;
}

bool
opaque_read(struct str token, enum opaque_kind *kind_r)
{
	return opaque_kind_of(token, kind_r) && has_form(token);
}

bool
opaque_is(enum opaque_kind kind, struct str token)
{
	enum opaque_kind found;

	return opaque_read(token, &found) && found == kind;
}

void
opaque_hash(const uint8_t key[OPAQUE_KEY_BYTES], struct str token,
    uint8_t out[OPAQUE_HASH_BYTES])
{
	unsigned n = 0;

	CHECK(HMAC(EVP_sha256(), key, OPAQUE_KEY_BYTES,
		  (const unsigned char *)token.p, token.n, out, &n) != NULL &&
	      n == OPAQUE_HASH_BYTES);
}
