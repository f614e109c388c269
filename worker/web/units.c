#include "web/units.h"

#include "model/value.h"
#include "web/number.h"

/* Slower than that nobody moves, and there is no pace. */
#define STANDING_MPS 0.3

const char *
units_distance(struct arena *a, enum units u, double m)
{
	if (!value_has(m))
		return NULL;
	return u == UNITS_IMPERIAL
		   ? arena_printf(a, "%.1f mi", m / METRES_A_MILE)
		   : arena_printf(a, "%.1f km", m / 1000);
}

const char *
units_height(struct arena *a, enum units u, double m)
{
	if (!value_has(m))
		return NULL;
	return u == UNITS_IMPERIAL
		   ? arena_printf(a, "%.0f ft", m / METRES_A_FOOT)
		   : arena_printf(a, "%.0f m", m);
}

const char *
units_speed(struct arena *a, enum units u, double mps)
{
	if (!value_has(mps))
		return NULL;
	return u == UNITS_IMPERIAL
		   ? arena_printf(a, "%.1f mph", mps * 3600 / METRES_A_MILE)
		   : arena_printf(a, "%.1f km/h", mps * 3.6);
}

double
units_pace_m(enum units u)
{
	return u == UNITS_IMPERIAL ? METRES_A_MILE : 1000;
}

const char *
units_pace_name(enum units u)
{
	return u == UNITS_IMPERIAL ? "min/mi" : "min/km";
}

const char *
units_pace(struct arena *a, enum units u, double mps)
{
	if (!value_has(mps) || mps < STANDING_MPS)
		return NULL;
	return arena_printf(
	    a, "%s %s", pace_show(a, mps, units_pace_m(u)), units_pace_name(u));
}

const char *
units_weight(struct arena *a, enum units u, double kg)
{
	if (!value_has(kg))
		return NULL;
	return u == UNITS_IMPERIAL ? arena_printf(a, "%.1f lb", kg / KG_A_POUND)
				   : arena_printf(a, "%.1f kg", kg);
}

const char *
units_temperature(struct arena *a, enum units u, double celsius)
{
	if (!value_has(celsius))
		return NULL;
	return u == UNITS_IMPERIAL
		   ? arena_printf(a, "%.0f °F", celsius * 9 / 5 + 32)
		   : arena_printf(a, "%.0f °C", celsius);
}
