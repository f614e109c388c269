/* Numbers that are not there, and why. */

#include "model/value.h"

#include <string.h>

/* A quiet NaN; the payload spells "rest" so that no operation makes it by
 * chance. */
static const uint64_t restricted_bits = UINT64_C(0x7ff8000072657374);

double
value_restricted(void)
{
	double v;

	memcpy(&v, &restricted_bits, sizeof(v));
	return v;
}

bool
value_is_restricted(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	/* Some operations flip the sign of a NaN; the payload stays. */
	return (bits & INT64_MAX) == restricted_bits;
}
