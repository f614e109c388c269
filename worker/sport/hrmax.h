#ifndef SPORT_HRMAX_H
#define SPORT_HRMAX_H

/* Maximum heart rate.  A measured one is better than any formula: all of them
 * miss by 7 to 11 bpm (standard error of estimate). */

#include "model/athlete.h"

enum hrmax_formula {
	HRMAX_FOX,		 /* Fox, Naughton & Haskell 1971 */
	HRMAX_TANAKA,		 /* Tanaka, Monahan & Seals 2001 */
	HRMAX_GELLISH,		 /* Gellish 2007, linear */
	HRMAX_GELLISH_NONLINEAR, /* Gellish 2007 */
	HRMAX_NES,		 /* Nes 2013 (HUNT) */
	HRMAX_GULATI,		 /* Gulati 2010, women */
	HRMAX_INBAR,		 /* Inbar 1994 */
	HRMAX_FORMULA_COUNT
};

struct hrmax_estimate {
	double bpm;
	double low_bpm; /* one standard error of estimate down */
	double high_bpm;
	enum hrmax_formula formula;
};

const char *hrmax_formula_name(enum hrmax_formula f);
const char *hrmax_formula_source(enum hrmax_formula f);

/* bpm at an age in years (5 to 110, else NaN). */
double hrmax_by(enum hrmax_formula f, double age_y);

/* Tanaka, for women Gulati, with its band.  false when the age is not known. */
bool hrmax_estimate(struct hrmax_estimate *out, double age_y, enum sex sex);

/* 99.9th percentile of the plausible samples (30 to 240 bpm), whole bpm: what
 * was reached, without single spikes.  NaN under 600 samples. */
double hrmax_observed(const double *hr_bpm, size_t n);

#endif
