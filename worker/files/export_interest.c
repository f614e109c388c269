/* Which members of an archive are read, by their names. */

#include "files/export_interest.h"

static bool
ends(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n >= m && str_ieq(str_make(path + n - m, m), str_of(suffix));
}

/* What systems put beside the files of their users. */
static bool
is_litter(const char *path)
{
	const char *slash = strrchr(path, '/');

	return str_starts(str_of(path), STR("__MACOSX/")) ||
	       str_starts(str_of(slash != NULL ? slash + 1 : path), STR("._"));
}

/* Archives are of interest in so far as the person has to unpack them. */
static bool
is_wanted_name(const char *path)
{
	static const char *const suffixes[] = { ".fit", ".gpx", ".tcx",
		".fit.gz", ".gpx.gz", ".tcx.gz", ".zip", ".tar", ".tgz",
		".tar.gz", ".7z", ".rar" };

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (ends(path, suffixes[i]))
			return true;
	return false;
}

/* Tables of a Garmin export that are files to us. */
static bool
is_garmin_table(const char *path)
{
	const char *slash = strrchr(path, '/');

	return ends(path, "_sleepData.json") ||
	       ends(path, "_healthStatusData.json") ||
	       ends(path, "_userBioMetrics.json") ||
	       (ends(path, ".json") &&
		   str_starts(str_of(slash != NULL ? slash + 1 : path),
		       STR("UDSFile_")));
}

enum export_interest
export_interest_in_name(const char *path)
{
	if (strcmp(path, "activities.csv") == 0 ||
	    ends(path, "/activities.csv"))
		return EXPORT_TABLE;
	if (ends(path, "_summarizedActivities.json"))
		return EXPORT_NAMES;
	if (ends(path, ".xml"))
		return EXPORT_HEALTH;
	return is_wanted_name(path) || is_garmin_table(path) ? EXPORT_FILE
							     : EXPORT_NONE;
}

enum export_interest
export_interest_in(const struct unpack *u, const struct unpack_member *m)
{
	struct err e = ERR_INIT;

	/* A gzipped file says nothing of its name. */
	if (m->path[0] == '\0')
		return EXPORT_FILE;
	if (is_litter(m->path))
		return EXPORT_NONE;
	/* Whoever packs such paths shall hear of it. */
	if (unpack_check(u, &e) < 0 && e.code == ERR_INVALID)
		return EXPORT_FILE;
	return m->is_dir ? EXPORT_NONE : export_interest_in_name(m->path);
}

bool
export_is_part(const struct unpack_member *m)
{
	return !m->is_dir && ends(m->path, ".zip") &&
	       strstr(m->path, "DI-Connect-Uploaded-Files/") != NULL;
}
