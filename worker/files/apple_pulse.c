/* The heart rate during workouts.  In the file it stands before them, so that
 * it is read once more when they are known. */

#include <stdlib.h>

#include "base/date.h"
#include "base/xalloc.h"
#include "files/apple.h"
#include "files/apple_parts.h"
#include "files/xml.h"

#define SAMPLES_MAX 8000000
#define OVERLAP	    8 /* workouts that may go on at a time */
#define LOW_BPM	    20
#define HIGH_BPM    250
#define LEAST	    2 /* samples of a workout that are worth keeping */

struct beat {
	uint32_t workout;
	int32_t t_s;
	float bpm;
};

struct span {
	int64_t start_s, end_s;
	uint32_t workout;
};

struct apple_pulse {
	struct arena *arena;
	struct decoded *decoded;
	struct xml *xml;
	struct span *spans; /* in order of their start */
	struct buf beats;   /* struct beat */
};

static int
compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static int
compare_beats(const void *a, const void *b)
{
	const struct beat *x = a, *y = b;

	if (x->workout != y->workout)
		return x->workout < y->workout ? -1 : 1;
	return (x->t_s > y->t_s) - (x->t_s < y->t_s);
}

/* How many spans begin at or before an instant. */
static size_t
begun_at(const struct apple_pulse *p, int64_t time_s)
{
	size_t low = 0, high = p->decoded->n_activities;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->spans[mid].start_s <= time_s)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
add_beat(struct apple_pulse *p, int64_t time_s, double bpm)
{
	size_t n = begun_at(p, time_s);

	for (size_t i = n; i > 0 && i + OVERLAP > n; i--) {
		const struct span *s = &p->spans[i - 1];
		struct beat beat = {
			.workout = s->workout,
			.t_s = (int32_t)(time_s - s->start_s),
			.bpm = (float)bpm,
		};

		if (time_s <= s->end_s &&
		    buf_count(&p->beats, beat) < SAMPLES_MAX)
			buf_add(&p->beats, &beat, sizeof(beat));
	}
}

static void
on_open(void *arg, struct xml *x, const char *name)
{
	struct apple_pulse *p = arg;
	int64_t time_s;
	double bpm;

	if (strcmp(name, "Record") != 0 ||
	    strcmp(xml_above(x, 1), APPLE_ROOT) != 0 ||
	    !str_is(xml_attribute(x, "type"), APPLE_QUANTITY "HeartRate"))
		return;
	time_s = apple_time(x, "startDate", NULL);
	if (time_s != SAMPLE_TIME_MISSING &&
	    str_to_f64(xml_attribute(x, "value"), &bpm) && bpm >= LOW_BPM &&
	    bpm <= HIGH_BPM)
		add_beat(p, time_s, bpm);
}

static void
on_close(void *arg UNUSED, struct xml *x UNUSED, const char *name UNUSED,
    struct str text UNUSED)
{
}

struct apple_pulse *
apple_pulse_new(struct arena *a, struct decoded *d, struct err *e)
{
	struct apple_pulse *p = xcalloc(1, sizeof(*p));
	const struct xml_handler handler = {
		.arg = p,
		.open = on_open,
		.close = on_close,
		.doctype = true,
	};

	p->arena = a;
	p->decoded = d;
	p->xml = xml_new("Apple Health", &handler, e);
	p->spans = xcalloc(d->n_activities + 1, sizeof(*p->spans));
	for (size_t i = 0; i < d->n_activities; i++) {
		const struct activity *act = &d->activities[i];
		int64_t start_s = act->start_us / DATE_US_PER_SECOND;
		double length_s =
		    fmin(act->sum.elapsed_s, STREAMS_MAX_SAMPLES - 1);

		p->spans[i] = (struct span){ start_s,
			start_s + (int64_t)length_s, (uint32_t)i };
	}
	qsort(p->spans, d->n_activities, sizeof(*p->spans), compare_spans);
	return p;
}

void
apple_pulse_free(struct apple_pulse **p)
{
	if (*p == NULL)
		return;
	xml_free(&(*p)->xml);
	buf_free(&(*p)->beats);
	free((*p)->spans);
	free(*p);
	*p = NULL;
}

int
apple_pulse_feed(struct apple_pulse *p, struct str piece)
{
	return xml_feed(p->xml, piece);
}

/* Beats of one workout, in order; of one second the last counts. */
static void
give(struct apple_pulse *p, const struct beat *beat, size_t n)
{
	struct streams *s = streams_new(p->arena, n);
	double *hr = streams_add(p->arena, s, STREAM_HR);

	s->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (s->n == 0 || s->t_s[s->n - 1] != beat[i].t_s)
			s->n++;
		s->t_s[s->n - 1] = beat[i].t_s;
		hr[s->n - 1] = (double)beat[i].bpm;
	}
	if (s->n >= LEAST)
		p->decoded->activities[beat->workout].streams = s;
}

int
apple_pulse_end(struct apple_pulse *p)
{
	struct beat *beat = buf_items(&p->beats, struct beat);
	size_t n = buf_count(&p->beats, struct beat), from = 0;

	if (xml_end(p->xml) < 0)
		return -1;
	if (n == 0)
		return 0;
	qsort(beat, n, sizeof(*beat), compare_beats);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && beat[i].workout == beat[from].workout)
			continue;
		give(p, &beat[from], i - from);
		from = i;
	}
	return 0;
}
