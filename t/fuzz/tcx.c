/* TCX files. */

#include <stdlib.h>

#include "base/buf.h"
#include "files/result.h"
#include "files/tcx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct decoded d;
	struct result r;

	result_init(&r, a, &d, 0);
	if (tcx_decode(&r, str_make((const char *)data, n), &e) == 0)
		result_finish(&r);
	else if (e.msg[0] == '\0')
		abort();
	result_free(&r);
	arena_free(&a);
	return 0;
}
