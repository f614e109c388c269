/* Nights and heart beats of FIT files. */

#include "base/date.h"
#include "fit_writer.h"
#include "tap.h"

#define T0 1000000000u /* FIT time */
#define U0 ((int64_t)(T0 + FIT_EPOCH_S) * DATE_US_PER_SECOND)

enum { ID, LEVEL, EVENT, SCORE, HRV, OTHER };

static void
put_id(struct fit_writer *w, int type)
{
	fw_define(w, ID, 0, 3, 0, 1, 0, 1, 2, 0x84, 2, 2, 0x84);
	fw_head(w, ID);
	fw_uint(w, 1, (uint64_t)type);
	fw_uint(w, 2, 1);
	fw_uint(w, 2, 1036);
}

static void
put_event(struct fit_writer *w, uint32_t t, int type)
{
	fw_define(w, EVENT, 21, 3, 253, 4, 0x86, 0, 1, 0, 1, 1, 0);
	fw_head(w, EVENT);
	fw_uint(w, 4, t);
	fw_uint(w, 1, 74);
	fw_uint(w, 1, (uint64_t)type);
}

/* Levels that end at these minutes. */
static void
put_levels(
    struct fit_writer *w, uint32_t base, size_t n, const uint8_t (*list)[2])
{
	fw_define(w, LEVEL, 275, 2, 253, 4, 0x86, 0, 1, 0);
	for (size_t i = 0; i < n; i++) {
		fw_head(w, LEVEL);
		fw_uint(w, 4, base + list[i][0] * 60u);
		fw_uint(w, 1, list[i][1]);
	}
}

static void
test_night(struct arena *a, bool big_endian)
{
	static const uint8_t levels[][2] = { { 10, 1 }, { 30, 2 }, { 50, 2 },
		{ 80, 3 }, { 90, 0 }, { 120, 4 }, { 125, 1 } };
	struct fit_writer w = { .big_endian = big_endian };
	const struct sleep *s;
	struct decoded d;

	put_id(&w, 49);
	put_event(&w, T0, 0);
	put_levels(&w, T0, ARRAY_LEN(levels), levels);
	put_event(&w, T0 + 125 * 60, 1);
	/* A value of five minutes: 40 and 50 ms within, 90 long before. */
	fw_define(&w, HRV, 371, 2, 253, 4, 0x86, 0, 2, 0x84);
	for (int i = 0; i < 3; i++) {
		fw_head(&w, HRV);
		fw_uint(&w, 4, i == 2 ? T0 - 86400 : T0 + 600 + 300u * i);
		fw_uint(&w, 2, (i == 2 ? 90 : 40 + 10 * i) * 128);
	}
	fw_define(&w, SCORE, 346, 1, 6, 1, 2);
	fw_head(&w, SCORE);
	fw_uint(&w, 1, 83);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_str(d.kind, "sleep", "kind");
	is_int(d.n_sleeps, 1, "a night");
	s = &d.sleeps[0];
	ok(s->start_us == U0 && s->end_us == U0 + 125 * 60 * INT64_C(1000000),
	    "from falling asleep to the last level");
	is_int(s->utc_offset_s, 3600, "offset of the person's zone");
	is_int(s->local_day, date_of_instant(s->end_us, 3600), "day of waking");
	is_int(s->n_stages, 5, "equal levels are one stage, a gap is none");
	ok(s->stages[1].kind == SLEEP_LIGHT && s->stages[1].start_s == 600 &&
		s->stages[1].duration_s == 2400,
	    "a level's time is that of its end");
	is_near(s->v[SLEEP_asleep_s], (40 + 30 + 30) * 60, 0, "asleep");
	is_near(s->v[SLEEP_deep_s], 30 * 60, 0, "deep");
	is_near(s->v[SLEEP_rem_s], 30 * 60, 0, "REM");
	is_near(s->v[SLEEP_awake_s], 15 * 60, 0, "awake");
	is_near(s->v[SLEEP_score], 83, 0, "score");
	is_near(s->v[SLEEP_hrv_rmssd_ms], 45, 0, "RMSSD within the night");
	is_str(s->device, "Garmin 1036", "device");
	is_int(d.daily[0].kind, DAILY_HRV_RMSSD, "the day's RMSSD");
}

static void
test_two_nights(struct arena *a)
{
	static const uint8_t levels[][2] = { { 0, 2 }, { 60, 2 }, { 90, 3 } };
	struct fit_writer w = { 0 };
	struct decoded d;

	put_id(&w, 49);
	put_levels(&w, T0 + 86400, 3, levels);
	put_levels(&w, T0, 3, levels);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.n_sleeps, 2, "two nights");
	ok(d.sleeps[0].start_us == U0, "in order of time");
	is_near(d.sleeps[0].v[SLEEP_asleep_s], 90 * 60, 0,
	    "without an event the first level is where it begins");
	ok(!value_has(d.sleeps[0].v[SLEEP_score]), "no score");
}

static void
test_odd(struct arena *a)
{
	static const uint8_t nothing[][2] = { { 0, 0 }, { 60, 0xff } };
	static const uint8_t one[][2] = { { 5, 3 } };
	struct fit_writer w = { 0 };
	struct decoded d;

	put_id(&w, 49);
	put_levels(&w, T0, 2, nothing);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.n_sleeps, 0, "nothing measured is no sleep");
	put_id(&w, 49);
	put_levels(&w, T0, 1, one);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.n_sleeps, 0, "a moment is none");
	put_id(&w, 49);
	put_levels(&w, 100, 1, one);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.n_sleeps, 0, "a time without a date is none");
	put_id(&w, 49);
	fw_define(&w, LEVEL, 275, 1, 0, 1, 0);
	fw_head(&w, LEVEL);
	fw_uint(&w, 1, 3);
	is_int(fw_decode(a, &w, &d), 0, "levels without a time decode");
	is_int(d.n_sleeps, 0, "to nothing");
}

static void
test_beats(struct arena *a)
{
	struct fit_writer w = { 0 };
	const struct beats *b;
	struct decoded d;

	put_id(&w, 4);
	fw_define(&w, OTHER, 20, 2, 253, 4, 0x86, 3, 1, 2);
	fw_define(&w, HRV, 78, 1, 0, 10, 0x84);
	for (uint32_t i = 0; i < 3; i++) {
		fw_head(&w, OTHER);
		fw_uint(&w, 4, T0 + i);
		fw_uint(&w, 1, 75);
		fw_head(&w, HRV);
		fw_uint(&w, 2, 800 + i);
		fw_uint(&w, 2, i == 1 ? 790 : 0xffff);
		for (int k = 0; k < 3; k++)
			fw_uint(&w, 2, 0xffff);
	}
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	b = d.activities[0].beats;
	ok(b != NULL && b->n == 4 && b->ms[0] == 800 && b->ms[1] == 801 &&
		b->ms[2] == 790 && b->ms[3] == 802,
	    "intervals in order, without fillers");
	is_int(b->start_s, 0, "from the start");
	is_near(d.activities[0].sum.average_hr_bpm, 75, 0, "beside the pulse");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_night(a, false);
	test_night(a, true);
	test_two_nights(a);
	test_odd(a);
	test_beats(a);
	arena_free(&a);
	return tap_done();
}
