#ifndef SPORT_PMC_H
#define SPORT_PMC_H

/* Performance management chart: fitness (CTL), fatigue (ATL) and form (TSB)
 * from daily load (Coggan 2003, after Banister 1975), up to and including
 * today whether or not there was training. */

#include "base/arena.h"

enum pmc_factor {
	PMC_EXPONENTIAL, /* 1 - e^(-1/tau): Coggan, WKO; the default */
	PMC_RECIPROCAL,	 /* 1 / tau: TrainingPeaks */
	PMC_FACTOR_COUNT
};

/* History that CTL needs before it can be read without a seed. */
#define PMC_SETTLE_DAYS 90
#define PMC_MAX_DAYS	36525

struct pmc_settings {
	double ctl_days; /* time constant, 42 */
	double atl_days; /* 7 */
	enum pmc_factor factor;
	/* Known state at the end of seed_day; loads up to it do not count
	 * again.  INT32_MIN: no seed, both start at 0. */
	int32_t seed_day;
	double seed_ctl;
	double seed_atl;
};

#define PMC_DEFAULTS                                                           \
	((struct pmc_settings){ 42, 7, PMC_EXPONENTIAL, INT32_MIN, 0, 0 })

struct pmc_load {
	int32_t day; /* the athlete's local day */
	double load; /* NaN: the activity has none */
};

struct pmc_day {
	int32_t day;
	double load; /* sum of the day */
	double ctl;  /* at the end of the day */
	double atl;
	double tsb;	  /* yesterday's CTL - ATL: form for this day; 0 on the
			   * first day, NaN on the seed's */
	double ramp_rate; /* CTL points in the last 7 days; NaN at first */
};

/* A number of a day by its place: offsetof(struct pmc_day, ctl). */
static inline double
pmc_value(const struct pmc_day *d, size_t place)
{
	return *(const double *)(const void *)((const char *)d + place);
}

struct pmc {
	size_t n;
	struct pmc_day *day; /* every day, oldest first */
	size_t without_load; /* activities that had none */
	size_t after_end;    /* activities dated later than the last day */
	bool settled;	     /* seeded, or PMC_SETTLE_DAYS of history */
};

/* The chart up to today from loads in any order, several a day.  It begins at
 * the seed, whose day is shown as given (without a form), else at the first
 * load.  Empty when there is neither a load nor a seed by today.  Days more
 * than PMC_MAX_DAYS ago are left out. */
void pmc_compute(struct arena *a, struct pmc *out, const struct pmc_settings *s,
    const struct pmc_load *loads, size_t n, int32_t today);

/* The days after the last of `from` up to `until`, at most PMC_MAX_DAYS, with
 * planned loads; the same rules.  `from` may be empty: then it starts at the
 * first plan. */
void pmc_project(struct arena *a, struct pmc *out, const struct pmc_settings *s,
    const struct pmc *from, const struct pmc_load *planned, size_t n,
    int32_t until);

/* Share of the difference that one day closes. */
double pmc_daily_factor(enum pmc_factor f, double tau_days);
/* "1-exp(-1/tau)", "1/tau" */
const char *pmc_factor_name(enum pmc_factor f);

/* Friel's bands of TSB: over 25 transition; 5 to 25 fresh; -10 to 5 neutral;
 * -30 to -10 optimal; under -30 high risk. */
enum pmc_form {
	PMC_FORM_UNKNOWN,
	PMC_FORM_HIGH_RISK,
	PMC_FORM_OPTIMAL,
	PMC_FORM_NEUTRAL,
	PMC_FORM_FRESH,
	PMC_FORM_TRANSITION,
};

enum pmc_form pmc_form(double tsb);
const char *pmc_form_name(enum pmc_form f);    /* "high_risk", ... */
const char *pmc_form_meaning(enum pmc_form f); /* a sentence */

#endif
