/* Recordings of one activity put together. */

#include "model/merge.h"

#include "base/check.h"

#define US_PER_S INT64_C(1000000)

bool
merge_same(const struct activity *a, const struct activity *b)
{
	enum sport_family family = sport_type_family(a->sport);
	double x = a->sum.elapsed_s, y = b->sum.elapsed_s;
	int64_t apart_us = a->start_us - b->start_us;

	if (family != sport_type_family(b->sport) ||
	    (family == FAMILY_OTHER && a->sport != b->sport))
		return false;
	if (apart_us < -MERGE_START_S * US_PER_S ||
	    apart_us > MERGE_START_S * US_PER_S)
		return false;
	/* False for durations that are not known. */
	return fabs(x - y) <= MERGE_DURATION * fmax(x, y);
}

/* --- order --------------------------------------------------------------- */

/* A recording and what its place depends on. */
struct ranked {
	struct merge_source *source;
	const struct activity *act;
	size_t samples[PART_COUNT]; /* measured ones, by part */
	size_t all_samples;
	size_t numbers;
};

static size_t
count_channel(const struct streams *s, enum stream_kind k)
{
	size_t n = 0;
	bool some = false;

	for (size_t i = 0; streams_has(s, k) && i < s->n; i++) {
		n += value_has(s->v[k][i]);
		some = some || (value_has(s->v[k][i]) && s->v[k][i] != 0);
	}
	return k == STREAM_POWER && !some ? 0 : n;
}

static void
rank(struct ranked *r, struct merge_source *source)
{
	const struct activity *act = source->activity;

	*r = (struct ranked){ .source = source, .act = act };
	source->gives = 0;
	for (int p = 0; p < PART_COUNT; p++) {
		uint32_t channels = part_channels((enum activity_part)p);

		for (int k = 0; k < STREAM_KIND_COUNT; k++) {
			if (act->streams != NULL && (channels >> k & 1) != 0)
				r->samples[p] += count_channel(
				    act->streams, (enum stream_kind)k);
		}
		r->all_samples += r->samples[p];
	}
	for (size_t i = 0; i < SUMMARY_COUNT; i++)
		r->numbers += value_has(summary_get(&act->sum, i));
}

/* Whether a goes before b. */
static bool
goes_before(const struct ranked *a, const struct ranked *b)
{
	int order;

	if (a->all_samples != b->all_samples)
		return a->all_samples > b->all_samples;
	if (a->numbers != b->numbers)
		return a->numbers > b->numbers;
	if (a->act->start_us != b->act->start_us)
		return a->act->start_us < b->act->start_us;
	order = strcmp(a->act->provider, b->act->provider);
	if (order == 0)
		order = strcmp(a->act->external_id, b->act->external_id);
	return order < 0;
}

static void
put_in_order(struct ranked *r, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		for (size_t k = i; k > 0 && goes_before(&r[k], &r[k - 1]);
		     k--) {
			struct ranked swap = r[k];

			r[k] = r[k - 1];
			r[k - 1] = swap;
		}
	}
}

/* --- who gives what ------------------------------------------------------ */

static bool
is_titled(const struct activity *act)
{
	return act->name[0] != '\0' &&
	       strcmp(act->name, sport_type_title(act->sport)) != 0;
}

static bool
has_number(const struct activity *act, enum activity_part p, bool restricted)
{
	for (size_t i = 0; i < SUMMARY_COUNT; i++) {
		double v = summary_get(&act->sum, i);

		if (summary_fields[i].part == p &&
		    (restricted ? value_is_restricted(v) : value_has(v)))
			return true;
	}
	return p == PART_POSITION && !restricted &&
	       value_has(act->start_latitude_deg);
}

/* Whether a recording has a part that is neither samples nor numbers. */
static bool
has_words(const struct activity *act, enum activity_part p)
{
	switch (p) {
	case PART_TIME:
		return true;
	case PART_SPORT:
		return !sport_type_is_plain(act->sport);
	case PART_NAME:
		return is_titled(act);
	case PART_EFFORT:
		return value_has(act->rpe);
	case PART_GEAR:
		return act->gear[0] != '\0';
	case PART_LAPS:
		return act->n_laps > 1;
	default:
		return false;
	}
}

/* In order of preference; the giver of a part, or NULL when nobody has it. */
static struct ranked *
giver_of(struct ranked *r, size_t n, enum activity_part p)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++) {
		if (r[i].samples[p] > r[best].samples[p])
			best = i;
	}
	if (r[best].samples[p] > 0)
		return &r[best];
	for (size_t i = 0; i < n; i++) {
		if (has_words(r[i].act, p))
			return &r[i];
	}
	for (size_t i = 0; i < n; i++) {
		if (has_number(r[i].act, p, false))
			return &r[i];
	}
	for (size_t i = 0; i < n; i++) {
		if (has_number(r[i].act, p, true) ||
		    (p == PART_LAPS && r[i].act->n_laps > 0))
			return &r[i];
	}
	return p == PART_NAME || p == PART_SPORT ? &r[0] : NULL;
}

/* --- taking -------------------------------------------------------------- */

static int64_t
seconds_between(const struct activity *from, const struct activity *to)
{
	double apart_us = (double)(to->start_us - from->start_us);

	return (int64_t)llround(apart_us / (double)US_PER_S);
}

static void
take_channels(struct arena *a, struct activity *out, const struct ranked *from,
    const struct ranked *leader, enum activity_part p)
{
	uint32_t channels = part_channels(p);

	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if ((channels >> k & 1) == 0 || out->streams == NULL ||
		    !streams_has(from->act->streams, (enum stream_kind)k))
			continue;
		if (from == leader)
			out->streams->v[k] = from->act->streams->v[k];
		else
			streams_bring(a, out->streams, from->act->streams,
			    seconds_between(from->act, out),
			    (enum stream_kind)k);
	}
}

static void
take_laps(struct arena *a, struct activity *out, const struct activity *from)
{
	int64_t shift = seconds_between(out, from);
	int64_t start;

	out->n_laps = from->n_laps;
	out->laps =
	    arena_memdup(a, from->laps, from->n_laps * sizeof(*from->laps));
	for (size_t i = 0; i < out->n_laps; i++) {
		start = out->laps[i].start_s + shift;
		out->laps[i].start_s = (int32_t)MIN(
		    MAX(start, INT64_C(0)), STREAMS_MAX_SAMPLES - 1);
	}
}

static void
take_time(struct arena *a, struct activity *out, const struct activity *from)
{
	out->start_us = from->start_us;
	out->utc_offset_s = from->utc_offset_s;
	out->local_day = from->local_day;
	out->device = from->device;
	if (from->streams == NULL)
		return;
	out->streams = arena_alloc(a, sizeof(*out->streams));
	*out->streams = (struct streams){ .n = from->streams->n,
		.t_s = from->streams->t_s };
}

static void
take_part(struct arena *a, struct activity *out, const struct ranked *from,
    const struct ranked *leader, enum activity_part p)
{
	const struct activity *act = from->act;

	for (size_t i = 0; i < SUMMARY_COUNT; i++) {
		if (summary_fields[i].part == p)
			summary_set(&out->sum, i, summary_get(&act->sum, i));
	}
	take_channels(a, out, from, leader, p);
	if (p == PART_SPORT)
		out->sport = act->sport;
	else if (p == PART_NAME)
		out->name = act->name;
	else if (p == PART_EFFORT)
		out->rpe = act->rpe;
	else if (p == PART_GEAR)
		out->gear = act->gear;
	else if (p == PART_LAPS)
		take_laps(a, out, act);
	if (p == PART_POSITION) {
		out->start_latitude_deg = act->start_latitude_deg;
		out->start_longitude_deg = act->start_longitude_deg;
	}
}

/* The beats of the recording that gives the heart rate, else of the first that
 * has any, as that recording has them. */
static void
take_beats(
    struct arena *a, struct activity *out, const struct ranked *r, size_t n)
{
	const struct activity *from = NULL;
	int64_t start_s;

	for (size_t i = 0; i < n; i++) {
		bool gives = (r[i].source->gives >> PART_HEART_RATE & 1) != 0;

		if (r[i].act->beats != NULL && (from == NULL || gives))
			from = r[i].act;
	}
	if (from == NULL)
		return;
	start_s = from->beats->start_s + seconds_between(out, from);
	out->beats = arena_memdup(a, from->beats, sizeof(*from->beats));
	out->beats->start_s = (int32_t)MIN(
	    MAX(start_s, INT64_C(0)), (int64_t)STREAMS_MAX_SAMPLES);
}

void
activity_merge(
    struct arena *a, struct merge_source *list, size_t n, struct activity *out)
{
	struct ranked *r = arena_many(a, n, struct ranked), *from;

	CHECK(n > 0);
	for (size_t i = 0; i < n; i++)
		rank(&r[i], &list[i]);
	put_in_order(r, n);
	activity_init(out);
	take_time(a, out, r[0].act);
	for (int p = 0; p < PART_COUNT; p++) {
		from = p == PART_TIME ? &r[0]
				      : giver_of(r, n, (enum activity_part)p);
		if (from == NULL)
			continue;
		take_part(a, out, from, &r[0], (enum activity_part)p);
		from->source->gives |= UINT32_C(1) << p;
	}
	take_beats(a, out, r, n);
	activity_complete(out);
}
