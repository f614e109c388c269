#ifndef SPORT_ZONES_H
#define SPORT_ZONES_H

/* Intensity zones from published tables, and the time spent in them.  A zone
 * is half-open, [low, high); the highest has no upper end.  Zones of one
 * scheme touch: where the table prints "81-89 %, 90-93 %", the next zone
 * begins at its printed lower end.  Coggan's power zones, printed with upper
 * ends ("up to 55 %, up to 75 %"), touch there instead. */

#include "model/athlete.h"

#define ZONES_MAX 7

enum zone_scheme {
	ZONES_NONE,
	ZONES_FRIEL_BIKE,    /* %LTHR, 7 (Friel, Triathlete's Training Bible) */
	ZONES_FRIEL_RUN,     /* %LTHR, 7 (same) */
	ZONES_KARVONEN,	     /* %HR reserve, 5 (Karvonen 1957) */
	ZONES_ACSM_HRMAX,    /* %HRmax, 5 (ACSM 2018) */
	ZONES_COGGAN_HR,     /* %LTHR, 5 (Allen & Coggan 2010) */
	ZONES_OLYMPIATOPPEN, /* %HRmax, 5 (Seiler 2010) */
	ZONES_COGGAN_POWER,  /* %FTP, 7 (Allen & Coggan 2010) */
	ZONES_SCHEME_COUNT
};

struct zone {
	const char *name;    /* "Z1" */
	const char *title;   /* "Active recovery" */
	double low;	     /* bpm or W, inclusive */
	double high;	     /* exclusive; INFINITY for the highest */
	double from_percent; /* as published; 0 and INFINITY when open */
	double to_percent;
};

struct zones {
	enum zone_scheme scheme;
	const char *reason; /* why this scheme, or why none */
	size_t n;
	struct zone zone[ZONES_MAX];
};

struct zone_times {
	size_t valid_s; /* below_s plus the sum of in_s */
	size_t below_s; /* under the lowest zone */
	size_t in_s[ZONES_MAX];
};

/* "friel_lthr_run", ... / who published it and when / what the percents are
 * of ("lthr", "hr_reserve", "hrmax", "ftp") / "bpm" or "W". */
const char *zones_scheme_name(enum zone_scheme s);
const char *zones_scheme_source(enum zone_scheme s);
const char *zones_scheme_basis(enum zone_scheme s);
const char *zones_scheme_unit(enum zone_scheme s);

/* Zones of a scheme for a reference value (LTHR, HRmax or FTP, as the scheme
 * says); rest_hr_bpm is used by heart-rate reserve alone.  false, and no zones,
 * when the values are missing or make no sense. */
bool zones_make(struct zones *out, enum zone_scheme s, double reference,
    double rest_hr_bpm);

/* Heart-rate zones by what is known: LTHR gives Friel (the bike table for
 * rides, the run table for all else); else HRmax and rest give Karvonen; else
 * HRmax gives %HRmax; else none.  out->reason says which and why. */
bool zones_choose_hr(
    struct zones *out, const struct thresholds *t, enum sport_family f);

/* Coggan's power zones from the FTP of the sport (rides; runs with a running
 * FTP of their own). */
bool zones_choose_power(
    struct zones *out, const struct thresholds *t, enum sport_family f);

/* Seconds in each zone of a 1 Hz series.  Missing samples do not count, nor do
 * heart rates of zero, which are dropouts; zero watts are coasting and count.
 */
void zones_time(
    struct zone_times *out, const struct zones *z, const double *v, size_t n);

#endif
