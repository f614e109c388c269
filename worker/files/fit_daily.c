/* Measurements of the day in FIT files: scales, resting pulse, heart rate
 * variability, steps, stress. */

#include "base/date.h"
#include "files/fit_set.h"

/* 0xfffe in a scale's message: still weighing. */
#define WEIGHT_BUSY 655.34

#define DAY_S INT64_C(86400)

#define ACTIVITY_BITS 0x1f
#define RUNNING	      1
#define WALKING	      6

static void
take(struct fit_set *set, const struct fit_message *m, enum daily_kind kind,
    enum fit_field_id f)
{
	if (m->time != FIT_TIME_MISSING)
		result_daily(set->result, kind, fit_unix_time(m->time),
		    set->offset_s, fit_get(m, f));
}

static void
flush_steps(struct fit_set *set)
{
	struct fit_steps *s = &set->steps;

	if (s->day != INT32_MIN && s->of[RUNNING] + s->of[WALKING] > 0)
		result_daily(set->result, DAILY_STEPS, s->day * DAY_S, 0,
		    s->of[RUNNING] + s->of[WALKING]);
	memset(s->of, 0, sizeof(s->of));
}

/* The kind of movement, in one of two fields. */
static double
activity_of(const struct fit_message *m)
{
	double activity = fit_get(m, FIT_MONITORING_ACTIVITY);
	double intensity = fit_get(m, FIT_MONITORING_INTENSITY);

	if (isnan(activity) && intensity >= 0 && intensity <= UINT8_MAX)
		activity = (uint8_t)intensity & ACTIVITY_BITS;
	return activity;
}

static void
take_steps(struct fit_set *set, const struct fit_message *m)
{
	struct fit_steps *s = &set->steps;
	double low = fit_get(m, FIT_MONITORING_TIME_16);
	double activity = activity_of(m);
	double steps = fit_get(m, FIT_MONITORING_STEPS);
	int64_t before_s;
	int32_t day;

	if (m->time != FIT_TIME_MISSING)
		s->time = m->time;
	else if (s->time != FIT_TIME_MISSING && low >= 0 && low <= UINT16_MAX)
		s->time += ((uint32_t)low - s->time) & UINT16_MAX;
	if (s->time == FIT_TIME_MISSING || isnan(steps) ||
	    (activity != RUNNING && activity != WALKING))
		return;
	/* The count at midnight is the day's that ends. */
	before_s = fit_unix_time(s->time) - 1;
	day = date_of_instant(before_s * DATE_US_PER_SECOND,
	    result_offset(set->result, before_s, set->offset_s));
	if (day != s->day) {
		flush_steps(set);
		s->day = day;
	}
	s->of[(int)activity] = fmax(s->of[(int)activity], steps);
}

/* --- stress -------------------------------------------------------------- */

/* A device that judges every three minutes has so many in six hours; a mean of
 * fewer is none of the day. */
#define STRESS_LEAST 120

static void
flush_stress(struct fit_set *set)
{
	struct fit_stress *s = &set->stress;

	if (s->n >= STRESS_LEAST)
		result_daily(set->result, DAILY_STRESS, s->day * DAY_S, 0,
		    s->sum / s->n);
	*s = (struct fit_stress){ .day = INT32_MIN };
}

/* From 1 to 100; others say why there is none. */
static void
take_stress(struct fit_set *set, const struct fit_message *m)
{
	struct fit_stress *s = &set->stress;
	double level = fit_get(m, FIT_STRESS_LEVEL);
	uint32_t time = fit_get_time(m, FIT_STRESS_TIME);
	int64_t at_s;
	int32_t day;

	if (time == FIT_TIME_MISSING)
		time = m->time;
	if (time == FIT_TIME_MISSING || !(level >= 1 && level <= 100))
		return;
	at_s = fit_unix_time(time);
	day = date_of_instant(at_s * DATE_US_PER_SECOND,
	    result_offset(set->result, at_s, set->offset_s));
	if (day != s->day)
		flush_stress(set);
	s->day = day;
	s->sum += level;
	s->n++;
}

/* ------------------------------------------------------------------------- */

void
fit_daily_take(struct fit_set *set, const struct fit_message *m)
{
	switch (m->number) {
	case FIT_WEIGHT:
		if (fit_get(m, FIT_WEIGHT_WEIGHT) != WEIGHT_BUSY)
			take(set, m, DAILY_WEIGHT, FIT_WEIGHT_WEIGHT);
		break;
	case FIT_RESTING_HR:
		take(set, m, DAILY_REST_HR, FIT_RESTING_HR_TODAY);
		break;
	case FIT_HRV_STATUS:
		take(set, m, DAILY_HRV_RMSSD, FIT_HRV_STATUS_LAST_NIGHT);
		break;
	case FIT_STRESS:
		take_stress(set, m);
		break;
	case FIT_MONITORING:
		take_steps(set, m);
		break;
	default:
		break;
	}
}

void
fit_daily_end(struct fit_set *set)
{
	flush_steps(set);
	flush_stress(set);
}
