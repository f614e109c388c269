#ifndef MCP_CHARTS_AXIS_H
#define MCP_CHARTS_AXIS_H

/* Where values stand along an axis, and which of them are named. */

#include "base/base.h"

struct axis {
	double from, to; /* values at its ends */
	double at, end;	 /* their places on the canvas */
};

double axis_place(const struct axis *a, double value);

/* Which values are round: 1, 2 or 5 times a power of ten; or, of seconds, what
 * divides a minute or an hour. */
enum roundness { ROUND_NUMBERS, ROUND_SECONDS };

/* The step of at most `most` round values between two. */
double axis_step(enum roundness r, double from, double to, int most);
/* A range of whole steps that holds two values, which may be the same; returns
 * the step. */
double axis_fit(
    struct axis *a, enum roundness r, double low, double high, int most);

#endif
