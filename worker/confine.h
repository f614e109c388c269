#ifndef WORKER_CONFINE_H
#define WORKER_CONFINE_H

/* What the processes of this side may still do once they serve. */

#include "base/err.h"

struct heritage;

/* Go into the sandbox; before there are threads. */
NODISCARD int confine(const struct heritage *h, struct err *e);
/* The same, but before that let others try to get out; the log says in one line
 * how far the walls go and whether they held. */
NODISCARD int confine_aloud(const struct heritage *h, struct err *e);

#endif
