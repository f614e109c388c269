/* The end of a process whose invariants no longer hold: say what and where on
 * standard error, tell the hook, abort. */

#include "base/check.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Atomic(check_hook *) hook;

void
check_set_hook(check_hook *fn)
{
	atomic_store(&hook, fn);
}

void
check_failed(const char *file, int line, const char *func, const char *what)
{
	char message[512];
	check_hook *fn = atomic_exchange(&hook, NULL);
	int n;

	n = snprintf(message, sizeof(message), "panic: %s:%d: %s: %s\n", file,
	    line, func, what);
	if (n > 0 && write(STDERR_FILENO, message, strlen(message)) < 0)
		n = 0; /* nothing is left to complain to */
	if (n > 0 && fn != NULL)
		fn(message);
	abort();
}
