#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

/* A measured number is present, missing, or withheld by its provider.  In
 * memory a missing number is NaN; VALUE_RESTRICTED is a NaN with a payload of
 * its own, so that plain arithmetic treats both as "not there". */

#include <math.h>

#include "base/base.h"

#define VALUE_MISSING ((double)NAN)

double value_restricted(void);
bool value_is_restricted(double v);

static inline bool
value_has(double v)
{
	return !isnan(v);
}

#endif
