#include "mcp/mcp_token.h"

#include <stdlib.h>

#include "auth/aead.h"
#include "auth/seal.h"
#include "base/enc.h"
#include "base/rand.h"
#include "base/xalloc.h"

struct mcp_tokens {
	struct aead *aead;
};

struct mcp_tokens *
mcp_tokens_new(struct keyring *k, struct err *e)
{
	static const struct uuid id = { "mcp tokens" };
	struct mcp_tokens *t;
	uint8_t key[SECRET_BYTES];

	if (k == NULL)
		rand_bytes(key, sizeof(key));
	else if (keyring_secret(k, "mcp_tokens", key, e) < 0)
		return NULL;
	t = xcalloc(1, sizeof(*t));
	t->aead = aead_new(&id, key);
	explicit_bzero(key, sizeof(key));
	return t;
}

void
mcp_tokens_free(struct mcp_tokens **tp)
{
	struct mcp_tokens *t = *tp;

	*tp = NULL;
	if (t == NULL)
		return;
	aead_free(&t->aead);
	free(t);
}

void
mcp_token_seal(
    struct mcp_tokens *t, struct str bound, struct str plain, struct buf *out)
{
	struct buf sealed = BUF_INIT;

	aead_seal(t->aead, bound, plain, &sealed);
	enc_base64url(out, sealed.p, sealed.n);
	buf_free(&sealed);
}

bool
mcp_token_open(
    struct mcp_tokens *t, struct str bound, struct str token, struct buf *out)
{
	struct buf sealed = BUF_INIT;
	bool good = dec_base64url(&sealed, token) &&
		    aead_open(t->aead, bound, buf_str(&sealed), out);

	buf_free(&sealed);
	return good;
}
