#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

/* Allocation that never returns NULL: out of memory aborts, since input
 * limits keep it out of reach from outside.  Free with free(). */

#include "base/base.h"

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *ptr, size_t size);
/* As xrealloc for count * size bytes; an overflow aborts. */
void *xreallocarray(void *ptr, size_t count, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

/* Overwrite with zeros in a way the compiler keeps. */
void wipe(void *ptr, size_t size);

#endif
