/* Kinds of daily measurements: names and plausible ranges. */

#include "model/daily.h"

#include "base/check.h"

static const struct {
	const char *name;
	double low, high;
} kinds[DAILY_KIND_COUNT] = {
#define X(id, name, low, high) [DAILY_##id] = { name, low, high },
	DAILY_KINDS(X)
#undef X
};

const char *
daily_name(enum daily_kind k)
{
	CHECK(k < DAILY_KIND_COUNT);
	return kinds[k].name;
}

bool
daily_parse(struct str name, enum daily_kind *out)
{
	for (int k = 0; k < DAILY_KIND_COUNT; k++) {
		if (str_is(name, kinds[k].name)) {
			*out = (enum daily_kind)k;
			return true;
		}
	}
	return false;
}

void
daily_bounds(enum daily_kind k, double *low_r, double *high_r)
{
	CHECK(k < DAILY_KIND_COUNT);
	*low_r = kinds[k].low;
	*high_r = kinds[k].high;
}
