#include "auth/toolset.h"

static const char *const names[TOOLSET_COUNT] = {
	[TOOLSET_CORE] = "core",
	[TOOLSET_LEGACY] = "legacy",
	[TOOLSET_ALL] = "all",
};

enum toolset
toolset_find(const char *name)
{
	int set = 0;

	while (set < TOOLSET_COUNT && strcmp(names[set], name) != 0)
		set++;
	return (enum toolset)set;
}

int
toolset_check(const char *name, struct err *e)
{
	if (toolset_find(name) < TOOLSET_COUNT)
		return 0;
	return err_set(e, ERR_INVALID,
	    "toolset: \"%.40s\" is none of core, legacy, all", name);
}
