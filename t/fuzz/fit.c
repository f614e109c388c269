/* FIT files.  An even first byte: the rest as it is.  An odd one: the rest is
 * the data of a file whose header and checksum are made to fit, so that the
 * fuzzer need not find them. */

#include <stdlib.h>

#include "base/buf.h"
#include "files/decode.h"
#include "files/fit_proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
wrap(struct buf *out, const uint8_t *data, size_t n)
{
	const char head[14] = { 14, 0x20, 0, 0, (char)n, (char)(n >> 8),
		(char)(n >> 16), (char)(n >> 24), '.', 'F', 'I', 'T', 0, 0 };
	uint16_t crc;

	buf_add(out, head, sizeof(head));
	buf_add(out, data, n);
	crc = fit_crc(0, out->p, out->n);
	buf_addc(out, (char)crc);
	buf_addc(out, (char)(crc >> 8));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new();
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct decoded d;

	if (n > 0 && (data[0] & 1) != 0)
		wrap(&b, data + 1, n - 1);
	else if (n > 0)
		buf_add(&b, data + 1, n - 1);
	if (file_decode(a, buf_str(&b), NULL, &d, &e) < 0 && e.msg[0] == '\0')
		abort();
	buf_free(&b);
	arena_free(&a);
	return 0;
}
