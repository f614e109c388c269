/* The form of the secrets that we give out. */

#include "auth/opaque.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

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

/* --- hashing ------------------------------------------------------------- */

/* To look up the algorithm and take in the key costs several times what the
 * hash does, so each thread keeps both, of the key that it used last. */
struct hasher {
	EVP_MAC_CTX *mac;
	uint8_t key[OPAQUE_KEY_BYTES];
};

static pthread_key_t hasher_of_thread;

static void
free_hasher(void *arg)
{
	struct hasher *h = arg;

	EVP_MAC_CTX_free(h->mac);
	wipe(h->key, sizeof(h->key));
	free(h);
}

static void
prepare_threads(void)
{
	CHECK(pthread_key_create(&hasher_of_thread, free_hasher) == 0);
}

static struct hasher *
make_hasher(void)
{
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	struct hasher *h = xcalloc(1, sizeof(*h));

	CHECK(hmac != NULL);
	h->mac = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	CHECK(h->mac != NULL);
	CHECK(pthread_setspecific(hasher_of_thread, h) == 0);
	return h;
}

static void
take_key(struct hasher *h, const uint8_t key[OPAQUE_KEY_BYTES])
{
	const OSSL_PARAM sha256[] = { OSSL_PARAM_construct_utf8_string(
					  OSSL_MAC_PARAM_DIGEST,
					  (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_end() };

	CHECK(EVP_MAC_init(h->mac, key, OPAQUE_KEY_BYTES, sha256) == 1);
	memcpy(h->key, key, sizeof(h->key));
}

static struct hasher *
hasher_with(const uint8_t key[OPAQUE_KEY_BYTES])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct hasher *h;
	bool is_new;

	pthread_once(&once, prepare_threads);
	h = pthread_getspecific(hasher_of_thread);
	is_new = h == NULL;
	if (is_new)
		h = make_hasher();
	if (is_new || CRYPTO_memcmp(h->key, key, sizeof(h->key)) != 0)
		take_key(h, key);
	else
		CHECK(EVP_MAC_init(h->mac, NULL, 0, NULL) == 1);
	return h;
}

void
opaque_hash(const uint8_t key[OPAQUE_KEY_BYTES], struct str token,
    uint8_t out[OPAQUE_HASH_BYTES])
{
	struct hasher *h = hasher_with(key);
	size_t n = 0;

	CHECK(EVP_MAC_update(h->mac, (const unsigned char *)token.p, token.n) ==
		  1 &&
	      EVP_MAC_final(h->mac, out, &n, OPAQUE_HASH_BYTES) == 1 &&
	      n == OPAQUE_HASH_BYTES);
}
