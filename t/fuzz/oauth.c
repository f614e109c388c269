/* What strangers send to be proven: tokens, keys, what a client says of itself,
 * redirect URIs, the URLs of documents.  The first byte says which. */

#include <stdlib.h>

#include "auth/jws.h"
#include "base/check.h"
#include "oauth/client.h"
#include "oauth/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_token(struct arena *a, struct str text)
{
	struct jws j;
	struct jwk key;

	if (jws_parse(a, text, &j, NULL) < 0)
		return;
	jws_claim(&j, "sub");
	jws_claim_time_us(&j, "exp");
	jws_is_for(&j, "x");
	/* A DPoP proof carries its key. */
	if (jwk_read(a, json_get(j.header, "jwk"), &key, NULL) == 0)
		(void)!jws_verify(&j, key.alg, key.key);
}

/* What is read is written, and reads as the same. */
static void
read_metadata(struct arena *a, struct str text)
{
	const cJSON *json = json_parse(a, text, NULL);
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct buf *out[] = { &once, &twice };
	struct client_metadata m;
	struct fault f;
	struct jsonw w;

	for (int i = 0; i < 2 && json != NULL; i++) {
		if (client_metadata_read(a, json, CLIENT_DYNAMIC, &m, &f) < 0) {
			CHECK(i == 0);
			break;
		}
		jsonw_init(&w, out[i]);
		jsonw_object(&w);
		client_metadata_write(&w, &m);
		jsonw_end_object(&w);
		json = json_parse(a, buf_str(out[i]), NULL);
	}
	CHECK(twice.n == 0 || str_eq(buf_str(&once), buf_str(&twice)));
	buf_free(&once);
	buf_free(&twice);
}

static void
read_uri(struct str text)
{
	struct buf url = BUF_INIT;

	if (redirect_check(text, NULL) == 0) {
		CHECK(redirect_matches(text, text));
		CHECK(redirect_host(text).n > 0);
		buf_addstr(&url, text);
		redirect_add(&url, "state", text);
	}
	redirect_is_loopback(text);
	if (document_is_url(text))
		CHECK(document_host(text).n > 0);
	buf_free(&url);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data + 1, size - 1 };
	struct arena *a;

	if (size == 0)
		return 0;
	a = arena_new();
	if (data[0] == 't')
		read_token(a, text);
	else if (data[0] == 'm')
		read_metadata(a, text);
	else
		read_uri(text);
	arena_free(&a);
	return 0;
}
