#ifndef SPORT_TRIMP_H
#define SPORT_TRIMP_H

/* Training impulse from heart rate.  Series are bpm at 1 Hz, NaN or 0 where
 * missing.  Results are arbitrary units, 0 or more; NaN when a threshold is
 * missing or no sample is present. */

#include "model/athlete.h"

/* Share of the heart-rate reserve, held to 0..1: (hr - rest) / (max - rest). */
double trimp_hr_reserve(double hr_bpm, double rest_bpm, double max_bpm);

/* Banister 1991 (Morton, Fitz-Clarke & Banister 1990), minute by minute of
 * exercise: men x * 0.64 * e^(1.92 x), women x * 0.86 * e^(1.67 x), x the share
 * of heart-rate reserve.  When the sex is not known the men's curve, the first
 * published, is taken; callers say so. */
double trimp_banister(const double *hr_bpm, size_t n, double rest_bpm,
    double max_bpm, enum sex sex);
/* The same for a constant heart rate. */
double trimp_banister_constant(double minutes, double hr_bpm, double rest_bpm,
    double max_bpm, enum sex sex);

/* Edwards 1993: minutes in 50-60-70-80-90-100 % of HRmax times 1 to 5. */
double trimp_edwards(const double *hr_bpm, size_t n, double max_bpm);

/* Lucia 2003: minutes below VT1, between, and from VT2 up times 1, 2, 3. */
double trimp_lucia(
    const double *hr_bpm, size_t n, double vt1_bpm, double vt2_bpm);

#endif
