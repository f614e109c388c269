/* Any bytes as a form: the parser must stay inside them, and the pieces in
 * which they come must not matter.  The first byte says how to cut; the
 * boundary is what stands before the first NUL. */

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "http/multipart.h"
#include "http/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct multipart m;

static void
parse(const char *p, size_t n, size_t piece, struct buf *out)
{
	enum multipart_event event = MULTIPART_MORE;
	struct str in = STR_NULL, part;
	char *copy = NULL;
	size_t at = 0;

	while (event != MULTIPART_END && event != MULTIPART_BAD) {
		if (event == MULTIPART_MORE && at == n)
			break;
		if (event == MULTIPART_MORE) {
			/* Of just that size, so that reading beyond is seen. */
			free(copy);
			in.n = MIN(piece, n - at);
			copy = malloc(in.n);
			CHECK(copy != NULL);
			memcpy(copy, p + at, in.n);
			in.p = copy;
			at += in.n;
		}
		event = multipart_next(&m, &in, &part);
		if (event == MULTIPART_PART)
			buf_printf(out, "[%s|%s]", m.name, m.file_name);
		if (event == MULTIPART_DATA)
			buf_addstr(out, part);
		if (event == MULTIPART_PART_END)
			buf_addc(out, '.');
	}
	CHECK((event == MULTIPART_BAD) == (m.reason != NULL));
	CHECK(multipart_is_complete(&m) == (event == MULTIPART_END));
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = BUF_INIT, pieces = BUF_INIT, type = BUF_INIT;
	const char *p = (const char *)data + 1;
	const char *nul = size > 0 ? memchr(p, '\0', size - 1) : NULL;
	size_t head = nul != NULL ? (size_t)(nul - p) : 0;
	char name[32];
	size_t n;

	if (nul == NULL || head > 200)
		return 0;
	buf_printf(&type, "x; boundary=%s", p);
	if (params_file_name(buf_str(&type), name, sizeof(name), &n) > 0)
		CHECK(n < sizeof(name) && strchr(name, '/') == NULL);
	if (multipart_init(&m, buf_str(&type)) == 0) {
		parse(nul + 1, size - head - 2, size, &whole);
		CHECK(multipart_init(&m, buf_str(&type)) == 0);
		parse(nul + 1, size - head - 2, data[0] % 32u + 1, &pieces);
		CHECK(str_eq(buf_str(&whole), buf_str(&pieces)));
	}
	buf_free(&whole);
	buf_free(&pieces);
	buf_free(&type);
	return 0;
}
