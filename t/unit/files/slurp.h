#ifndef T_UNIT_FILES_SLURP_H
#define T_UNIT_FILES_SLURP_H

#include <stdio.h>

#include "base/buf.h"

/* Append a whole file; -1 when it cannot be opened. */
static inline int
slurp(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return -1;
	while ((n = fread(buf_reserve(b, 65536), 1, 65536, f)) > 0)
		b->n += n;
	fclose(f);
	return 0;
}

#endif
