#include "proc/title.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/xalloc.h"

static char *area;
static size_t area_size;
/* The environment, moved away from what is written over.  Its texts are one
 * piece, since a variable may be removed from the list before we leave. */
static char **moved;
static char *texts;

static char **
move_environment(char **from, size_t n, size_t bytes)
{
	char *to = texts = xmalloc(bytes);

	moved = xcalloc(n + 1, sizeof(*moved));
	for (size_t i = 0; i < n; i++) {
		moved[i] = to;
		to = stpcpy(to, from[i]) + 1;
	}
	return moved;
}

void
title_init(int argc, char **argv)
{
	char *end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	size_t n = 0, bytes = 1;

	for (; environ[n] != NULL; n++) {
		if (environ[n] == end)
			end += strlen(environ[n]) + 1;
		bytes += strlen(environ[n]) + 1;
	}
	environ = move_environment(environ, n, bytes);
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
	free(texts);
	free(moved);
	texts = NULL;
	moved = NULL;
	environ = NULL;
}
