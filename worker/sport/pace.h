#ifndef SPORT_PACE_H
#define SPORT_PACE_H

/* Speed as runners and swimmers read it. */

#include "base/base.h"

#define PACE_TEXT 16

/* Seconds a kilometre / a hundred metres; NaN for speeds not above 0. */
double pace_s_per_km(double speed_mps);
double pace_s_per_100m(double speed_mps);
/* Speed in m/s of a pace in seconds a kilometre. */
double pace_to_speed(double s_per_km);

/* "4:15"; rounds to whole seconds first, so 239.6 s is "4:00".  "-" when
 * missing, below 0 or over 99:59. */
void pace_format(double seconds, char out[PACE_TEXT]);

#endif
