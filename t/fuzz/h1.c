/* Any bytes as requests: the parser must stay inside them, and the pieces in
 * which they come must not matter.  The first byte says how to cut. */

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "http/h1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct h1_limits limits = { 4096, 1024, 30 };

/* A copy of just that size, so that reading beyond it is seen. */
static int
feed(struct h1 *p, const char *buf, size_t n)
{
	char *copy = malloc(n + (n == 0));
	int rc;

	CHECK(copy != NULL);
	memcpy(copy, buf, n);
	rc = h1_feed(p, copy, n);
	free(copy);
	return rc;
}

static int
feed_in_pieces(struct h1 *p, const char *buf, size_t n, size_t piece)
{
	int rc = 0;

	h1_init(p, &limits);
	for (size_t at = piece; rc == 0 && at < n; at += piece)
		rc = feed(p, buf, at);
	return rc != 0 ? rc : feed(p, buf, n);
}

static void
compare(const struct h1 *a, const struct h1 *b, const char *buf, size_t n)
{
	CHECK(a->head_n == b->head_n && a->head_n <= n);
	CHECK(a->headers_n == b->headers_n);
	CHECK(a->chunked == b->chunked);
	CHECK(a->content_length == b->content_length);
	CHECK(!a->chunked || a->content_length < 0);
	for (size_t i = 0; i < a->headers_n; i++) {
		struct str name = h1_str(buf, a->header[i].name);
		struct str value = h1_str(buf, a->header[i].value);

		CHECK(h1_is_token(name));
		CHECK(value.n == 0 || value.p + value.n <= buf + n);
		CHECK(memchr(value.p, '\0', value.n) == NULL);
		CHECK(memchr(value.p, '\n', value.n) == NULL);
	}
}

/* Bytes of the body that were used; the hash stands for what they were. */
static size_t
decode(const char *buf, size_t n, size_t piece, uint64_t *hash_r, int *end_r)
{
	struct h1_chunked c = { 0 };
	enum h1_chunked_event event = H1_CHUNK_MORE;
	struct str in = { NULL, 0 }, part;
	size_t at = 0;

	*hash_r = 0;
	while (event != H1_CHUNK_END && event != H1_CHUNK_BAD) {
		if (event == H1_CHUNK_MORE) {
			if (at == n)
				break;
			in =
			    str_make(buf + at, n - at < piece ? n - at : piece);
			at += in.n;
		}
		event = h1_chunked_next(&c, &in, &part);
		if (event == H1_CHUNK_DATA)
			for (size_t i = 0; i < part.n; i++)
				*hash_r =
				    *hash_r * 31 + (unsigned char)part.p[i];
	}
	*end_r = (int)event;
	return at - in.n;
}

static void
check_body(const char *buf, size_t n, size_t piece)
{
	uint64_t a, b;
	int end_a, end_b;
	size_t used_a = decode(buf, n, n + 1, &a, &end_a);
	size_t used_b = decode(buf, n, piece, &b, &end_b);

	CHECK(end_a == end_b && a == b && used_a == used_b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct h1 whole, parts;
	const char *buf = (const char *)data + 1;
	size_t n, piece;
	int rc;

	if (size == 0)
		return 0;
	n = size - 1;
	piece = (size_t)data[0] % 32 + 1;
	h1_init(&whole, &limits);
	rc = feed(&whole, buf, n);
	CHECK(feed_in_pieces(&parts, buf, n, piece) == rc);
	if (rc > 0) {
		compare(&whole, &parts, buf, n);
		if (whole.chunked)
			check_body(buf + whole.head_n, n - whole.head_n, piece);
	} else if (rc < 0) {
		CHECK(whole.status >= 400 && whole.reason != NULL);
	}
	check_body(buf, n, piece);
	return 0;
}
