/* The methods of rating an activity: what each needs, and what it makes of it.
 */

#include "sport/load_methods.h"

#include <stdio.h>

#include "sport/grade.h"
#include "sport/pace.h"
#include "sport/power.h"
#include "sport/trimp.h"

static double
threshold_of(const struct load_job *j, enum threshold_kind k)
{
	double v = j->thresholds->of[k].value;

	return v > 0 ? v : VALUE_MISSING;
}

/* --- the bench ----------------------------------------------------------- */

static const double *
resample(struct load_job *j, const struct streams *s, enum stream_kind k)
{
	size_t n;
	const double *v = streams_resample(j->arena, s, k, LOAD_MAX_GAP_S, &n);

	if (v != NULL)
		j->n = n;
	return v;
}

static const double *
require_coverage(const struct load_job *j, const double *v)
{
	double time = value_has(j->moving_s) ? j->moving_s : (double)j->n;
	double valid = v != NULL ? (double)power_valid_s(v, j->n) : 0;

	return valid > 0 && valid >= LOAD_MIN_COVERAGE * time ? v : NULL;
}

/* Heart rates of 0 are dropouts; they go before lines are drawn to them. */
static void
drop_zero_hr(struct arena *a, struct streams *s)
{
	double *hr = s->v[STREAM_HR];

	if (hr == NULL)
		return;
	hr = arena_memdup(a, hr, s->n * sizeof(*hr));
	for (size_t i = 0; i < s->n; i++)
		if (!(hr[i] > 0))
			hr[i] = VALUE_MISSING;
	s->v[STREAM_HR] = hr;
}

void
load_lay_out(struct load_job *j)
{
	struct streams s;

	if (j->activity->streams == NULL || j->activity->streams->n == 0)
		return;
	s = *j->activity->streams;
	drop_zero_hr(j->arena, &s);
	if (j->family == FAMILY_RUN)
		streams_derive(j->arena, &s);
	j->power = require_coverage(j, resample(j, &s, STREAM_POWER));
	j->hr = require_coverage(j, resample(j, &s, STREAM_HR));
	if (j->family != FAMILY_RUN)
		return;
	j->speed = require_coverage(j, resample(j, &s, STREAM_SPEED));
	j->distance = resample(j, &s, STREAM_DISTANCE);
	j->altitude = resample(j, &s, STREAM_ALTITUDE);
}

/* The time that samples stand for: when some are missing the moving time, so
 * that dropouts do not make an activity easier. */
static double
rated_time(const struct load_job *j, const double *v)
{
	return fmax((double)power_valid_s(v, j->n), j->moving_s);
}

/* Whether the value is a load; if so the method is chosen. */
static bool
choose(struct activity_load *out, enum load_method m, double value)
{
	if (!isfinite(value))
		return false;
	out->method = m;
	out->value = value;
	return true;
}

/* --- power --------------------------------------------------------------- */

static enum threshold_kind
ftp_kind(const struct load_job *j)
{
	return j->family == FAMILY_RUN ? THRESHOLD_RUN_FTP_W : THRESHOLD_FTP_W;
}

static bool
power_applies(const struct load_job *j)
{
	return j->family == FAMILY_RIDE || j->family == FAMILY_RUN;
}

static const char *
power_lacks(const struct load_job *j)
{
	if (value_has(threshold_of(j, ftp_kind(j))))
		return NULL;
	return j->family == FAMILY_RUN ? "a functional threshold power for runs"
				       : "a functional threshold power";
}

static bool
power_has_data(const struct load_job *j)
{
	return j->power != NULL;
}

static bool
rate_watts(const struct load_job *j, double watts, double duration_s,
    struct activity_load *out)
{
	double ftp = threshold_of(j, ftp_kind(j));

	/* A meter that was off all the time rates nothing. */
	if (!(watts > 0) ||
	    !choose(out, LOAD_TSS, load_tss(duration_s, watts, ftp)))
		return false;
	out->duration_s = duration_s;
	out->intensity = watts;
	out->threshold = ftp;
	out->intensity_factor = power_intensity_factor(watts, ftp);
	return true;
}

static bool
power_rate(const struct load_job *j, struct activity_load *out)
{
	if (j->power == NULL || !rate_watts(j, power_normalized(j->power, j->n),
				    rated_time(j, j->power), out))
		return false;
	out->from_samples = true;
	snprintf(out->why, sizeof(out->why),
	    "Power by the second is there, and a functional threshold power "
	    "of %.0f W to rate it against.",
	    out->threshold);
	return true;
}

static bool
power_rate_average(const struct load_job *j, struct activity_load *out)
{
	if (!rate_watts(j, j->activity->sum.average_power_w, j->moving_s, out))
		return false;
	snprintf(out->why, sizeof(out->why),
	    "Only average power is there, rated against a functional "
	    "threshold power of %.0f W; it sees no variation.",
	    out->threshold);
	return true;
}

/* --- running pace -------------------------------------------------------- */

static bool
pace_applies(const struct load_job *j)
{
	return j->family == FAMILY_RUN;
}

static const char *
pace_lacks(const struct load_job *j)
{
	return value_has(threshold_of(j, THRESHOLD_RUN_PACE_MPS))
		   ? NULL
		   : "a threshold pace for runs";
}

static bool
pace_has_data(const struct load_job *j)
{
	return j->speed != NULL;
}

static bool
rate_run(const struct load_job *j, double mps, double duration_s,
    struct activity_load *out)
{
	double threshold = threshold_of(j, THRESHOLD_RUN_PACE_MPS);

	if (!(mps > 0) ||
	    !choose(out, LOAD_RTSS, load_rtss(duration_s, mps, threshold)))
		return false;
	out->duration_s = duration_s;
	out->intensity = mps;
	out->threshold = threshold;
	out->intensity_factor = mps / threshold;
	return true;
}

static bool
pace_rate(const struct load_job *j, struct activity_load *out)
{
	char pace[PACE_TEXT];
	double ngp;

	if (j->speed == NULL)
		return false;
	ngp = grade_ngp(j->arena, j->speed, j->distance, j->altitude, j->n);
	if (!rate_run(j, ngp, rated_time(j, j->speed), out))
		return false;
	out->from_samples = true;
	pace_format(pace_s_per_km(out->threshold), pace);
	snprintf(out->why, sizeof(out->why),
	    "Speed by the second is there%s, and a threshold pace of %s a "
	    "kilometre to rate it against.",
	    j->altitude != NULL ? ", with altitude" : " (without altitude)",
	    pace);
	return true;
}

static double
average_speed(const struct load_job *j)
{
	const struct summary *sum = &j->activity->sum;

	return value_has(sum->average_speed_mps)
		   ? sum->average_speed_mps
		   : sum->distance_m / j->moving_s;
}

static bool
pace_rate_average(const struct load_job *j, struct activity_load *out)
{
	char pace[PACE_TEXT];

	if (!rate_run(j, average_speed(j), j->moving_s, out))
		return false;
	pace_format(pace_s_per_km(out->threshold), pace);
	snprintf(out->why, sizeof(out->why),
	    "Only average pace is there, rated against a threshold pace of %s "
	    "a kilometre; it sees neither hills nor variation.",
	    pace);
	return true;
}

/* --- swimming pace ------------------------------------------------------- */

static bool
swim_applies(const struct load_job *j)
{
	return j->family == FAMILY_SWIM;
}

static const char *
swim_lacks(const struct load_job *j)
{
	return value_has(threshold_of(j, THRESHOLD_CSS_MPS))
		   ? NULL
		   : "a critical swim speed";
}

static bool
swim_has_data(const struct load_job *j)
{
	return j->activity->sum.distance_m > 0 && j->moving_s > 0;
}

static bool
swim_rate(const struct load_job *j, struct activity_load *out)
{
	double css = threshold_of(j, THRESHOLD_CSS_MPS);
	double mps = j->activity->sum.distance_m / j->moving_s;
	char pace[PACE_TEXT];

	if (!swim_has_data(j) ||
	    !choose(out, LOAD_STSS, load_stss(j->moving_s, mps, css)))
		return false;
	out->duration_s = j->moving_s;
	out->intensity = mps;
	out->threshold = css;
	out->intensity_factor = mps / css;
	pace_format(pace_s_per_100m(css), pace);
	snprintf(out->why, sizeof(out->why),
	    "Distance and moving time are there, and a critical swim speed of "
	    "%s a hundred metres to rate them against.",
	    pace);
	return true;
}

/* --- heart rate ---------------------------------------------------------- */

static bool
hr_applies(const struct load_job *j UNUSED)
{
	return true;
}

static const char *
hr_lacks(const struct load_job *j)
{
	double lthr = threshold_of(j, THRESHOLD_LTHR_BPM);
	double rest = threshold_of(j, THRESHOLD_REST_HR_BPM);
	double max = threshold_of(j, THRESHOLD_MAX_HR_BPM);

	if (!value_has(lthr))
		return "a threshold heart rate";
	if (!value_has(rest))
		return "a resting heart rate";
	if (!value_has(max))
		return "a maximum heart rate";
	if (lthr <= rest || lthr > max)
		return "a threshold heart rate between rest and maximum";
	return NULL;
}

static bool
hr_has_data(const struct load_job *j)
{
	return j->hr != NULL;
}

/* A TRIMP, earned at a mean heart rate, as points. */
static bool
rate_trimp(const struct load_job *j, double trimp, double bpm,
    double duration_s, struct activity_load *out)
{
	double lthr = threshold_of(j, THRESHOLD_LTHR_BPM);
	double load =
	    load_hrtss(trimp, lthr, threshold_of(j, THRESHOLD_REST_HR_BPM),
		threshold_of(j, THRESHOLD_MAX_HR_BPM), j->sex);

	if (!choose(out, LOAD_HRTSS, load))
		return false;
	out->duration_s = duration_s;
	out->intensity = bpm;
	out->threshold = lthr;
	out->intensity_factor = load_implied_if(load, duration_s);
	return true;
}

static const char *
curve_note(const struct load_job *j)
{
	return j->sex == SEX_UNKNOWN
		   ? " The men's curve is taken, as the sex is not known."
		   : "";
}

static bool
hr_rate(const struct load_job *j, struct activity_load *out)
{
	double valid, time, trimp;

	if (j->hr == NULL)
		return false;
	valid = (double)power_valid_s(j->hr, j->n);
	time = rated_time(j, j->hr);
	trimp =
	    trimp_banister(j->hr, j->n, threshold_of(j, THRESHOLD_REST_HR_BPM),
		threshold_of(j, THRESHOLD_MAX_HR_BPM), j->sex);
	if (!rate_trimp(
		j, trimp * time / valid, power_average(j->hr, j->n), time, out))
		return false;
	out->from_samples = true;
	snprintf(out->why, sizeof(out->why),
	    "Heart rate by the second is there, and a threshold heart rate of "
	    "%.0f bpm to rate it against.%s",
	    out->threshold, curve_note(j));
	return true;
}

static bool
hr_rate_average(const struct load_job *j, struct activity_load *out)
{
	double bpm = j->activity->sum.average_hr_bpm;
	double trimp = trimp_banister_constant(j->moving_s / 60, bpm,
	    threshold_of(j, THRESHOLD_REST_HR_BPM),
	    threshold_of(j, THRESHOLD_MAX_HR_BPM), j->sex);

	if (!rate_trimp(j, trimp, bpm, j->moving_s, out))
		return false;
	snprintf(out->why, sizeof(out->why),
	    "Only average heart rate is there, rated against a threshold of "
	    "%.0f bpm; it sees no variation.%s",
	    out->threshold, curve_note(j));
	return true;
}

/* --- perceived exertion -------------------------------------------------- */

bool
load_rate_rpe(const struct load_job *j, struct activity_load *out)
{
	double rpe = j->activity->rpe;

	/* No effort at all is how some sources say "not entered". */
	if (!(rpe > 0) || !choose(out, LOAD_RPE, load_rpe(j->moving_s, rpe)))
		return false;
	out->duration_s = j->moving_s;
	out->intensity = rpe;
	out->intensity_factor = load_implied_if(out->value, j->moving_s);
	snprintf(out->why, sizeof(out->why),
	    "A perceived exertion of %.3g of 10 is there, and nothing better.",
	    rpe);
	return true;
}

/* --- the table ----------------------------------------------------------- */

const struct load_method_record load_methods[LOAD_HRTSS + 1] = {
	[LOAD_TSS] = { power_applies, power_lacks, power_has_data,
	    "power by the second", power_rate, power_rate_average },
	[LOAD_RTSS] = { pace_applies, pace_lacks, pace_has_data,
	    "speed by the second", pace_rate, pace_rate_average },
	[LOAD_STSS] = { swim_applies, swim_lacks, swim_has_data,
	    "distance and moving time", swim_rate, NULL },
	[LOAD_HRTSS] = { hr_applies, hr_lacks, hr_has_data,
	    "heart rate by the second", hr_rate, hr_rate_average },
};
