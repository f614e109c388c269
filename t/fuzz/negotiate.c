/* Any bytes as the headers by which a client asks for a part, a version or a
 * coding: what is found lies in the body. */

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "http/negotiate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_range(struct str header, size_t n)
{
	size_t from = 0, count = 0;

	if (range_read(header, n, &from, &count) == 1)
		CHECK(count > 0 && from < n && count <= n - from);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = { 0, 1, 1000, SIZE_MAX };
	/* Of just that size, so that reading beyond is seen. */
	char *copy = malloc(size + (size == 0));
	struct str header = str_make(copy, size);

	CHECK(copy != NULL);
	memcpy(copy, data, size);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		check_range(header, sizes[i]);
	if (etag_is_listed(header, STR("\"a\""), ETAG_STRONG))
		CHECK(etag_is_listed(header, STR("\"a\""), ETAG_WEAK));
	accepts_gzip(header);
	free(copy);
	return 0;
}
