#ifndef SPORT_LTHR_H
#define SPORT_LTHR_H

/* Heart rate at lactate threshold from tests and rules of thumb.  Series are
 * bpm at 1 Hz, NaN or 0 where missing. */

#include "base/base.h"

/* 30-minute solo time trial (Friel): mean of its last 20 minutes.  The series
 * is the trial; NaN when it is under 30 minutes or over 5 % missing. */
double lthr_time_trial(const double *hr_bpm, size_t n);

/* 95 % of the mean of a maximal 20-minute effort (cycling proxy). */
double lthr_from_20min(double hr_bpm);

/* Rule of thumb, an estimate only: 88 to 91 % of HRmax. */
void lthr_from_hrmax(double hrmax_bpm, double *low_r, double *high_r);

#endif
