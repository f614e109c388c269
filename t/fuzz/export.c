/* Archives of any bytes: looked over, and handed out member by member. */

#include <stdlib.h>

#include "files/export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
decode(struct arena *a, const struct export_item *item)
{
	struct err e = ERR_INIT;
	struct decoded d;

	if (item->refused) {
		if (item->why.msg[0] == '\0')
			abort();
		return;
	}
	if (item->ready != NULL)
		d = *item->ready;
	else if (file_decode(a, item->bytes, NULL, &d, &e) < 0)
		d = (struct decoded){ .kind = "" };
	export_apply(a, &d, &item->hint);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct export_item item;
	struct export *x = export_open(
	    a, str_make((const char *)data, n), NULL, NULL, NULL, &e);

	if (x == NULL && e.msg[0] == '\0')
		abort();
	while (x != NULL && export_next(x, &item, &e) == 1)
		decode(a, &item);
	export_close(&x);
	arena_free(&a);
	return 0;
}
