#ifndef WEB_UNITS_H
#define WEB_UNITS_H

/* Measures as the person reads them, metric or imperial; NULL where there is no
 * value. */

#include "base/arena.h"
#include "model/athlete.h"

#define METRES_A_MILE 1609.344
#define METRES_A_FOOT 0.3048
#define METRES_A_YARD 0.9144
#define KG_A_POUND    0.45359237

/* "42.2 km", "26.2 mi" */
const char *units_distance(struct arena *a, enum units u, double m);
/* "312 m", "1024 ft": of climbing */
const char *units_height(struct arena *a, enum units u, double m);
/* "31.2 km/h", "19.4 mph" */
const char *units_speed(struct arena *a, enum units u, double mps);
/* "4:10 min/km", "6:42 min/mi" */
const char *units_pace(struct arena *a, enum units u, double mps);
/* The length that a runner's pace is told by, and how it is called. */
double units_pace_m(enum units u);
const char *units_pace_name(enum units u);
/* "64.2 kg", "141.5 lb" */
const char *units_weight(struct arena *a, enum units u, double kg);
/* "18 °C", "64 °F" */
const char *units_temperature(struct arena *a, enum units u, double celsius);

#endif
