#ifndef AUTH_TOOLSET_H
#define AUTH_TOOLSET_H

/* Which tools of MCP a token's client is shown; every tool may be called
 * whatever is listed. */

#include "base/err.h"

enum toolset {
	TOOLSET_CORE,	/* what most people need; small */
	TOOLSET_LEGACY, /* core, and the names that older clients know */
	TOOLSET_ALL,
	TOOLSET_COUNT,
};

/* TOOLSET_COUNT when there is no such. */
enum toolset toolset_find(const char *name);
/* ERR_INVALID, which says which there are. */
NODISCARD int toolset_check(const char *name, struct err *e);

#endif
