#ifndef T_FUZZ_XML_FILES_H
#define T_FUZZ_XML_FILES_H

/* Any bytes as an XML file of one kind: read, or refused with a reason. */

#include <stdlib.h>

#include "base/buf.h"
#include "files/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline int
try_decoder(int (*decode)(struct result *r, struct str bytes, struct err *e),
    const uint8_t *data, size_t n)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct decoded d;
	struct result r;

	result_init(&r, a, &d, 0);
	if (decode(&r, str_make((const char *)data, n), &e) == 0)
		result_finish(&r);
	else if (e.msg[0] == '\0')
		abort();
	result_free(&r);
	arena_free(&a);
	return 0;
}

#endif
