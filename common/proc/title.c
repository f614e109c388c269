#include "proc/title.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/xalloc.h"

static char *area;
static size_t area_size;
static char **moved;

void
title_init(int argc, char **argv)
{
	char *end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	size_t n = 0;

	while (environ[n] != NULL)
		n++;
	moved = xcalloc(n + 1, sizeof(*moved));
	for (size_t i = 0; i < n; i++) {
		if (environ[i] == end)
			end += strlen(environ[i]) + 1;
		moved[i] = xstrdup(environ[i]);
	}
	environ = moved;
	area = argv[0];
	area_size = (size_t)(end - area);
}

void
title_set(const char *role)
{
	char name[16];

	snprintf(name, sizeof(name), "pierre-%s", role);
	prctl(PR_SET_NAME, name);
	if (area == NULL)
		return;
	memset(area, 0, area_size);
	snprintf(area, area_size, "pierre-mcp-server: %s", role);
}

void
title_free(void)
{
	if (moved == NULL)
		return;
	for (size_t i = 0; moved[i] != NULL; i++)
		free(moved[i]);
	free(moved);
	moved = NULL;
	environ = NULL;
}
