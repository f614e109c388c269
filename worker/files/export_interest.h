#ifndef FILES_EXPORT_INTEREST_H
#define FILES_EXPORT_INTEREST_H

/* Which members of an archive are read, and as what. */

#include "files/unpack.h"

enum export_interest {
	EXPORT_NONE,
	EXPORT_FILE,
	EXPORT_TABLE,  /* Strava's activities.csv */
	EXPORT_NAMES,  /* of a Garmin account's activities */
	EXPORT_HEALTH, /* it may be Apple's */
};

/* Of the present member of u. */
enum export_interest export_interest_in(
    const struct unpack *u, const struct unpack_member *m);
enum export_interest export_interest_in_name(const char *path);
/* Whether it is an archive with files of a Garmin account. */
bool export_is_part(const struct unpack_member *m);

#endif
