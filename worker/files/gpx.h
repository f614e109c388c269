#ifndef FILES_GPX_H
#define FILES_GPX_H

/* GPX 1.0 and 1.1 with the extensions of Garmin, Cluetrust and Strava.  Every
 * track with times is an activity. */

#include "files/result.h"

int gpx_decode(struct result *r, struct str bytes, struct err *e);

#endif
