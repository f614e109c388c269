/* Variability against values that were computed by hand. */

#include "sport/hrv.h"

#include <math.h>

#include "tap.h"

#define REPEAT 6

/* 800 810 790 805 795, again and again; alone it is RMSSD 14.361407. */
static size_t
fill(uint16_t ms[REPEAT * 5])
{
	static const uint16_t five[] = { 800, 810, 790, 805, 795 };

	for (size_t i = 0; i < REPEAT * 5; i++)
		ms[i] = five[i % 5];
	return REPEAT * 5;
}

int
main(void)
{
	uint16_t ms[REPEAT * 5 + 1];
	size_t n = fill(ms);
	struct hrv h;

	/* Differences 10 -20 15 -10, and 5 where the five begin anew. */
	hrv_compute(ms, n, &h);
	is_near(h.rmssd_ms,
	    sqrt((REPEAT * 825.0 + (REPEAT - 1) * 25.0) / (REPEAT * 5 - 1)),
	    1e-9, "RMSSD");
	is_near(h.sdnn_ms, sqrt(REPEAT * 250.0 / (REPEAT * 5 - 1)), 1e-9,
	    "SDNN, of a sample");
	is_int(h.removed, 0, "no artefact");
	/* A beat that was missed: two intervals in one. */
	ms[12] = 1600;
	hrv_compute(ms, n, &h);
	is_int(h.removed, 1, "a missed beat is an artefact");
	ok(h.rmssd_ms < 15 && h.sdnn_ms < 8, "and changes little: %.1f, %.1f",
	    h.rmssd_ms, h.sdnn_ms);
	ms[0] = 300;
	hrv_compute(ms, n, &h);
	is_int(h.removed, 2, "so is an extra one, at the beginning too");
	hrv_compute(ms, HRV_LEAST - 1, &h);
	ok(isnan(h.rmssd_ms) && isnan(h.sdnn_ms), "too few say nothing");
	hrv_compute(ms, 0, &h);
	ok(h.beats == 0 && isnan(h.rmssd_ms), "nor do none");
	return tap_done();
}
