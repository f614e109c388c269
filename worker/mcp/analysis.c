#include "mcp/analysis.h"

#include "sport/grade.h"
#include "sport/power.h"
#include "sport/trimp.h"

/* The distances people compare themselves over; 0 ends a row. */
static const double run_distances[] = { 400, 1000, 1609.344, 5000, 10000,
	21097.5, 42195, 0 };
static const double ride_distances[] = { 5000, 10000, 20000, 40000, 100000, 0 };
static const double swim_distances[] = { 100, 200, 400, 1000, 1500, 0 };
static const double walk_distances[] = { 1000, 5000, 10000, 0 };

static struct series
read_series(const struct analysis_input *in, enum stream_kind k)
{
	const struct streams *s = in->activity->streams;
	struct series out = { .v = NULL };

	if (s != NULL && streams_has(s, k))
		out.v =
		    streams_resample(in->arena, s, k, LOAD_MAX_GAP_S, &out.n);
	out.valid_s = out.v != NULL ? power_valid_s(out.v, out.n) : 0;
	return out;
}

static void
look_at_time(const struct streams *s, struct analysis *out)
{
	int32_t step;

	if (s == NULL || s->n == 0)
		return;
	out->seconds = (size_t)s->t_s[s->n - 1] + 1;
	out->moving_s = 1;
	for (size_t i = 1; i < s->n; i++) {
		step = s->t_s[i] - s->t_s[i - 1];
		if (step > LOAD_MAX_GAP_S)
			out->pauses++;
		else
			out->moving_s += (size_t)step;
	}
}

static double
ftp_of(const struct analysis_input *in, enum sport_family f)
{
	if (f == FAMILY_RIDE)
		return in->thresholds->of[THRESHOLD_FTP_W].value;
	if (f == FAMILY_RUN)
		return in->thresholds->of[THRESHOLD_RUN_FTP_W].value;
	return VALUE_MISSING;
}

static void
rate_power(const struct analysis_input *in, struct analysis *out)
{
	const struct series *p = &out->power;

	out->power = read_series(in, STREAM_POWER);
	out->ftp_w = ftp_of(in, out->family);
	if (p->v == NULL)
		return;
	out->average_w = power_average(p->v, p->n);
	out->normalized_w = power_normalized(p->v, p->n);
	out->xpower_w = power_xpower(p->v, p->n);
	out->intensity_factor =
	    power_intensity_factor(out->normalized_w, out->ftp_w);
	out->variability_index =
	    power_variability_index(out->normalized_w, out->average_w);
	out->work_kj = power_work_kj(p->v, p->n);
	out->power_curve = bests_curve(in->arena, p->v, p->n, bests_durations,
	    bests_durations_n, &out->n_power_curve);
	if (zones_choose_power(&out->power_zones, in->thresholds, out->family))
		zones_time(&out->power_times, &out->power_zones, p->v, p->n);
}

/* A heart does not stop: 0 bpm is a strap that lost contact.  Gone before
 * lines are drawn to it. */
static size_t
drop_zeros(double *hr_bpm, size_t n)
{
	size_t dropped = 0;

	for (size_t i = 0; i < n; i++) {
		if (hr_bpm[i] == 0) {
			hr_bpm[i] = VALUE_MISSING;
			dropped++;
		}
	}
	return dropped;
}

static double
largest(const struct series *s)
{
	double max = VALUE_MISSING;

	for (size_t i = 0; i < s->n; i++)
		max = fmax(max, s->v[i]);
	return max;
}

static void
rate_heart(const struct analysis_input *in, struct analysis *out)
{
	const struct threshold *t = in->thresholds->of;
	const struct streams *s = in->activity->streams;
	const struct series *h = &out->hr;

	if (s != NULL && streams_has(s, STREAM_HR))
		out->hr_dropouts = drop_zeros(s->v[STREAM_HR], s->n);
	out->hr = read_series(in, STREAM_HR);
	if (h->v == NULL)
		return;
	out->average_hr_bpm = power_average(h->v, h->n);
	out->max_hr_bpm = largest(h);
	out->trimp = trimp_banister(h->v, h->n, t[THRESHOLD_REST_HR_BPM].value,
	    t[THRESHOLD_MAX_HR_BPM].value, in->sex);
	out->trimp_edwards =
	    trimp_edwards(h->v, h->n, t[THRESHOLD_MAX_HR_BPM].value);
	out->hr_curve = bests_curve(in->arena, h->v, h->n, bests_durations,
	    bests_durations_n, &out->n_hr_curve);
	if (zones_choose_hr(&out->hr_zones, in->thresholds, out->family))
		zones_time(&out->hr_times, &out->hr_zones, h->v, h->n);
}

/* Speed as it would have been on the level; NULL when there is none. */
static const double *
rate_pace(const struct analysis_input *in, struct analysis *out)
{
	struct series distance = read_series(in, STREAM_DISTANCE);
	struct series altitude = read_series(in, STREAM_ALTITUDE);
	const double *adjusted;

	out->speed = read_series(in, STREAM_SPEED);
	if (out->speed.v == NULL)
		return NULL;
	out->ngp_mps = grade_ngp(
	    in->arena, out->speed.v, distance.v, altitude.v, out->speed.n);
	adjusted = grade_adjusted_series(
	    in->arena, out->speed.v, distance.v, altitude.v, out->speed.n);
	out->gap_mps = power_average(adjusted, out->speed.n);
	return adjusted;
}

/* Output per heart beat, by power where it was recorded, else by pace. */
static void
rate_efficiency(const struct analysis_input *in, const double *adjusted,
    struct analysis *out)
{
	const double *output = NULL;
	double rated = VALUE_MISSING;

	if (out->hr.v == NULL)
		return;
	if (analysis_coverage(out, &out->power) >= LOAD_MIN_COVERAGE) {
		output = out->power.v;
		rated = out->normalized_w;
		out->output = "power";
	} else if (adjusted != NULL && out->family == FAMILY_RUN) {
		output = adjusted;
		rated = out->ngp_mps * 60;
		out->output = "graded_pace";
	}
	if (output == NULL)
		return;
	out->efficiency_factor =
	    power_efficiency_factor(rated, out->average_hr_bpm);
	if (out->seconds >= in->warm_up_s + ANALYSIS_DECOUPLING_S)
		out->decoupling_percent = power_decoupling(
		    output, out->hr.v, out->hr.n, in->warm_up_s);
}

static const double *
distances_of(enum sport_family f)
{
	static const double none[] = { 0 };

	switch (f) {
	case FAMILY_RUN:
		return run_distances;
	case FAMILY_RIDE:
		return ride_distances;
	case FAMILY_SWIM:
		return swim_distances;
	case FAMILY_WALK:
		return walk_distances;
	case FAMILY_OTHER:
	case FAMILY_STRENGTH:
		break;
	}
	return none;
}

static void
find_distances(const struct analysis_input *in, struct analysis *out)
{
	const struct streams *s = in->activity->streams;
	const double *d = distances_of(out->family);

	if (s == NULL || !streams_has(s, STREAM_DISTANCE))
		return;
	for (; *d > 0 && out->n_distances < ANALYSIS_MAX_DISTANCES; d++) {
		if (bests_fastest(in->arena, s->t_s, s->v[STREAM_DISTANCE],
			s->n, *d, &out->distances[out->n_distances]))
			out->n_distances++;
	}
}

void
analysis_make(const struct analysis_input *in, struct analysis *out)
{
	const double *adjusted = NULL;

	*out = (struct analysis){
		.family = sport_type_family(in->activity->sport),
		.average_w = VALUE_MISSING,
		.normalized_w = VALUE_MISSING,
		.xpower_w = VALUE_MISSING,
		.ftp_w = VALUE_MISSING,
		.intensity_factor = VALUE_MISSING,
		.variability_index = VALUE_MISSING,
		.work_kj = VALUE_MISSING,
		.average_hr_bpm = VALUE_MISSING,
		.max_hr_bpm = VALUE_MISSING,
		.trimp = VALUE_MISSING,
		.trimp_edwards = VALUE_MISSING,
		.ngp_mps = VALUE_MISSING,
		.gap_mps = VALUE_MISSING,
		.efficiency_factor = VALUE_MISSING,
		.decoupling_percent = VALUE_MISSING,
	};
	if (in->activity->streams != NULL)
		streams_derive(in->arena, in->activity->streams);
	activity_load(in->activity, in->thresholds, in->sex, &out->load);
	look_at_time(in->activity->streams, out);
	rate_power(in, out);
	rate_heart(in, out);
	if (out->family == FAMILY_RUN || out->family == FAMILY_WALK)
		adjusted = rate_pace(in, out);
	rate_efficiency(in, adjusted, out);
	find_distances(in, out);
}

double
analysis_coverage(const struct analysis *a, const struct series *s)
{
	if (s->v == NULL || a->moving_s == 0)
		return 0;
	return fmin(1, (double)s->valid_s / (double)a->moving_s);
}
