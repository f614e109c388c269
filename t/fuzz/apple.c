/* Apple Health's export, in pieces whose size the first byte says. */

#include "files/apple.h"
#include "xml_files.h"

static size_t piece;

static int
decode_in_pieces(struct result *r, struct str bytes, struct err *e)
{
	struct apple *a = apple_new(r, e);
	int rc = 0;

	while (rc == 0 && bytes.n > 0) {
		size_t n = MIN(bytes.n, piece);

		rc = apple_feed(a, str_make(bytes.p, n));
		bytes = str_make(bytes.p + n, bytes.n - n);
	}
	if (rc == 0)
		rc = apple_end(a);
	apple_free(&a);
	return rc;
}

static int
try_whole(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct decoded d;

	file_decode(a, str_make((const char *)data, n), NULL, &d, &e);
	arena_free(&a);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0)
		return 0;
	piece = data[0] * 16u + 1;
	try_decoder(decode_in_pieces, data + 1, n - 1);
	/* With the heart rate, which takes another reading. */
	return try_whole(data + 1, n - 1);
}
