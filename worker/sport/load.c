/* Training load: the single formulas.  The choice between them is in
 * load_choice.c. */

#include "sport/load.h"

#include "sport/trimp.h"

#define HOUR_S 3600.0
#define POINTS 100.0 /* of one hour at threshold */

/* "none" to "rpe", and the titles of explain.def. */
static const struct {
	const char *name;
	const char *title;
} methods[LOAD_METHOD_COUNT] = {
	[LOAD_NONE] = { "none", "No load" },
	[LOAD_TSS] = { "tss", "Training Stress Score" },
	[LOAD_RTSS] = { "rtss", "Running Training Stress Score" },
	[LOAD_STSS] = { "stss", "Swimming Training Stress Score" },
	[LOAD_HRTSS] = { "hrtss", "Heart Rate Training Stress Score" },
	[LOAD_RPE] = { "rpe", "RPE Training Load" },
};

const char *
load_method_name(enum load_method m)
{
	return methods[m].name;
}

const char *
load_method_title(enum load_method m)
{
	return methods[m].title;
}

/* hours * (output / threshold)^power * 100 */
static double
rate(double duration_s, double output, double threshold, double power)
{
	if (!(duration_s >= 0) || !(output >= 0) || !(threshold > 0))
		return VALUE_MISSING;
	return duration_s / HOUR_S * pow(output / threshold, power) * POINTS;
}

double
load_tss(double duration_s, double normalized_w, double ftp_w)
{
	return rate(duration_s, normalized_w, ftp_w, 2);
}

double
load_rtss(double duration_s, double ngp_mps, double threshold_mps)
{
	return rate(duration_s, ngp_mps, threshold_mps, 2);
}

double
load_stss(double duration_s, double speed_mps, double css_mps)
{
	return rate(duration_s, speed_mps, css_mps, 3);
}

double
load_hrtss(double trimp, double lthr_bpm, double rest_bpm, double max_bpm,
    enum sex sex)
{
	double hour;

	if (!(trimp >= 0) || !(lthr_bpm > rest_bpm) || !(lthr_bpm <= max_bpm))
		return VALUE_MISSING;
	hour = trimp_banister_constant(60, lthr_bpm, rest_bpm, max_bpm, sex);
	return trimp / hour * POINTS;
}

static bool
is_rpe(double rpe)
{
	return rpe >= 0 && rpe <= 10;
}

double
load_rpe(double duration_s, double rpe)
{
	static const double an_hour[] = { 0, 20, 30, 40, 50, 60, 70, 80, 100,
		120, 140 };
	double below, points;

	if (!(duration_s >= 0) || !is_rpe(rpe))
		return VALUE_MISSING;
	below = fmin(floor(rpe), 9);
	points = an_hour[(int)below];
	points += (an_hour[(int)below + 1] - points) * (rpe - below);
	return duration_s / HOUR_S * points;
}

double
load_session_rpe(double duration_s, double rpe)
{
	if (!(duration_s >= 0) || !is_rpe(rpe))
		return VALUE_MISSING;
	return rpe * duration_s / 60;
}

double
load_implied_if(double load, double duration_s)
{
	if (!(load >= 0) || !(duration_s > 0))
		return VALUE_MISSING;
	return sqrt(load / POINTS / (duration_s / HOUR_S));
}
