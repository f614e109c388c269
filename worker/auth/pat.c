/* The form of personal access tokens. */

#include "auth/pat.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/enc.h"
#include "base/rand.h"
#include "base/xalloc.h"

#define PREFIX_LEN (sizeof(PAT_PREFIX) - 1)

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
write_checksum(const char *token, char out[PAT_CHECK_LEN])
{
	uint32_t crc = enc_crc32(token, PREFIX_LEN + PAT_SECRET_LEN);
	uint8_t number[4] = { (uint8_t)(crc >> 24), (uint8_t)(crc >> 16),
		(uint8_t)(crc >> 8), (uint8_t)crc };

	write_base62(number, sizeof(number), out, PAT_CHECK_LEN);
}

void
pat_format(const uint8_t secret[32], char out[PAT_LEN + 1])
{
	uint8_t number[32];

	memcpy(number, secret, sizeof(number));
	memcpy(out, PAT_PREFIX, PREFIX_LEN);
	write_base62(number, sizeof(number), out + PREFIX_LEN, PAT_SECRET_LEN);
	write_checksum(out, out + PREFIX_LEN + PAT_SECRET_LEN);
	out[PAT_LEN] = '\0';
}

void
pat_make(char out[PAT_LEN + 1])
{
	uint8_t secret[32];

	rand_bytes(secret, sizeof(secret));
	pat_format(secret, out);
	wipe(secret, sizeof(secret));
}

bool
pat_is_valid(struct str token)
{
	char check[PAT_CHECK_LEN];

	if (token.n != PAT_LEN || !str_starts(token, STR(PAT_PREFIX)))
		return false;
	for (size_t i = PREFIX_LEN; i < token.n; i++) {
		if (token.p[i] == '\0' || strchr(digits, token.p[i]) == NULL)
			return false;
	}
	write_checksum(token.p, check);
	return memcmp(check, token.p + token.n - PAT_CHECK_LEN,
		   PAT_CHECK_LEN) == 0;
}

void
pat_hash(const uint8_t key[PAT_KEY_BYTES], struct str token,
    uint8_t out[PAT_HASH_BYTES])
{
	unsigned n = 0;

	CHECK(HMAC(EVP_sha256(), key, PAT_KEY_BYTES,
		  (const unsigned char *)token.p, token.n, out, &n) != NULL &&
	      n == PAT_HASH_BYTES);
}
