/* From a set of FIT messages to activities: each session takes the records and
 * laps from its start to the next one's. */

#include <stdlib.h>

#include "files/fit_names.h"
#include "files/fit_set.h"

/* A record may stand before its session's start by a little. */
#define EARLY_S 600
#define DAY_S	86400
/* Nobody sustains more: 50 kcal a minute are 700 W at the pedals. */
#define KCAL_PER_S_MAX (50 / 60.0)

static int
compare_samples(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return (x->time_s > y->time_s) - (x->time_s < y->time_s);
}

static int
compare_sessions(const void *a, const void *b)
{
	const struct fit_session *x = a, *y = b;

	return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static int
compare_laps(const void *a, const void *b)
{
	const struct fit_lap *x = a, *y = b;

	return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

/* A session that does not say when it began: by its end, else by the first
 * record. */
static void
find_start(struct fit_set *set, struct fit_session *s)
{
	if (s->start_s == SAMPLE_TIME_MISSING &&
	    s->end_s != SAMPLE_TIME_MISSING && s->sum.elapsed_s >= 0)
		s->start_s = s->end_s - (int64_t)s->sum.elapsed_s;
	if (s->start_s == SAMPLE_TIME_MISSING && set->samples.n > 0)
		s->start_s = buf_items(&set->samples, struct sample)->time_s;
}

/* A recording that broke off has records and no session. */
static void
add_missing_session(struct fit_set *set)
{
	struct fit_session s = {
		.start_s = SAMPLE_TIME_MISSING,
		.end_s = SAMPLE_TIME_MISSING,
		.sport = set->sport,
		.sub_sport = set->sub_sport,
		.pool_length_m = NAN,
		.rpe = NAN,
		.ftp_w = NAN,
		.name = "",
	};

	if (set->sessions.n > 0 || set->samples.n == 0)
		return;
	summary_init(&s.sum);
	buf_add(&set->sessions, &s, sizeof(s));
	result_warn(set->result, "the recording has no summary");
}

/* --- pools --------------------------------------------------------------- */

static int
add_sample(struct fit_set *set, int64_t time_s, double distance, double speed,
    struct err *e)
{
	struct sample s;

	if (result_count(set->result, e) < 0)
		return -1;
	sample_init(&s, time_s);
	s.v[STREAM_DISTANCE] = distance;
	s.v[STREAM_SPEED] = speed;
	buf_add(&set->samples, &s, sizeof(s));
	return 0;
}

/* Distance and speed at the ends of each length; rests get speed 0. */
static int
add_lengths(struct fit_set *set, double pool_length_m, struct err *e)
{
	const struct fit_length *l =
	    buf_items(&set->lengths, struct fit_length);
	double distance = 0, speed;
	int64_t end_s;

	for (size_t i = 0; i < buf_count(&set->lengths, *l); i++) {
		end_s = l[i].start_s + (int64_t)fmin(l[i].elapsed_s, DAY_S);
		speed = l[i].active ? l[i].speed_mps : 0;
		if (add_sample(set, l[i].start_s, distance, speed, e) < 0)
			return -1;
		if (l[i].active)
			distance += pool_length_m;
		if (add_sample(set, end_s, distance, speed, e) < 0)
			return -1;
	}
	return 0;
}

static void
fill(double *to, double v)
{
	if (isnan(*to))
		*to = v;
}

/* Samples within a length swim at its speed and cadence. */
static void
spread_lengths(struct fit_set *set)
{
	const struct fit_length *l =
	    buf_items(&set->lengths, struct fit_length);
	struct sample *s = buf_items(&set->samples, struct sample);
	size_t n = buf_count(&set->lengths, *l), at = 0;

	for (size_t i = 0; i < buf_count(&set->samples, *s); i++) {
		while (at + 1 < n && l[at + 1].start_s <= s[i].time_s)
			at++;
		if (s[i].time_s < l[at].start_s ||
		    s[i].time_s > l[at].start_s + l[at].elapsed_s)
			continue;
		fill(&s[i].v[STREAM_SPEED], l[at].active ? l[at].speed_mps : 0);
		fill(&s[i].v[STREAM_CADENCE],
		    l[at].active ? l[at].cadence_rpm : 0);
	}
}

static bool
has_speed(const struct fit_set *set)
{
	const struct sample *s = buf_items(&set->samples, struct sample);

	for (size_t i = 0; i < buf_count(&set->samples, *s); i++)
		if (s[i].v[STREAM_SPEED] > 0)
			return true;
	return false;
}

/* In a pool the lengths tell distance and speed. */
static int
swim_lengths(struct fit_set *set, struct err *e)
{
	const struct fit_session *session =
	    buf_items(&set->sessions, struct fit_session);

	if (set->lengths.n == 0 || set->sessions.n == 0 ||
	    !(session->pool_length_m > 0))
		return 0;
	if (!has_speed(set) && add_lengths(set, session->pool_length_m, e) < 0)
		return -1;
	qsort(set->samples.p, buf_count(&set->samples, struct sample),
	    sizeof(struct sample), compare_samples);
	spread_lengths(set);
	return 0;
}

/* --- sessions ------------------------------------------------------------ */

/* The stretch of time that belongs to a session. */
struct span {
	int64_t from_s, to_s; /* to_s excluded */
};

/* Bring the samples of a span to the front of a list of their own. */
static struct sample *
samples_within(
    const struct fit_set *set, const struct span *span, struct buf *out)
{
	const struct sample *s = buf_items(&set->samples, struct sample);

	for (size_t i = 0; i < buf_count(&set->samples, *s); i++)
		if (s[i].time_s >= span->from_s && s[i].time_s < span->to_s)
			buf_add(out, &s[i], sizeof(s[i]));
	return buf_items(out, struct sample);
}

static void
put_lap(const struct fit_set *set, struct lap *out, const struct fit_lap *lap,
    int32_t start_s)
{
	*out = (struct lap){
		.start_s = start_s,
		.what.kind = fit_lap_kind(lap->intensity),
		.sum = lap->sum,
	};
	fit_workout_tell(&set->workout, lap->step, &out->what);
}

static void
take_laps(struct fit_set *set, struct activity *act, const struct span *span,
    int64_t start_s)
{
	const struct fit_lap *lap = buf_items(&set->laps, struct fit_lap);
	size_t n = buf_count(&set->laps, *lap);
	int64_t t;

	act->laps = arena_many(
	    set->result->a, MIN(n, (size_t)ACTIVITY_MAX_LAPS) + 1, struct lap);
	for (size_t i = 0; i < n; i++) {
		t = MAX(lap[i].start_s - start_s, INT64_C(0));
		if (lap[i].start_s < span->from_s ||
		    lap[i].start_s >= span->to_s || t >= STREAMS_MAX_SAMPLES)
			continue;
		if (act->n_laps == ACTIVITY_MAX_LAPS) {
			result_warn(set->result, "laps beyond %d were left out",
			    ACTIVITY_MAX_LAPS);
			break;
		}
		put_lap(set, &act->laps[act->n_laps++], &lap[i], (int32_t)t);
	}
}

/* Where every lap is active, that tells nothing. */
static void
forget_kinds(struct activity *act)
{
	for (size_t i = 0; i < act->n_laps; i++)
		if (act->laps[i].what.kind != LAP_ACTIVE)
			return;
	for (size_t i = 0; i < act->n_laps; i++)
		act->laps[i].what.kind = LAP_UNKNOWN;
}

/* Time on the clock from its starts and stops; NaN when there are none. */
static double
timer_within(const struct fit_set *set, const struct span *span)
{
	const struct fit_timer_event *t =
	    buf_items(&set->timer, struct fit_timer_event);
	int64_t since = SAMPLE_TIME_MISSING;
	double sum = NAN;

	for (size_t i = 0; i < buf_count(&set->timer, *t); i++) {
		if (t[i].time_s < span->from_s || t[i].time_s >= span->to_s)
			continue;
		if (t[i].start && since == SAMPLE_TIME_MISSING) {
			since = t[i].time_s;
		} else if (!t[i].start && since != SAMPLE_TIME_MISSING) {
			sum = (isnan(sum) ? 0 : sum) +
			      (double)MAX(t[i].time_s - since, INT64_C(0));
			since = SAMPLE_TIME_MISSING;
		}
	}
	return sum;
}

/* Devices without a sensor report zeros for it, and some applications count
 * calories in units of their own. */
static void
drop_unmeasured(struct summary *sum, const struct streams *s)
{
	if (!streams_has(s, STREAM_DISTANCE) && sum->distance_m == 0)
		sum->distance_m = sum->average_speed_mps = sum->max_speed_mps =
		    VALUE_MISSING;
	if (sum->calories_kcal > KCAL_PER_S_MAX * sum->elapsed_s)
		sum->calories_kcal = VALUE_MISSING;
	if (!streams_has(s, STREAM_POWER) && sum->average_power_w == 0)
		sum->average_power_w = sum->max_power_w = VALUE_MISSING;
	if (!streams_has(s, STREAM_CADENCE) && sum->average_cadence_rpm == 0)
		sum->average_cadence_rpm = sum->max_cadence_rpm = VALUE_MISSING;
}

/* A record shortly before the start moves the start. */
static int64_t
start_of(const struct fit_session *s, const struct sample *first, size_t n)
{
	if (n > 0 && first->time_s < s->start_s &&
	    s->start_s - first->time_s <= EARLY_S)
		return first->time_s;
	return s->start_s;
}

/* A workout is of one session; a profile's name says no more than the sport. */
static const char *
name_of(const struct fit_set *set, const struct fit_session *s)
{
	return set->workout.name[0] != '\0' &&
		       buf_count(&set->sessions, *s) == 1
		   ? set->workout.name
		   : s->name;
}

static int
build_session(struct fit_set *set, const struct fit_session *s,
    const struct span *span, struct buf *samples, struct err *e)
{
	struct result *r = set->result;
	const struct sample *first = samples_within(set, span, samples);
	size_t n = buf_count(samples, struct sample);
	int64_t start_s = start_of(s, first, n);
	struct activity *act = result_activity(r, start_s, set->offset_s, e);

	if (act == NULL)
		return -1;
	act->name = name_of(set, s);
	act->device = fit_device_name(
	    r->a, set->manufacturer, set->product, set->product_name);
	act->sport = fit_sport(isnan(s->sport) ? set->sport : s->sport,
	    isnan(s->sport) ? set->sub_sport : s->sub_sport);
	if (s->rpe >= 0 && s->rpe <= 10)
		act->rpe = s->rpe;
	act->sum = s->sum;
	if (isnan(act->sum.moving_s))
		act->sum.moving_s = timer_within(set, span);
	act->streams = result_streams(r, first, n, start_s);
	if (act->streams != NULL)
		streams_derive(r->a, act->streams);
	act->beats = fit_beats_within(set, span->from_s, span->to_s, start_s);
	take_laps(set, act, span, start_s);
	if (act->n_laps < 2)
		fit_pieces_laps(set, act, span->from_s, span->to_s, start_s);
	forget_kinds(act);
	drop_unmeasured(&act->sum, act->streams);
	for (size_t i = 0; i < act->n_laps; i++)
		drop_unmeasured(&act->laps[i].sum, act->streams);
	activity_complete(act);
	return 0;
}

static int
build_sessions(struct fit_set *set, struct err *e)
{
	struct fit_session *s = buf_items(&set->sessions, struct fit_session);
	size_t n = buf_count(&set->sessions, *s);
	struct buf samples = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		find_start(set, &s[i]);
	qsort(s, n, sizeof(*s), compare_sessions);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct span span = {
			i == 0 ? INT64_MIN + 1 : s[i].start_s,
			i + 1 < n ? s[i + 1].start_s : INT64_MAX,
		};

		if (s[i].start_s == SAMPLE_TIME_MISSING) {
			result_warn(set->result,
			    "a session without a time was left out");
			continue;
		}
		/* Changing shoes is no sport. */
		if (s[i].sport == FIT_SPORT_TRANSITION)
			continue;
		buf_clear(&samples);
		rc = build_session(set, &s[i], &span, &samples, e);
	}
	buf_free(&samples);
	return rc;
}

int
fit_activities(struct fit_set *set, struct err *e)
{
	/* A course has records too, but nobody was there. */
	if (!isnan(set->type) && set->type != FIT_FILE_ACTIVITY)
		return 0;
	if (set->timeless > 0)
		result_warn(set->result,
		    "records without a time, left out: %zu", set->timeless);
	if (set->relative)
		result_warn(set->result,
		    "the device did not know the date; "
		    "times count from when it was switched on");
	if (swim_lengths(set, e) < 0)
		return -1;
	add_missing_session(set);
	if (set->laps.n > 0)
		qsort(set->laps.p, buf_count(&set->laps, struct fit_lap),
		    sizeof(struct fit_lap), compare_laps);
	fit_pieces_sort(set);
	fit_pulse_apply(set);
	if (set->sessions.n == 0)
		return 0;
	return build_sessions(set, e);
}
