/* Activities: what follows from the samples when the source did not say it. */

#include "model/activity.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* Height changes smaller than this are the barometer's noise. */
#define CLIMB_M	       3.0
#define MEDIAN_SAMPLES 5

/* The samples [from, to) of an activity. */
struct range {
	const struct streams *s;
	size_t from, to;
};

void
summary_init(struct summary *s)
{
	*s = (struct summary){
		.elapsed_s = VALUE_MISSING,
		.moving_s = VALUE_MISSING,
		.distance_m = VALUE_MISSING,
		.elevation_gain_m = VALUE_MISSING,
		.elevation_loss_m = VALUE_MISSING,
		.average_speed_mps = VALUE_MISSING,
		.max_speed_mps = VALUE_MISSING,
		.average_hr_bpm = VALUE_MISSING,
		.max_hr_bpm = VALUE_MISSING,
		.average_power_w = VALUE_MISSING,
		.max_power_w = VALUE_MISSING,
		.average_cadence_rpm = VALUE_MISSING,
		.max_cadence_rpm = VALUE_MISSING,
		.calories_kcal = VALUE_MISSING,
		.average_temperature_c = VALUE_MISSING,
	};
}

void
activity_init(struct activity *a)
{
	*a = (struct activity){
		.provider = "",
		.external_id = "",
		.name = "",
		.device = "",
		.gear = "",
		.sport = SPORT_OTHER,
		.start_latitude_deg = VALUE_MISSING,
		.start_longitude_deg = VALUE_MISSING,
		.rpe = VALUE_MISSING,
	};
	summary_init(&a->sum);
}

static void
fill(double *to, double v)
{
	if (isnan(*to) && !value_is_restricted(*to))
		*to = v;
}

/* How long sample i stands for. */
static int32_t
weight_of(const struct range *r, size_t i)
{
	if (i + 1 >= r->to || streams_is_pause(r->s, i + 1))
		return 1;
	return r->s->t_s[i + 1] - r->s->t_s[i];
}

/* Mean over time and largest value; NaN when no sample is there. */
static void
average(const struct range *r, enum stream_kind k, bool with_zeros,
    double *mean_r, double *max_r)
{
	const double *v = r->s->v[k];
	double sum = 0, weight = 0;
	double max = VALUE_MISSING;

	for (size_t i = r->from; v != NULL && i < r->to; i++) {
		if (!value_has(v[i]))
			continue;
		max = fmax(max, v[i]);
		if (!with_zeros && v[i] == 0)
			continue;
		sum += v[i] * weight_of(r, i);
		weight += weight_of(r, i);
	}
	*mean_r = weight > 0 ? sum / weight : max;
	*max_r = max;
}

static double
running_time(const struct range *r)
{
	double sum = 0;

	for (size_t i = r->from + 1; i < r->to; i++)
		if (!streams_is_pause(r->s, i))
			sum += r->s->t_s[i] - r->s->t_s[i - 1];
	return sum;
}

/* Along the distance channel, else along the positions. */
static double
distance_of(const struct range *r)
{
	const double *d = r->s->v[STREAM_DISTANCE];
	const double *lat = r->s->v[STREAM_LAT], *lon = r->s->v[STREAM_LON];
	double first = VALUE_MISSING, last = VALUE_MISSING, sum = VALUE_MISSING;
	ptrdiff_t before = -1;

	/* A lap begins where the one before ended. */
	for (size_t i = r->from > 0 ? r->from - 1 : 0; d != NULL && i < r->to;
	     i++) {
		if (!value_has(d[i]))
			continue;
		if (!value_has(first))
			first = r->from == 0 ? 0 : d[i];
		last = fmax(last, d[i]);
	}
	if (d != NULL)
		return last - first;
	for (size_t i = r->from; lat != NULL && lon != NULL && i < r->to; i++) {
		if (!value_has(lat[i]) || !value_has(lon[i]))
			continue;
		sum = before < 0 ? 0
				 : sum + streams_haversine(lat[before],
					     lon[before], lat[i], lon[i]);
		before = (ptrdiff_t)i;
	}
	return sum;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median_around(const double *v, size_t i, size_t n)
{
	size_t half = MIN(MIN(i, n - 1 - i), (size_t)MEDIAN_SAMPLES / 2);
	double window[MEDIAN_SAMPLES];

	memcpy(window, v + i - half, (2 * half + 1) * sizeof(*v));
	qsort(window, 2 * half + 1, sizeof(*window), compare_doubles);
	return window[half];
}

/* Climb and descent with hysteresis: a change counts once it exceeds CLIMB_M
 * from the last turning point that counted. */
static void
climb(const double *v, size_t n, double *gain_r, double *loss_r)
{
	double low = median_around(v, 0, n), high = low;
	int direction = 0;

	*gain_r = *loss_r = 0;
	for (size_t i = 1; i < n; i++) {
		double h = median_around(v, i, n);

		if (direction >= 0 && h > high) {
			if (direction > 0)
				*gain_r += h - high;
			high = h;
		} else if (direction <= 0 && h < low) {
			if (direction < 0)
				*loss_r += low - h;
			low = h;
		}
		if (direction <= 0 && h - low >= CLIMB_M) {
			*gain_r += h - low;
			high = h;
			direction = 1;
		} else if (direction >= 0 && high - h >= CLIMB_M) {
			*loss_r += high - h;
			low = h;
			direction = -1;
		}
	}
}

static void
fill_elevation(struct summary *sum, const struct range *r)
{
	const double *v = r->s->v[STREAM_ALTITUDE];
	double gain, loss, *present;
	size_t n = 0;

	if (v == NULL || (value_has(sum->elevation_gain_m) &&
			     value_has(sum->elevation_loss_m)))
		return;
	present = xmalloc(MAX(r->to - r->from, (size_t)1) * sizeof(*present));
	for (size_t i = r->from; i < r->to; i++)
		if (value_has(v[i]))
			present[n++] = v[i];
	if (n > 1) {
		climb(present, n, &gain, &loss);
		fill(&sum->elevation_gain_m, gain);
		fill(&sum->elevation_loss_m, loss);
	}
	free(present);
}

static void
fill_from_samples(struct summary *sum, const struct range *r)
{
	double mean, max;

	if (r->from >= r->to)
		return;
	fill(&sum->elapsed_s,
	    r->s->t_s[r->to - 1] - (r->from == 0 ? 0 : r->s->t_s[r->from]));
	fill(&sum->moving_s, fmin(running_time(r), sum->elapsed_s));
	fill(&sum->distance_m, distance_of(r));
	average(r, STREAM_SPEED, true, &mean, &max);
	fill(&sum->max_speed_mps, max);
	average(r, STREAM_HR, false, &mean, &max);
	fill(&sum->average_hr_bpm, mean);
	fill(&sum->max_hr_bpm, max);
	average(r, STREAM_POWER, true, &mean, &max);
	fill(&sum->average_power_w, mean);
	fill(&sum->max_power_w, max);
	average(r, STREAM_CADENCE, false, &mean, &max);
	fill(&sum->average_cadence_rpm, mean);
	fill(&sum->max_cadence_rpm, max);
	average(r, STREAM_TEMP, true, &mean, &max);
	fill(&sum->average_temperature_c, mean);
	fill_elevation(sum, r);
}

static void
fill_speed(struct summary *sum)
{
	if (sum->moving_s > 0)
		fill(&sum->average_speed_mps, sum->distance_m / sum->moving_s);
}

static size_t
index_at(const struct streams *s, int32_t t)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->t_s[middle] < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
complete_laps(struct activity *a)
{
	for (size_t i = 0; i < a->n_laps; i++) {
		struct lap *lap = &a->laps[i];
		struct range r;

		if (i + 1 < a->n_laps)
			fill(&lap->sum.elapsed_s,
			    a->laps[i + 1].start_s - lap->start_s);
		if (a->streams != NULL) {
			r.s = a->streams;
			r.from = index_at(r.s, lap->start_s);
			r.to = i + 1 < a->n_laps
				   ? index_at(r.s, a->laps[i + 1].start_s)
				   : r.s->n;
			fill_from_samples(&lap->sum, &r);
		}
		fill_speed(&lap->sum);
	}
}

static void
fill_start(struct activity *a)
{
	const struct streams *s = a->streams;

	if (!streams_has(s, STREAM_LAT) || !streams_has(s, STREAM_LON))
		return;
	for (size_t i = 0; i < s->n && isnan(a->start_latitude_deg); i++) {
		if (value_has(s->v[STREAM_LAT][i]) &&
		    value_has(s->v[STREAM_LON][i])) {
			fill(&a->start_latitude_deg, s->v[STREAM_LAT][i]);
			fill(&a->start_longitude_deg, s->v[STREAM_LON][i]);
		}
	}
}

/* Without samples the last lap tells where the end is. */
static void
fill_elapsed(struct activity *a)
{
	const struct lap *last;

	if (a->n_laps > 0) {
		last = &a->laps[a->n_laps - 1];
		fill(&a->sum.elapsed_s,
		    last->start_s + (value_has(last->sum.elapsed_s)
					    ? last->sum.elapsed_s
					    : last->sum.moving_s));
	}
	fill(&a->sum.elapsed_s, a->sum.moving_s);
}

void
activity_complete(struct activity *a)
{
	struct range whole = { a->streams, 0, 0 };

	if (a->streams != NULL) {
		whole.to = a->streams->n;
		fill_from_samples(&a->sum, &whole);
		fill_start(a);
	}
	fill_elapsed(a);
	fill_speed(&a->sum);
	complete_laps(a);
}
