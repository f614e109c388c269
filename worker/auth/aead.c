/* AES-256-GCM. */

#include "auth/aead.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/rand.h"
#include "base/xalloc.h"

#define VERSION	    1
#define HEAD_BYTES  17
#define NONCE_BYTES 12
#define TAG_BYTES   16

_Static_assert(
    HEAD_BYTES + NONCE_BYTES + TAG_BYTES == AEAD_OVERHEAD, "the form");

struct aead {
	struct uuid id;
	EVP_CIPHER_CTX *sealer;
	EVP_CIPHER_CTX *opener;
};

struct aead *
aead_new(const struct uuid *id, const uint8_t key[AEAD_KEY_BYTES])
{
	struct aead *a = xcalloc(1, sizeof(*a));
	EVP_CIPHER *gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);

	a->id = *id;
	a->sealer = EVP_CIPHER_CTX_new();
	a->opener = EVP_CIPHER_CTX_new();
	CHECK(EVP_EncryptInit_ex2(a->sealer, gcm, key, NULL, NULL) == 1);
	CHECK(EVP_DecryptInit_ex2(a->opener, gcm, key, NULL, NULL) == 1);
	EVP_CIPHER_free(gcm);
	return a;
}

void
aead_free(struct aead **a)
{
	if (*a == NULL)
		return;
	/* OpenSSL wipes the key schedules. */
	EVP_CIPHER_CTX_free((*a)->sealer);
	EVP_CIPHER_CTX_free((*a)->opener);
	free(*a);
	*a = NULL;
}

const struct uuid *
aead_id(const struct aead *a)
{
	return &a->id;
}

void
aead_seal(struct aead *a, struct str bound, struct str plain, struct buf *out)
{
	size_t all = plain.n + AEAD_OVERHEAD;
	uint8_t *head = (uint8_t *)buf_reserve(out, all);
	uint8_t *nonce = head + HEAD_BYTES;
	uint8_t *body = nonce + NONCE_BYTES;
	uint8_t *tag = body + plain.n;
	EVP_CIPHER_CTX *c = a->sealer;
	int n;

	head[0] = VERSION;
	memcpy(head + 1, a->id.b, sizeof(a->id.b));
	rand_bytes(nonce, NONCE_BYTES);
	CHECK(
	    EVP_EncryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
	    EVP_EncryptUpdate(c, NULL, &n, head, HEAD_BYTES) == 1 &&
	    EVP_EncryptUpdate(
		c, NULL, &n, (const uint8_t *)bound.p, (int)bound.n) == 1 &&
	    EVP_EncryptUpdate(
		c, body, &n, (const uint8_t *)plain.p, (int)plain.n) == 1 &&
	    EVP_EncryptFinal_ex(c, tag, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, tag) == 1);
	out->n += all;
}

bool
aead_open(struct aead *a, struct str bound, struct str sealed, struct buf *out)
{
	const uint8_t *head = (const uint8_t *)sealed.p, *nonce, *body;
	EVP_CIPHER_CTX *c = a->opener;
	uint8_t tag[TAG_BYTES];
	struct uuid id;
	uint8_t *plain;
	size_t size;
	bool good;
	int n;

	if (!aead_key_of(sealed, &id) || !uuid_eq(&id, &a->id))
		return false;
	nonce = head + HEAD_BYTES;
	body = nonce + NONCE_BYTES;
	size = sealed.n - AEAD_OVERHEAD;
	plain = (uint8_t *)buf_reserve(out, size + 1);
	memcpy(tag, body + size, sizeof(tag));
	good = EVP_DecryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
	       EVP_DecryptUpdate(c, NULL, &n, head, HEAD_BYTES) == 1 &&
	       EVP_DecryptUpdate(
		   c, NULL, &n, (const uint8_t *)bound.p, (int)bound.n) == 1 &&
	       EVP_DecryptUpdate(c, plain, &n, body, (int)size) == 1 &&
	       EVP_CIPHER_CTX_ctrl(
		   c, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) == 1 &&
	       EVP_DecryptFinal_ex(c, plain + size, &n) == 1;
	if (good)
		out->n += size;
	else
		wipe(plain, size);
	return good;
}

bool
aead_key_of(struct str sealed, struct uuid *id_r)
{
	if (sealed.n < AEAD_OVERHEAD || sealed.p[0] != VERSION)
		return false;
	memcpy(id_r->b, sealed.p + 1, sizeof(id_r->b));
	return true;
}
