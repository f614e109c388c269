#ifndef BASE_TZ_H
#define BASE_TZ_H

/* Time zones by IANA name, read from the system's TZif files (RFC 8536),
 * footer rule included, so that days far ahead are right too. */

#include "base/err.h"

struct tz;

/* Zones are cached for the life of the process; the pointer stays valid.
 * "UTC" always exists.  Unknown or malformed names give NULL and e. */
const struct tz *tz_find(struct str name, struct err *e);
/* Seconds east of UTC at an instant. */
int32_t tz_offset_at(const struct tz *z, int64_t us);
/* Local day of an instant. */
int32_t tz_day_at(const struct tz *z, int64_t us);
/* First instant of a local day (the earlier one where clocks went back). */
int64_t tz_day_start(const struct tz *z, int32_t day);

#endif
