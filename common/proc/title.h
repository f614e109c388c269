#ifndef PROC_TITLE_H
#define PROC_TITLE_H

/* What ps(1) shows. */

#include "base/base.h"

/* Remember where the arguments and the environment lie; moves the environment
 * out of the way.  Once, from main(). */
void title_init(int argc, char **argv);
/* "pierre-mcp-server: worker 3" */
void title_set(const char *role);
/* The memory that title_init() took, for a clean end. */
void title_free(void);

#endif
