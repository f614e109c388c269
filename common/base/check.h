#ifndef BASE_CHECK_H
#define BASE_CHECK_H

/* Broken invariants.  CHECK() stays on in production and is never used on
 * input: a failed check is our bug, ends the process, and the master starts
 * another one. */

#include "base/base.h"

#define CHECK(cond)                                                            \
	((cond) ? (void)0 : check_failed(__FILE__, __LINE__, __func__, #cond))
#define BUG(what) check_failed(__FILE__, __LINE__, __func__, what)

/* Called with the finished one-line message just before abort(); the worker
 * uses it to leave its last words in shared memory.  Must be safe to call in
 * any state. */
typedef void check_hook(const char *message);

void check_set_hook(check_hook *hook);
NORETURN void check_failed(
    const char *file, int line, const char *func, const char *what);

#endif
