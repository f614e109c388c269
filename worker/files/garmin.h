#ifndef FILES_GARMIN_H
#define FILES_GARMIN_H

/* The tables of a Garmin account's export (DI_CONNECT/...), arrays of objects
 * as JSON: nights (_sleepData.json), days (UDSFile_*.json), the state of health
 * with RMSSD (_healthStatusData.json), weights (_userBioMetrics.json).  Each
 * object is known by its members, so that the name does not matter. */

#include "files/result.h"

#define GARMIN_PROVIDER	 "garmin"
#define GARMIN_MAX_BYTES (16u << 20)

/* Whether bytes begin as JSON does. */
bool garmin_is_json(struct str bytes);
int garmin_decode(struct result *r, struct str bytes, struct err *e);

/* Names that a person gave to activities (_summarizedActivities.json), by when
 * they began. */
struct garmin_name {
	int64_t start_s;
	const char *name;
};

struct garmin_names {
	struct arena *a;
	struct buf list; /* struct garmin_name, in order */
};

/* Add what a table says; -1 when it cannot be read. */
NODISCARD int garmin_names_read(
    struct garmin_names *n, struct arena *a, struct str bytes, struct err *e);
/* The name of what began at that time, give or take two minutes; NULL. */
const char *garmin_name_at(const struct garmin_names *n, int64_t start_s);
void garmin_names_free(struct garmin_names *n);

#endif
