#include "proc/program.h"

#include <string.h>

const char *
program_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	return strcmp(name, "pierrectl") == 0 ? "pierrectl"
					      : "pierre-mcp-server";
}
