/* Any bytes as a header of the PROXY protocol: the parser must stay inside
 * them, say the same of them again, and want more of every part of a good
 * one. */

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "http/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
parse(const uint8_t *data, size_t n, struct proxy_header *out)
{
	char *copy = malloc(n + (n == 0));
	int rc;

	CHECK(copy != NULL);
	memcpy(copy, data, n);
	rc = proxy_parse(copy, n, out);
	free(copy);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_header h, part;
	int rc = parse(data, size, &h);

	CHECK(rc >= 0 || h.reason != NULL);
	CHECK(rc != 0 || size < PROXY_HEADER_MAX);
	if (rc != 1)
		return 0;
	CHECK(h.n > 0 && h.n <= size && h.n <= PROXY_HEADER_MAX);
	CHECK(h.client.ss_family == AF_UNSPEC ||
	      h.client.ss_family == AF_INET || h.client.ss_family == AF_INET6);
	for (size_t n = 0; n < h.n; n++)
		CHECK(parse(data, n, &part) == 0);
	CHECK(parse(data, h.n, &part) == 1 && part.n == h.n);
	return 0;
}
