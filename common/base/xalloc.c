/* Allocation that succeeds or ends the process. */

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

void *
xmalloc(size_t size)
{
	void *p = malloc(size != 0 ? size : 1);

	CHECK(p != NULL);
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count != 0 ? count : 1, size != 0 ? size : 1);

	CHECK(p != NULL);
	return p;
}

void *
xrealloc(void *ptr, size_t size)
{
	void *p = realloc(ptr, size != 0 ? size : 1);

	CHECK(p != NULL);
	return p;
}

void *
xreallocarray(void *ptr, size_t count, size_t size)
{
	void *p =
	    reallocarray(ptr, count != 0 ? count : 1, size != 0 ? size : 1);

	CHECK(p != NULL);
	return p;
}

char *
xstrndup(const char *s, size_t n)
{
	char *p = xmalloc(n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

void
wipe(void *ptr, size_t size)
{
	if (size > 0)
		explicit_bzero(ptr, size);
}
