#ifndef SPORT_LOAD_H
#define SPORT_LOAD_H

/* Training load: 100 points are one hour at threshold.  The single formulas,
 * and the choice between them for one activity. */

#include "model/activity.h"
#include "model/athlete.h"

/* In order of preference; the first whose data are there is taken. */
enum load_method {
	LOAD_NONE,
	LOAD_TSS,   /* power against FTP */
	LOAD_RTSS,  /* running pace against threshold pace */
	LOAD_STSS,  /* swimming pace against critical swim speed */
	LOAD_HRTSS, /* heart rate against LTHR */
	LOAD_RPE,   /* perceived exertion */
	LOAD_METHOD_COUNT
};

struct activity_load {
	enum load_method method;
	double value; /* points; NaN when none */
	double
	    intensity_factor; /* 1.0 is threshold; for heart rate and RPE the
			       * one that gives the same points in that time */
	double duration_s;    /* the time that was rated */
	double intensity;     /* what was rated: W, m/s, bpm or RPE */
	double threshold;     /* what it was rated against; NaN for RPE */
	bool from_samples;    /* false: from averages, which see no variation */
	char why[200];	      /* why this method, in a sentence */
	char better[200];     /* what a better one would need; "" when none */
};

/* Gaps in the samples up to this long are bridged, longer ones are pauses. */
#define LOAD_MAX_GAP_S 10
/* Samples must be present for this share of the moving time; what is missing
 * then counts like the rest. */
#define LOAD_MIN_COVERAGE 0.75

/* Training Stress Score (Coggan 2003): hours * IF^2 * 100. */
double load_tss(double duration_s, double normalized_w, double ftp_w);

/* Running TSS (McGregor & Skiba 2008): hours * (NGP / threshold)^2 * 100, both
 * speeds in m/s. */
double load_rtss(double duration_s, double ngp_mps, double threshold_mps);

/* Swimming TSS (TrainingPeaks): hours * (speed / CSS)^3 * 100; drag makes it a
 * cube.  CSS: Wakayoshi 1992. */
double load_stss(double duration_s, double speed_mps, double css_mps);

/* Heart-rate TSS: TRIMP (Banister 1991) as a share of the TRIMP of one hour at
 * LTHR, times 100. */
double load_hrtss(double trimp, double lthr_bpm, double rest_bpm,
    double max_bpm, enum sex sex);

/* Points by perceived exertion 0 to 10 (Friel, "Estimating TSS": 20 30 40 50
 * 60 70 80 100 120 140 an hour for 1 to 10, linear between, 0 at 0). */
double load_rpe(double duration_s, double rpe);

/* Session RPE (Foster 2001): RPE 0 to 10 times minutes, in its own units. */
double load_session_rpe(double duration_s, double rpe);

/* Intensity factor that gives these points in this time. */
double load_implied_if(double load, double duration_s);

/* "none", "tss", "rtss", "stss", "hrtss", "rpe"; the names explain.h knows. */
const char *load_method_name(enum load_method m);
const char *load_method_title(enum load_method m);

/* The load of an activity by the best method its data and the thresholds of
 * its day allow.  From samples: TSS (rides with FTP, runs with running FTP);
 * rTSS (runs with threshold pace); hrTSS (LTHR, rest and max heart rate).
 * sTSS rates distance over moving time.  Without samples the same by averages,
 * last RPE, else none.  Never fails: method LOAD_NONE says what is missing. */
void activity_load(const struct activity *a, const struct thresholds *t,
    enum sex sex, struct activity_load *out);

#endif
