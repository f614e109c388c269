/* RR intervals: messages without a time of their own, between the records. */

#include "files/fit_set.h"
#include "files/fit_value.h"

int
fit_beats_take(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	const struct fit_field *f = fit_get_field(m, FIT_HRV_TIME);
	struct fit_beat beat = { .time_s = fit_unix_time(set->now) };

	for (size_t i = 0; f != NULL && i < fit_count(f); i++) {
		double ms = fit_number(m, f, i);

		if (!(ms > 0 && ms < UINT16_MAX))
			continue;
		if (result_count(set->result, e) < 0)
			return err_wrap(e, "FIT, byte %zu", m->offset);
		beat.ms = (uint16_t)ms;
		buf_add(&set->beats, &beat, sizeof(beat));
	}
	return 0;
}

/* Those before the first time belong to what comes first. */
static bool
is_within(const struct fit_beat *beat, int64_t from_s, int64_t to_s)
{
	return beat->time_s == SAMPLE_TIME_MISSING
		   ? from_s <= INT64_MIN + 1
		   : beat->time_s >= from_s && beat->time_s < to_s;
}

struct beats *
fit_beats_within(
    const struct fit_set *set, int64_t from_s, int64_t to_s, int64_t start_s)
{
	const struct fit_beat *beat = buf_items(&set->beats, struct fit_beat);
	size_t n = buf_count(&set->beats, *beat), within = 0;
	struct beats *b;
	int64_t first;

	for (size_t i = 0; i < n; i++)
		within += is_within(&beat[i], from_s, to_s);
	if (within == 0)
		return NULL;
	b = arena_one(set->result->a, struct beats);
	*b = (struct beats){ .ms =
				 arena_many(set->result->a, within, uint16_t) };
	for (size_t i = 0; i < n; i++) {
		if (!is_within(&beat[i], from_s, to_s))
			continue;
		if (b->n == 0 && beat[i].time_s != SAMPLE_TIME_MISSING) {
			first = beat[i].time_s - start_s;
			b->start_s = (int32_t)MIN(MAX(first, INT64_C(0)),
			    (int64_t)STREAMS_MAX_SAMPLES);
		}
		b->ms[b->n++] = beat[i].ms;
	}
	return b;
}
