/* Filling of struct decoded, and the way from samples to streams. */

#include "files/result.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/check.h"
#include "base/date.h"
#include "model/summary.h"

#define DAILY_MAX      100000
#define SLEEPS_MAX     20000
#define THRESHOLDS_MAX 1000

/* What instruments worn by people can show. */
static const struct {
	double low, high;
} plausible[STREAM_KIND_COUNT] = {
	[STREAM_HR] = { 20, 250 },
	[STREAM_POWER] = { 0, 5000 },
	[STREAM_CADENCE] = { 0, 400 },
	[STREAM_SPEED] = { 0, STREAMS_MAX_SPEED },
	[STREAM_DISTANCE] = { 0, 1e7 },
	[STREAM_ALTITUDE] = { -500, 15000 },
	[STREAM_LAT] = { -90, 90 },
	[STREAM_LON] = { -180, 180 },
	[STREAM_TEMP] = { -60, 80 },
};

void
result_init(struct result *r, struct arena *a, struct decoded *out,
    const struct tz *zone)
{
	*r = (struct result){
		.a = a,
		.out = out,
		.zone = zone,
		.max_activities = FILES_MAX_ACTIVITIES,
	};
	*out = (struct decoded){ .kind = "" };
}

void
result_finish(struct result *r)
{
	r->out->n_activities = buf_count(&r->activities, struct activity);
	r->out->activities =
	    arena_memdup(r->a, r->activities.p, r->activities.n);
	r->out->n_daily = buf_count(&r->daily, struct daily);
	r->out->daily = arena_memdup(r->a, r->daily.p, r->daily.n);
	r->out->n_sleeps = buf_count(&r->sleeps, struct sleep);
	r->out->sleeps = arena_memdup(r->a, r->sleeps.p, r->sleeps.n);
	r->out->n_thresholds = buf_count(&r->thresholds, struct threshold);
	r->out->thresholds =
	    arena_memdup(r->a, r->thresholds.p, r->thresholds.n);
}

void
result_free(struct result *r)
{
	buf_free(&r->activities);
	buf_free(&r->daily);
	buf_free(&r->sleeps);
	buf_free(&r->thresholds);
}

int
result_count(struct result *r, struct err *e)
{
	if (r->n_items == STREAMS_MAX_SAMPLES)
		return err_set(e, ERR_TOO_LARGE,
		    "more than %d samples in one file", STREAMS_MAX_SAMPLES);
	r->n_items++;
	return 0;
}

int32_t
result_offset(const struct result *r, int64_t time_s, int32_t offset_s)
{
	if (offset_s != INT32_MIN)
		return offset_s;
	return r->zone != NULL
		   ? tz_offset_at(r->zone, time_s * DATE_US_PER_SECOND)
		   : 0;
}

struct activity *
result_activity(
    struct result *r, int64_t start_s, int32_t offset_s, struct err *e)
{
	struct activity act;

	if (buf_count(&r->activities, struct activity) == r->max_activities) {
		err_set(e, ERR_TOO_LARGE,
		    "more than %zu activities in one file", r->max_activities);
		return NULL;
	}
	activity_init(&act);
	act.provider = "file";
	act.start_us = start_s * DATE_US_PER_SECOND;
	act.utc_offset_s = result_offset(r, start_s, offset_s);
	act.local_day = date_of_instant(act.start_us, act.utc_offset_s);
	buf_add(&r->activities, &act, sizeof(act));
	return buf_items(&r->activities, struct activity) +
	       buf_count(&r->activities, struct activity) - 1;
}

void
result_daily(struct result *r, enum daily_kind kind, int64_t time_s,
    int32_t offset_s, double value)
{
	struct daily d = { .kind = kind, .value = value };
	struct daily *last = NULL;
	double low, high;

	daily_bounds(kind, &low, &high);
	if (!(value >= low && value <= high))
		return;
	d.day = date_of_instant(
	    time_s * DATE_US_PER_SECOND, result_offset(r, time_s, offset_s));
	if (r->last_daily[kind] > 0)
		last = buf_items(&r->daily, struct daily) +
		       r->last_daily[kind] - 1;
	if (last != NULL && last->day == d.day) {
		last->value = value;
	} else if (buf_count(&r->daily, d) < DAILY_MAX) {
		buf_add(&r->daily, &d, sizeof(d));
		r->last_daily[kind] = buf_count(&r->daily, d);
	}
}

void
result_threshold(struct result *r, enum threshold_kind kind, int64_t time_s,
    int32_t offset_s, double value, const char *device)
{
	struct threshold t = { .kind = kind, .value = value, .source = device };
	struct threshold *last = NULL;
	double low, high;

	threshold_bounds(kind, &low, &high);
	if (!(value >= low && value <= high))
		return;
	t.day = date_of_instant(
	    time_s * DATE_US_PER_SECOND, result_offset(r, time_s, offset_s));
	if (r->last_threshold[kind] > 0)
		last = buf_items(&r->thresholds, struct threshold) +
		       r->last_threshold[kind] - 1;
	if (last != NULL && last->day == t.day &&
	    strcmp(last->source, device) == 0) {
		last->value = value;
	} else if (buf_count(&r->thresholds, t) < THRESHOLDS_MAX) {
		buf_add(&r->thresholds, &t, sizeof(t));
		r->last_threshold[kind] = buf_count(&r->thresholds, t);
	}
}

int
result_sleep(struct result *r, struct sleep *s, int32_t offset_s, struct err *e)
{
	int64_t end_s = s->end_us / DATE_US_PER_SECOND;

	if (s->end_us <= s->start_us ||
	    s->end_us - s->start_us > SLEEP_MAX_S * DATE_US_PER_SECOND)
		return 0;
	if (buf_count(&r->sleeps, *s) == SLEEPS_MAX)
		return err_set(e, ERR_TOO_LARGE,
		    "more than %d sleeps in one file", SLEEPS_MAX);
	if (s->provider[0] == '\0')
		s->provider = "file";
	s->utc_offset_s = result_offset(r, end_s, offset_s);
	s->local_day = date_of_instant(s->end_us, s->utc_offset_s);
	sleep_complete(s);
	buf_add(&r->sleeps, s, sizeof(*s));
	return 0;
}

void
result_clean(struct result *r, struct summary *s)
{
	if (summary_clean(s) > 0)
		result_warn(r, "implausible totals were left out");
}

void
result_warn(struct result *r, const char *fmt, ...)
{
	struct decoded *out = r->out;
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < out->n_warnings; i++)
		if (strcmp(out->warnings[i], text) == 0)
			return;
	if (out->n_warnings < ARRAY_LEN(out->warnings))
		out->warnings[out->n_warnings++] = arena_strdup(r->a, text);
}

void
sample_init(struct sample *s, int64_t time_s)
{
	s->time_s = time_s;
	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		s->v[k] = VALUE_MISSING;
}

/* Takes implausible values out; true when some value is left. */
static bool
clean_sample(struct sample *s, size_t *bad)
{
	bool some = false;

	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if (!value_has(s->v[k]) || (s->v[k] >= plausible[k].low &&
					       s->v[k] <= plausible[k].high))
			continue;
		s->v[k] = VALUE_MISSING;
		/* No pulse is how straps say that they feel none. */
		*bad += k != STREAM_HR;
	}
	if (!value_has(s->v[STREAM_LAT]) || !value_has(s->v[STREAM_LON]) ||
	    (s->v[STREAM_LAT] == 0 && s->v[STREAM_LON] == 0))
		s->v[STREAM_LAT] = s->v[STREAM_LON] = VALUE_MISSING;
	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		some = some || value_has(s->v[k]);
	return some;
}

/* Where samples go one by one. */
struct columns {
	struct streams *s;
	size_t n;
	double distance; /* largest so far */
	size_t bad, early, backward, late;
};

static void
put_sample(struct columns *c, struct sample *in, int64_t start_s)
{
	int64_t t = in->time_s - start_s;
	size_t i = c->n;

	if (t < 0 || t >= STREAMS_MAX_SAMPLES) {
		*(t < 0 ? &c->early : &c->late) += 1;
		return;
	}
	if (i > 0 && t < c->s->t_s[i - 1]) {
		c->backward++;
		return;
	}
	if (i > 0 && t == c->s->t_s[i - 1])
		i--;
	else
		c->n++;
	c->s->t_s[i] = (int32_t)t;
	if (value_has(in->v[STREAM_DISTANCE])) {
		c->distance = fmax(c->distance, in->v[STREAM_DISTANCE]);
		in->v[STREAM_DISTANCE] = c->distance;
	}
	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		if (value_has(in->v[k]))
			c->s->v[k][i] = in->v[k];
}

static void
warn_of(struct result *r, const struct columns *c)
{
	if (c->bad > 0)
		result_warn(r, "implausible values, left out: %zu", c->bad);
	if (c->early > 0)
		result_warn(r, "samples from before the start, left out: %zu",
		    c->early);
	if (c->late > 0)
		result_warn(r,
		    "samples from more than %d days after the start, left "
		    "out: %zu",
		    STREAMS_MAX_SAMPLES / 86400, c->late);
	if (c->backward > 0)
		result_warn(r, "samples that go back in time, left out: %zu",
		    c->backward);
}

struct streams *
result_streams(
    struct result *r, const struct sample *s, size_t n, int64_t start_s)
{
	struct columns c = { .s = streams_new(r->a, n) };
	struct sample one;

	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		streams_add(r->a, c.s, (enum stream_kind)k);
	for (size_t i = 0; i < n; i++) {
		one = s[i];
		if (one.time_s != SAMPLE_TIME_MISSING &&
		    clean_sample(&one, &c.bad))
			put_sample(&c, &one, start_s);
	}
	warn_of(r, &c);
	c.s->n = c.n;
	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		if (streams_coverage(c.s, (enum stream_kind)k) == 0)
			c.s->v[k] = NULL;
	return c.n > 0 ? c.s : NULL;
}
