/* The pulse that a strap kept while the watch was under water: beats on the
 * strap's own clock of 1/1024 s, tied to the watch's time by a first message.
 * Later messages have the last 12 bits of eight times. */

#include <stdlib.h>

#include "files/fit_set.h"
#include "files/fit_value.h"

#define TICKS_PER_S 1024.0
#define TICK_MASK   0xfffu
#define HOLD_S	    5 /* how long a beat speaks for what follows */

static int
add_beat(
    struct fit_set *set, const struct fit_message *m, double bpm, struct err *e)
{
	const struct fit_strap *strap = &set->strap;
	struct fit_pulse p;

	if (isnan(bpm) || bpm == 0)
		return 0;
	if (result_count(set->result, e) < 0)
		return err_wrap(e, "FIT, byte %zu", m->offset);
	p.bpm = bpm;
	p.time_s =
	    (int64_t)(strap->time_s +
		      (uint32_t)(strap->ticks - strap->anchor) / TICKS_PER_S);
	buf_add(&set->pulse, &p, sizeof(p));
	return 0;
}

static double
beat_of(const struct fit_message *m, size_t i)
{
	const struct fit_field *f = fit_get_field(m, FIT_HR_BPM);

	return f != NULL ? fit_number(m, f, i) : NAN;
}

/* Whole times; with the message's own time the first is the anchor. */
static int
take_times(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	const struct fit_field *f = fit_get_field(m, FIT_HR_EVENT_TIME);
	struct fit_strap *strap = &set->strap;
	double fraction = fit_get(m, FIT_HR_FRACTION), ticks;

	for (size_t i = 0; f != NULL && i < fit_count(f); i++) {
		ticks = fit_number(m, f, i);
		if (!(ticks >= 0 && ticks <= UINT32_MAX))
			continue;
		strap->ticks = (uint32_t)ticks;
		if (i == 0 && m->time != FIT_TIME_MISSING) {
			strap->known = true;
			strap->anchor = strap->ticks;
			strap->time_s =
			    (double)fit_unix_time(m->time) +
			    (fraction >= 0 && fraction < 1 ? fraction : 0);
		}
		if (strap->known && add_beat(set, m, beat_of(m, i), e) < 0)
			return -1;
	}
	return 0;
}

/* The i-th of the numbers of 12 bits that stand behind each other. */
static uint32_t
packed_at(const uint8_t *p, size_t i)
{
	p += i / 2 * 3;
	return i % 2 == 0 ? p[0] | (p[1] & 0x0fu) << 8
			  : p[1] >> 4 | (uint32_t)p[2] << 4;
}

static int
take_packed(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	const struct fit_field *f = fit_get_field(m, FIT_HR_EVENT_TIME_12);
	struct fit_strap *strap = &set->strap;
	uint32_t low;

	if (f == NULL || !strap->known)
		return 0;
	for (size_t i = 0; i < f->size / 3u * 2; i++) {
		low = packed_at(m->data + f->offset, i);
		strap->ticks += (low - strap->ticks) & TICK_MASK;
		if (add_beat(set, m, beat_of(m, i), e) < 0)
			return -1;
	}
	return 0;
}

int
fit_pulse_take(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	if (take_times(set, m, e) < 0)
		return -1;
	return take_packed(set, m, e);
}

static int
compare_pulse(const void *a, const void *b)
{
	const struct fit_pulse *x = a, *y = b;

	return (x->time_s > y->time_s) - (x->time_s < y->time_s);
}

/* Samples are in order of time here. */
void
fit_pulse_apply(struct fit_set *set)
{
	struct fit_pulse *p = buf_items(&set->pulse, struct fit_pulse);
	struct sample *s = buf_items(&set->samples, struct sample);
	size_t n = buf_count(&set->pulse, struct fit_pulse), next = 0;

	if (n == 0)
		return;
	qsort(p, n, sizeof(*p), compare_pulse);
	for (size_t i = 0; i < buf_count(&set->samples, struct sample); i++) {
		while (next < n && p[next].time_s <= s[i].time_s)
			next++;
		if (next > 0 && isnan(s[i].v[STREAM_HR]) &&
		    s[i].time_s - p[next - 1].time_s <= HOLD_S)
			s[i].v[STREAM_HR] = p[next - 1].bpm;
	}
}
