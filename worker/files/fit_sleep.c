/* Sleep in FIT files.  A level's time is the one at which it ended, as the
 * watches write it; an event says when sleep began. */

#include <stdlib.h>

#include "base/date.h"
#include "files/fit_names.h"
#include "files/fit_set.h"

/* Levels further apart are of two sleeps. */
#define APART_S (2 * 3600)
/* How long before its first level a sleep may have begun. */
#define EARLY_S (3 * 3600)

/* FIT's numbers of the levels; 0 is "could not be measured". */
static const int stage_of[] = { -1, SLEEP_AWAKE, SLEEP_LIGHT, SLEEP_DEEP,
	SLEEP_REM };

void
fit_sleep_free(struct fit_night *night)
{
	buf_free(&night->levels);
	buf_free(&night->events);
	buf_free(&night->hrv);
}

static int
add(struct fit_set *set, const struct fit_message *m, struct buf *list,
    const void *item, size_t size, struct err *e)
{
	if (m->time == FIT_TIME_MISSING || m->time < FIT_TIME_MIN)
		return 0;
	if (result_count(set->result, e) < 0)
		return err_wrap(e, "FIT, byte %zu", m->offset);
	buf_add(list, item, size);
	return 0;
}

int
fit_sleep_take(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	struct fit_night *night = &set->night;
	int64_t time_s = fit_unix_time(m->time);

	if (m->number == FIT_SLEEP_LEVEL) {
		struct fit_level level = { time_s,
			fit_get(m, FIT_SLEEP_LEVEL_LEVEL) };

		return add(set, m, &night->levels, &level, sizeof(level), e);
	}
	if (m->number == FIT_HRV_VALUE) {
		struct fit_pulse v = { time_s,
			fit_get(m, FIT_HRV_VALUE_VALUE) };

		return isnan(v.bpm)
			   ? 0
			   : add(set, m, &night->hrv, &v, sizeof(v), e);
	}
	night->score = fit_get(m, FIT_SLEEP_ASSESSMENT_SCORE);
	return 0;
}

int
fit_sleep_event(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	double type = fit_get(m, FIT_EVENT_TYPE);
	struct fit_timer_event t = {
		.time_s = fit_unix_time(m->time),
		.start = type == FIT_EVENT_START,
	};

	if (!t.start && type != FIT_EVENT_STOP)
		return 0;
	return add(set, m, &set->night.events, &t, sizeof(t), e);
}

/* --- from levels to sleeps ----------------------------------------------- */

static int
compare_levels(const void *a, const void *b)
{
	const struct fit_level *x = a, *y = b;

	return (x->time_s > y->time_s) - (x->time_s < y->time_s);
}

/* When the sleep began whose first level ended at time_s. */
static int64_t
start_before(const struct fit_night *night, int64_t time_s)
{
	const struct fit_timer_event *t =
	    buf_items(&night->events, struct fit_timer_event);
	int64_t start_s = time_s;

	for (size_t i = 0; i < buf_count(&night->events, *t); i++)
		if (t[i].start && t[i].time_s < time_s &&
		    time_s - t[i].time_s <= EARLY_S &&
		    (start_s == time_s || t[i].time_s > start_s))
			start_s = t[i].time_s;
	return start_s;
}

/* The same stage again goes on. */
static void
add_stage(struct sleep *s, int64_t from_s, int64_t to_s, double level)
{
	int64_t base_s = s->start_us / DATE_US_PER_SECOND;
	struct sleep_stage *last =
	    s->n_stages > 0 ? &s->stages[s->n_stages - 1] : NULL;
	int kind = -1;

	if (level >= 0 && level < (double)ARRAY_LEN(stage_of))
		kind = stage_of[(int)level];
	if (kind < 0 || to_s <= from_s || to_s - base_s > SLEEP_MAX_S)
		return;
	if (last != NULL && (int)last->kind == kind &&
	    base_s + last->start_s + last->duration_s == from_s)
		last->duration_s += (int32_t)(to_s - from_s);
	else if (s->n_stages < SLEEP_MAX_STAGES)
		s->stages[s->n_stages++] =
		    (struct sleep_stage){ (int32_t)(from_s - base_s),
			    (int32_t)(to_s - from_s),
			    (enum sleep_stage_kind)kind };
}

/* Mean of the five-minute values within the sleep. */
static double
mean_hrv(const struct fit_night *night, const struct sleep *s)
{
	const struct fit_pulse *v = buf_items(&night->hrv, struct fit_pulse);
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < buf_count(&night->hrv, *v); i++) {
		int64_t at_us = v[i].time_s * DATE_US_PER_SECOND;

		if (at_us < s->start_us || at_us > s->end_us)
			continue;
		sum += v[i].bpm;
		n++;
	}
	return n > 0 ? sum / (double)n : NAN;
}

/* Levels [from, to) as a sleep. */
static int
add_sleep(struct fit_set *set, const struct fit_level *l, size_t from,
    size_t to, struct err *e)
{
	struct arena *a = set->result->a;
	int64_t start_s = start_before(&set->night, l[from].time_s), at;
	struct sleep s;

	sleep_init(&s);
	s.start_us = start_s * DATE_US_PER_SECOND;
	s.end_us = l[to - 1].time_s * DATE_US_PER_SECOND;
	s.stages = arena_many(a, to - from, struct sleep_stage);
	at = start_s;
	for (size_t i = from; i < to; i++) {
		add_stage(&s, at, l[i].time_s, l[i].level);
		at = l[i].time_s;
	}
	s.v[SLEEP_hrv_rmssd_ms] = mean_hrv(&set->night, &s);
	/* The assessment is of the night that the file ends with. */
	if (to == buf_count(&set->night.levels, *l))
		s.v[SLEEP_score] = set->night.score;
	s.external_id = arena_printf(a, "fit:%lld", (long long)start_s);
	s.device = fit_device_name(
	    a, set->manufacturer, set->product, set->product_name);
	return s.n_stages > 0 ? result_sleep(set->result, &s, set->offset_s, e)
			      : 0;
}

/* A night's variability of a file that does not sum it up. */
static void
add_daily_hrv(struct fit_set *set)
{
	const struct fit_pulse *v =
	    buf_items(&set->night.hrv, struct fit_pulse);
	size_t n = buf_count(&set->night.hrv, *v);
	double sum = 0;

	if (n == 0 || set->result->last_daily[DAILY_HRV_RMSSD] > 0)
		return;
	for (size_t i = 0; i < n; i++)
		sum += v[i].bpm;
	result_daily(set->result, DAILY_HRV_RMSSD, v[n - 1].time_s,
	    set->offset_s, sum / (double)n);
}

int
fit_sleep_end(struct fit_set *set, struct err *e)
{
	struct fit_level *l = buf_items(&set->night.levels, struct fit_level);
	size_t n = buf_count(&set->night.levels, *l), from = 0;

	add_daily_hrv(set);
	if (n == 0)
		return 0;
	qsort(l, n, sizeof(*l), compare_levels);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && l[i].time_s - l[i - 1].time_s <= APART_S)
			continue;
		if (add_sleep(set, l, from, i, e) < 0)
			return -1;
		from = i;
	}
	return 0;
}
