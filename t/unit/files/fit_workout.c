/* Laps of a planned workout: what each was to be, by whichever of lap and step
 * says it. */

#include "fit_writer.h"
#include "tap.h"

#define T0 1000000000u /* FIT time */

enum { ID, RECORD, SESSION, LAP, WORKOUT, STEP };

enum { SPEED, HEART, OPEN, CADENCE, POWER };

static void
put_text(struct fit_writer *w, const char *text, size_t size)
{
	char bytes[40] = "";

	snprintf(bytes, sizeof(bytes), "%s", text);
	buf_add(&w->data, bytes, size);
}

/* A quarter of an hour of running. */
static void
begin(struct fit_writer *w)
{
	fw_define(w, ID, 0, 1, 0, 1, 0);
	fw_head(w, ID);
	fw_uint(w, 1, 4);
	fw_define(w, RECORD, 20, 2, 253, 4, 0x86, 3, 1, 2);
	for (uint32_t i = 0; i < 900; i += 10) {
		fw_head(w, RECORD);
		fw_uint(w, 4, T0 + i);
		fw_uint(w, 1, 150);
	}
}

static void
put_workout(struct fit_writer *w, const char *name)
{
	fw_define(w, WORKOUT, 26, 1, 8, 16, 7);
	fw_head(w, WORKOUT);
	put_text(w, name, 16);
}

/* Number, name, intensity, target's type, zone, range. */
static void
put_step(struct fit_writer *w, unsigned number, const char *name, int intensity,
    int type, uint32_t zone, uint32_t low, uint32_t high)
{
	fw_define(w, STEP, 27, 7, 254, 2, 0x84, 0, 12, 7, 7, 1, 0, 3, 1, 0, 4,
	    4, 0x86, 5, 4, 0x86, 6, 4, 0x86);
	fw_head(w, STEP);
	fw_uint(w, 2, number);
	put_text(w, name, 12);
	fw_uint(w, 1, (uint64_t)intensity);
	fw_uint(w, 1, (uint64_t)type);
	fw_uint(w, 4, zone);
	fw_uint(w, 4, low);
	fw_uint(w, 4, high);
}

static void
put_lap(struct fit_writer *w, uint32_t start, int intensity, unsigned step)
{
	fw_define(w, LAP, 19, 3, 2, 4, 0x86, 23, 1, 0, 71, 2, 0x84);
	fw_head(w, LAP);
	fw_uint(w, 4, start);
	fw_uint(w, 1, (uint64_t)intensity);
	fw_uint(w, 2, step);
}

static void
put_session(struct fit_writer *w, uint32_t start, const char *profile)
{
	fw_define(
	    w, SESSION, 18, 4, 253, 4, 0x86, 2, 4, 0x86, 5, 1, 0, 110, 8, 7);
	fw_head(w, SESSION);
	fw_uint(w, 4, T0 + 900);
	fw_uint(w, 4, start);
	fw_uint(w, 1, 2);
	put_text(w, profile, 8);
}

static const char *
name_of(const struct lap *lap)
{
	return lap->what.name != NULL ? lap->what.name : "";
}

static const char *
target_of(const struct lap *lap)
{
	return lap->what.target != NULL ? lap->what.target : "";
}

static void
test_steps(struct arena *a)
{
	static const char *const targets[] = { "heart rate zone 2", "250-270 W",
		"60-70 % of maximum heart rate", "250-270 W", "", "4.00 m/s",
		"85-95 rpm" };
	struct fit_writer w = { 0 };
	const struct activity *act;
	struct decoded d;

	begin(&w);
	put_lap(&w, T0, 2, 0);
	put_lap(&w, T0 + 100, 0xff, 1);
	put_lap(&w, T0 + 200, 1, 2);
	put_lap(&w, T0 + 300, 0xff, 1);
	put_lap(&w, T0 + 400, 3, 3);
	put_lap(&w, T0 + 500, 0, 0x8004);
	put_lap(&w, T0 + 600, 0, 5);
	put_lap(&w, T0 + 700, 0xff, 77);
	put_workout(&w, "3 x VO2max");
	put_step(&w, 0, "Easy", 2, HEART, 2, 0, 0);
	put_step(&w, 1, "VO2max", 5, POWER, 0, 1250, 1270);
	put_step(&w, 2, "", 1, HEART, 0, 60, 70);
	put_step(&w, 3, "", 3, OPEN, 0, 0, 0);
	put_step(&w, 4, "", 0, SPEED, 0, 4000, 4000);
	put_step(&w, 5, "", 0, CADENCE, 0, 85, 95);
	put_session(&w, T0, "Road");
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	act = &d.activities[0];
	is_str(act->name, "3 x VO2max", "the workout names the activity");
	is_int(act->n_laps, 8, "laps");
	is_int(act->laps[0].what.kind, LAP_WARMUP, "what a lap says");
	is_str(name_of(&act->laps[0]), "Easy", "and its step");
	is_int(act->laps[1].what.kind, LAP_INTERVAL, "where it says nothing");
	is_str(name_of(&act->laps[3]), "VO2max", "a step that is repeated");
	is_str(name_of(&act->laps[2]), "", "one without a name");
	is_int(act->laps[2].what.kind, LAP_REST, "a rest");
	is_int(act->laps[4].what.kind, LAP_COOLDOWN, "the end");
	is_int(act->laps[7].what.kind, LAP_UNKNOWN, "a step that is not there");
	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		is_str(target_of(&act->laps[i]), targets[i], "target");
}

static void
test_shares(struct arena *a)
{
	struct fit_writer w = { 0 };
	const struct activity *act;
	struct decoded d;

	begin(&w);
	put_lap(&w, T0, 0, 0);
	put_lap(&w, T0 + 100, 1, 1);
	put_lap(&w, T0 + 200, 1, 2);
	put_lap(&w, T0 + 300, 1, 3);
	put_workout(&w, "");
	put_step(&w, 0, "", 0, POWER, 0, 88, 94);
	put_step(&w, 1, "", 0, HEART, 0, 240, 260);
	put_step(&w, 2, "", 0, POWER, UINT32_MAX, 1200, 1100);
	put_step(&w, 3, "", 0, POWER, 0, 900, 1100);
	put_session(&w, T0, "Road");
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	act = &d.activities[0];
	is_str(act->name, "Road", "a workout without a name gives none");
	is_str(target_of(&act->laps[0]), "88-94 % of FTP", "of threshold");
	is_str(target_of(&act->laps[1]), "140-160 bpm", "of heart rate");
	is_str(target_of(&act->laps[2]), "", "a range that is none");
	is_str(target_of(&act->laps[3]), "0-100 W", "none below zero");
}

static void
test_plain(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct decoded d;

	begin(&w);
	put_lap(&w, T0, 0, 0xffff);
	put_lap(&w, T0 + 100, 0, 0xffff);
	put_session(&w, T0, "Road");
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.activities[0].laps[0].what.kind, LAP_UNKNOWN,
	    "laps that are all active say nothing");

	begin(&w);
	put_workout(&w, "Brick");
	put_session(&w, T0, "Road");
	put_session(&w, T0 + 450, "Run");
	is_int(fw_decode(a, &w, &d), 0, "two sessions");
	is_str(d.activities[1].name, "Run", "have names of their own");
}

int
main(void)
{
	static void (*const tests[])(
	    struct arena *) = { test_steps, test_shares, test_plain };

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		struct arena *a = arena_new();

		tests[i](a);
		arena_free(&a);
	}
	return tap_done();
}
