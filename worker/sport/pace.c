/* Speed as a pace, and a pace as text. */

#include "sport/pace.h"

#include <stdio.h>

#include "model/value.h"

#define PACE_MAX_S (99 * 60 + 59)

double
pace_s_per_km(double speed_mps)
{
	return speed_mps > 0 ? 1000 / speed_mps : VALUE_MISSING;
}

double
pace_s_per_100m(double speed_mps)
{
	return speed_mps > 0 ? 100 / speed_mps : VALUE_MISSING;
}

double
pace_to_speed(double s_per_km)
{
	return s_per_km > 0 ? 1000 / s_per_km : VALUE_MISSING;
}

void
pace_format(double seconds, char out[PACE_TEXT])
{
	long whole = -1;

	/* Compared as numbers first: lround() of what does not fit a long is
	 * not defined. */
	if (seconds >= 0 && seconds < PACE_MAX_S + 1)
		whole = lround(seconds);
	if (whole < 0 || whole > PACE_MAX_S)
		snprintf(out, PACE_TEXT, "-");
	else
		snprintf(out, PACE_TEXT, "%ld:%02ld", whole / 60, whole % 60);
}
