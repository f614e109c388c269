#include "base/xalloc.h"
#include "child.h"
#include "tap.h"

#include <stdlib.h>

static volatile size_t huge = SIZE_MAX / 2 + 2;
static void *volatile kept;

static void
multiply_over(void)
{
	kept = xreallocarray(NULL, huge, 2);
}

static void
clear_too_much(void)
{
	kept = xcalloc(huge, 4);
}

static void
ask_too_much(void)
{
	kept = xmalloc(SIZE_MAX / 2 + huge / 4);
}

int
main(void)
{
	char *p = xmalloc(0), *q = xcalloc(0, 8);
	unsigned char *z = xcalloc(100, 3);
	char secret[16] = "secret";
	int dirty = 0;

	ok(p != NULL && q != NULL, "nothing is something");
	p = xrealloc(p, 0);
	ok(p != NULL, "also when shrunk");
	for (int i = 0; i < 300; i++)
		dirty += z[i];
	is_int(dirty, 0, "cleared");
	free(z);
	p = xreallocarray(p, 5, 2);
	memcpy(p, "123456789", 10);
	p = xrealloc(p, 10000);
	is_str(p, "123456789", "contents move along");
	free(p);
	free(q);
	p = xstrdup("abc");
	q = xstrndup("abcdef", 3);
	ok(p != q && strcmp(p, "abc") == 0 && strcmp(q, p) == 0, "copies");
	free(p);
	free(q);
	q = xstrndup("", 0);
	is_str(q, "", "an empty copy");
	free(q);
	wipe(secret, sizeof(secret));
	is_int(secret[0] | secret[5], 0, "wiped");
	wipe(NULL, 0);
	ok(child_dies(multiply_over), "an overflow ends the process");
	ok(child_dies(clear_too_much), "in calloc too");
	ok(child_dies(ask_too_much), "and what cannot be had");
	return tap_done();
}
