#ifndef FILES_TCX_H
#define FILES_TCX_H

/* Garmin's Training Center XML, with the extensions for speed and power.
 * Courses and workouts are valid and hold no activity. */

#include "files/result.h"

int tcx_decode(struct result *r, struct str bytes, struct err *e);

#endif
