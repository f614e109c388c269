/* Sleep: sums of stages, storage, and which of two recordings is kept. */

#include "model/sleep.h"

#include "tap.h"

static struct arena *arena;

#define HOUR_US (INT64_C(3600) * 1000000)

static struct sleep
night(const char *provider, int64_t from_h, int64_t to_h, const char *stages)
{
	struct sleep s;

	sleep_init(&s);
	s.provider = provider;
	s.external_id = "x";
	s.start_us = from_h * HOUR_US;
	s.end_us = to_h * HOUR_US;
	ok(sleep_stages_parse(arena, str_of(stages), &s), "stages %s", stages);
	sleep_complete(&s);
	return s;
}

static void
test_numbers(void)
{
	struct sleep s = night("file", 0, 1, "l900 d600 -60 r300 a120 l60 s30");

	is_int(s.n_stages, 6, "six stages");
	is_int(s.stages[2].start_s, 1560, "a gap is none");
	is_near(s.v[SLEEP_asleep_s], 1890, 0, "asleep");
	is_near(s.v[SLEEP_light_s], 960, 0, "light");
	is_near(s.v[SLEEP_deep_s], 600, 0, "deep");
	is_near(s.v[SLEEP_rem_s], 300, 0, "REM");
	is_near(s.v[SLEEP_awake_s], 120, 0, "awake");
	s = night("file", 0, 1, "s3000 a60");
	is_near(s.v[SLEEP_asleep_s], 3000, 0, "in no particular stage");
	ok(!value_has(s.v[SLEEP_deep_s]), "does not mean no deep sleep");
	s.v[SLEEP_score] = 140;
	s.v[SLEEP_deep_s] = value_restricted();
	sleep_complete(&s);
	ok(!value_has(s.v[SLEEP_score]), "an implausible score is none");
	ok(value_is_restricted(s.v[SLEEP_deep_s]), "what is withheld stays so");
}

static void
test_storage(void)
{
	static const char *const texts[] = { "", "l900 d600 -60 r300",
		"-120 s60", "a1" };
	static const char *const bad[] = { "l", "x60", "l0", "l-5", "l90000",
		"l60  d60", "60", "l60,d60" };
	struct sleep s;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buf out = BUF_INIT;

		s = night("file", 0, 1, texts[i]);
		sleep_stages_format(&out, &s);
		is_str(buf_cstr(&out), texts[i], "the same again");
		buf_free(&out);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!sleep_stages_parse(arena, str_of(bad[i]), &s),
		    "refused: %s", bad[i]);
}

static void
test_restricted(void)
{
	struct buf names = BUF_INIT;
	struct sleep s, back;

	sleep_init(&s);
	s.v[SLEEP_score] = s.v[SLEEP_hrv_rmssd_ms] = value_restricted();
	sleep_format_restricted(&names, &s);
	is_str(buf_cstr(&names), "score hrv_rmssd_ms", "names");
	sleep_init(&back);
	sleep_mark_restricted(&back, buf_str(&names));
	ok(value_is_restricted(back.v[SLEEP_score]) &&
		!value_is_restricted(back.v[SLEEP_deep_s]),
	    "and back");
	buf_free(&names);
}

static void
test_same(void)
{
	struct sleep a = night("file", 22, 30, "l900 d600 r300 a60");
	struct sleep b = night("apple", 23, 31, "s20000");
	struct sleep c = night("apple", 29, 40, "s20000");

	ok(sleep_same(&a, &b) && sleep_same(&b, &a),
	    "one night by two devices");
	ok(!sleep_same(&a, &c), "an hour in common is not the same");
	ok(sleep_tells_more(&a, &b) && !sleep_tells_more(&b, &a),
	    "stages tell more");
	b = night("apple", 22, 30, "l900 d600 r300 a60");
	ok(sleep_tells_more(&a, &b) != sleep_tells_more(&b, &a),
	    "of equals one is kept");
	ok(!sleep_tells_more(&a, &a), "nothing tells more than itself");
}

int
main(void)
{
	arena = arena_new();
	test_numbers();
	test_storage();
	test_restricted();
	test_same();
	arena_free(&arena);
	return tap_done();
}
