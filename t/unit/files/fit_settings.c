/* What FIT files say beside the activity: thresholds that the device knew,
 * stress of days, sets of a gym and splits. */

#include "base/date.h"
#include "fit_writer.h"
#include "tap.h"

#define T0  1000000000u /* FIT time */
#define DAY 86400u

enum { ID, RECORD, SESSION, ZONES, PROFILE, IN_ZONE, OTHER, SPORT };

/* type, time of creation */
static void
put_id(struct fit_writer *w, int type)
{
	fw_define(w, ID, 0, 4, 0, 1, 0, 4, 4, 0x86, 1, 2, 0x84, 2, 2, 0x84);
	fw_head(w, ID);
	fw_uint(w, 1, (uint64_t)type);
	fw_uint(w, 4, T0);
	fw_uint(w, 2, 1);
	fw_uint(w, 2, 1036);
}

/* time, start, elapsed, sport, threshold power */
static void
put_session(
    struct fit_writer *w, uint32_t start, uint32_t s, int sport, int ftp)
{
	fw_define(w, SESSION, 18, 5, 253, 4, 0x86, 2, 4, 0x86, 7, 4, 0x86, 5, 1,
	    0, 45, 2, 0x84);
	fw_head(w, SESSION);
	fw_uint(w, 4, start + s);
	fw_uint(w, 4, start);
	fw_uint(w, 4, s * 1000);
	fw_uint(w, 1, (uint64_t)sport);
	fw_uint(w, 2, (uint64_t)ftp);
}

/* maximum, threshold, power */
static void
put_zones(struct fit_writer *w, int max, int lthr, int ftp)
{
	fw_define(w, ZONES, 7, 3, 1, 1, 2, 2, 1, 2, 3, 2, 0x84);
	fw_head(w, ZONES);
	fw_uint(w, 1, (uint64_t)max);
	fw_uint(w, 1, (uint64_t)lthr);
	fw_uint(w, 2, (uint64_t)ftp);
}

/* resting, maximum when running, in general */
static void
put_profile(struct fit_writer *w, int rest, int run, int max)
{
	fw_define(w, PROFILE, 3, 3, 8, 1, 2, 9, 1, 2, 11, 1, 2);
	fw_head(w, PROFILE);
	fw_uint(w, 1, (uint64_t)rest);
	fw_uint(w, 1, (uint64_t)run);
	fw_uint(w, 1, (uint64_t)max);
}

/* maximum, resting, threshold, power */
static void
put_in_zone(struct fit_writer *w, int max, int rest, int lthr, int ftp)
{
	fw_define(w, IN_ZONE, 216, 5, 253, 4, 0x86, 11, 1, 2, 12, 1, 2, 13, 1,
	    2, 15, 2, 0x84);
	fw_head(w, IN_ZONE);
	fw_uint(w, 4, T0);
	fw_uint(w, 1, (uint64_t)max);
	fw_uint(w, 1, (uint64_t)rest);
	fw_uint(w, 1, (uint64_t)lthr);
	fw_uint(w, 2, (uint64_t)ftp);
}

/* The value of a kind, NaN; how often it is there is checked. */
static double
threshold_of(const struct decoded *d, enum threshold_kind kind)
{
	double v = NAN;
	int n = 0;

	for (size_t i = 0; i < d->n_thresholds; i++) {
		if (d->thresholds[i].kind != kind)
			continue;
		v = d->thresholds[i].value;
		n++;
	}
	ok(n <= 1, "%s once", threshold_name(kind));
	return v;
}

static void
test_thresholds(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct decoded d;

	put_id(&w, 4);
	put_profile(&w, 44, 191, 0xff);
	put_zones(&w, 0xff, 0, 250);
	put_in_zone(&w, 183, 48, 164, 255);
	put_in_zone(&w, 0xff, 0xff, 0xff, 0xffff);
	put_session(&w, T0 + 100, 600, 2, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.n_thresholds, 4, "four thresholds");
	is_near(threshold_of(&d, THRESHOLD_FTP_W), 250, 0,
	    "power of the zones before that beside them");
	is_near(threshold_of(&d, THRESHOLD_LTHR_BPM), 164, 0,
	    "threshold heart rate, where zero is none");
	is_near(threshold_of(&d, THRESHOLD_MAX_HR_BPM), 183, 0,
	    "maximum before that of the profile");
	is_near(threshold_of(&d, THRESHOLD_REST_HR_BPM), 48, 0, "resting");
	is_str(d.thresholds[0].source, "Garmin 1036", "of the device");
	is_int(d.thresholds[0].day,
	    date_of_instant((T0 + FIT_EPOCH_S) * DATE_US_PER_SECOND, 3600),
	    "of the day");

	put_id(&w, 4);
	put_profile(&w, 44, 191, 0xff);
	put_zones(&w, 0xff, 0xff, 250);
	put_session(&w, T0 + 100, 600, 1, 310);
	is_int(fw_decode(a, &w, &d), 0, "a run");
	ok(isnan(threshold_of(&d, THRESHOLD_FTP_W)), "no power of cycling");
	is_near(threshold_of(&d, THRESHOLD_RUN_FTP_W), 310, 0,
	    "that of the session");
	is_near(threshold_of(&d, THRESHOLD_MAX_HR_BPM), 191, 0,
	    "a maximum of running");

	put_id(&w, 4);
	put_zones(&w, 185, 0xff, 250);
	put_session(&w, T0 + 100, 600, 5, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "a swim");
	is_int(d.n_thresholds, 1, "has no power");

	put_id(&w, 4);
	put_zones(&w, 0xff, 0xff, 250);
	put_session(&w, T0 + 100, 600, 2, 260);
	put_session(&w, T0 + 700, 600, 1, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "a ride and a run");
	is_near(threshold_of(&d, THRESHOLD_FTP_W), 260, 0, "each its own");
	ok(isnan(threshold_of(&d, THRESHOLD_RUN_FTP_W)), "or none");
}

static void
test_settings(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct decoded d;

	put_id(&w, 2);
	put_profile(&w, 60, 0xff, 185);
	put_zones(&w, 0xff, 0xff, 1000);
	is_int(fw_decode(a, &w, &d), 0, "settings");
	is_int(d.n_activities, 0, "hold no activity");
	is_int(d.n_thresholds, 2, "but thresholds, the plausible ones");

	put_id(&w, 6);
	put_profile(&w, 60, 0xff, 185);
	is_int(fw_decode(a, &w, &d), 0, "a course");
	is_int(d.n_thresholds, 0, "is nobody's");

	fw_define(&w, ID, 0, 2, 0, 1, 0, 4, 4, 0x86);
	fw_head(&w, ID);
	fw_uint(&w, 1, 2);
	fw_uint(&w, 4, 5000);
	put_profile(&w, 60, 0xff, 185);
	is_int(fw_decode(a, &w, &d), 0, "a device without the date");
	is_int(d.n_thresholds, 0, "knows no day");
}

/* So many values from a time, each a minute after the one before. */
static void
put_stress(struct fit_writer *w, uint32_t time, int n, int level)
{
	fw_define(w, OTHER, 227, 2, 0, 2, 0x83, 1, 4, 0x86);
	for (int i = 0; i < n; i++) {
		fw_head(w, OTHER);
		fw_uint(w, 2, (uint64_t)(uint16_t)level);
		fw_uint(w, 4, time + (uint32_t)i * 60);
	}
}

static void
test_stress(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct decoded d;
	/* Midnight, an hour east of which the person lives. */
	uint32_t midnight = T0 - (uint32_t)((T0 + FIT_EPOCH_S + 3600) % DAY);

	put_id(&w, 32);
	put_stress(&w, midnight - 120 * 60, 120, 20);
	put_stress(&w, midnight, 100, 30);
	put_stress(&w, midnight + 100 * 60, 50, -1);
	put_stress(&w, midnight + 200 * 60, 100, 60);
	put_stress(&w, midnight + DAY, 119, 50);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.n_daily, 2, "days with enough of it");
	ok(d.daily[0].kind == DAILY_STRESS, "stress");
	is_near(d.daily[0].value, 20, 0, "of the evening");
	is_near(d.daily[1].value, 45, 1e-9,
	    "and of the next day, without what is no value");
	is_int(d.daily[1].day, d.daily[0].day + 1, "by the person's clock");
}

/* Ten times 62.5 kg; a category and an exercise of it. */
static void
put_set(struct fit_writer *w, uint32_t start, uint32_t s, int active,
    unsigned exercise)
{
	fw_define(w, OTHER, 225, 8, 254, 4, 0x86, 0, 4, 0x86, 3, 2, 0x84, 4, 2,
	    0x84, 5, 1, 2, 6, 4, 0x86, 7, 4, 0x84, 8, 4, 0x84);
	fw_head(w, OTHER);
	fw_uint(w, 4, start + s);
	fw_uint(w, 4, s * 1000);
	fw_uint(w, 2, 10);
	fw_uint(w, 2, 1000);
	fw_uint(w, 1, (uint64_t)active);
	fw_uint(w, 4, start);
	fw_uint(w, 2, 28);
	fw_uint(w, 2, 0xffff);
	fw_uint(w, 2, exercise);
	fw_uint(w, 2, 0xffff);
}

static void
put_title(struct fit_writer *w, unsigned exercise, const char *name)
{
	char bytes[16] = "";

	snprintf(bytes, sizeof(bytes), "%s", name);
	fw_define(
	    w, OTHER, 264, 3, 0, 2, 0x84, 1, 2, 0x84, 2, sizeof(bytes), 7);
	fw_head(w, OTHER);
	fw_uint(w, 2, 28);
	fw_uint(w, 2, exercise);
	buf_add(&w->data, bytes, sizeof(bytes));
}

static void
put_split(struct fit_writer *w, int type, uint32_t start, uint32_t s, int cm)
{
	fw_define(
	    w, OTHER, 312, 4, 0, 1, 0, 1, 4, 0x86, 3, 4, 0x86, 9, 4, 0x86);
	fw_head(w, OTHER);
	fw_uint(w, 1, (uint64_t)type);
	fw_uint(w, 4, s * 1000);
	fw_uint(w, 4, (uint64_t)cm);
	fw_uint(w, 4, start);
}

static void
put_lap(struct fit_writer *w, uint32_t start)
{
	fw_define(w, SPORT, 19, 1, 2, 4, 0x86);
	fw_head(w, SPORT);
	fw_uint(w, 4, start);
}

static void
put_records(struct fit_writer *w, uint32_t n)
{
	fw_define(w, RECORD, 20, 2, 253, 4, 0x86, 3, 1, 2);
	for (uint32_t i = 0; i < n; i++) {
		fw_head(w, RECORD);
		fw_uint(w, 4, T0 + i);
		fw_uint(w, 1, 100 + (i >= 60) * 20);
	}
}

static void
test_sets(struct arena *a)
{
	struct fit_writer w = { 0 };
	const struct activity *act;
	struct decoded d;

	put_id(&w, 4);
	put_records(&w, 180);
	put_set(&w, T0 + 60, 50, 0, 6);
	put_set(&w, T0, 60, 1, 6);
	put_set(&w, T0 + 110, 70, 1, 7);
	put_title(&w, 6, "Back squat");
	put_lap(&w, T0);
	put_session(&w, T0, 180, 10, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	act = &d.activities[0];
	is_int(act->n_laps, 3, "sets in the place of the one lap");
	is_int(act->laps[1].start_s, 60, "in order");
	is_near(act->laps[1].sum.moving_s, 0, 0, "a rest");
	is_near(act->laps[2].sum.elapsed_s, 70, 0, "duration");
	is_near(act->laps[0].sum.average_hr_bpm, 100, 1e-9,
	    "with the heart rate of its time");
	is_str(
	    act->laps[0].what.name, "Back squat", "an exercise by its title");
	is_str(act->laps[2].what.name, "Squat", "and one without");
	is_int(act->laps[0].what.repetitions, 10, "repetitions");
	is_near(act->laps[0].what.weight_kg, 62.5, 0, "weight");
	ok(act->laps[1].what.kind == LAP_REST &&
		act->laps[1].what.repetitions == 0 &&
		!(act->laps[1].what.weight_kg > 0) &&
		act->laps[1].what.name == NULL,
	    "nothing is moved in a rest");

	put_id(&w, 4);
	put_records(&w, 180);
	put_set(&w, T0, 60, 1, 6);
	put_set(&w, T0 + 60, 60, 1, 6);
	put_lap(&w, T0);
	put_lap(&w, T0 + 90);
	put_session(&w, T0, 180, 10, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "with laps of its own");
	is_int(d.activities[0].n_laps, 2, "they stay");
	is_int(d.activities[0].laps[1].start_s, 90, "as they are");
}

static void
test_splits(struct arena *a)
{
	struct fit_writer w = { 0 };
	const struct activity *act;
	struct decoded d;

	put_id(&w, 4);
	put_records(&w, 180);
	/* Walking and running, over which intervals lie. */
	for (uint32_t i = 0; i < 6; i++)
		put_split(&w, i % 2 == 0 ? 17 : 18, T0 + i * 30, 30, 100);
	put_split(&w, 3, T0, 60, 20000);
	put_split(&w, 4, T0 + 60, 60, 10000);
	put_split(&w, 3, T0 + 120, 60, 21000);
	put_split(&w, 99, T0 + 10, 60, 1);
	put_session(&w, T0, 180, 1, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	act = &d.activities[0];
	is_int(act->n_laps, 3, "intervals are the laps");
	is_near(act->laps[2].sum.distance_m, 210, 1e-9, "with what they say");
	is_int(act->laps[1].what.kind, LAP_REST, "and are");

	put_id(&w, 4);
	put_records(&w, 180);
	put_split(&w, 28, T0, 90, 0xffffffff);
	put_split(&w, 29, T0 + 90, 90, 90000);
	put_split(&w, 29, T0 + 400, 90, 90000);
	put_session(&w, T0, 180, 13, 0xffff);
	put_session(&w, T0 + 300, 300, 13, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "two sessions");
	is_int(d.activities[0].n_laps, 2, "each with its own");
	is_str(d.activities[0].laps[0].what.name, "Lift", "a lift");
	is_int(d.activities[1].n_laps, 0, "one is no division");
}

int
main(void)
{
	static void (*const tests[])(struct arena *) = { test_thresholds,
		test_settings, test_stress, test_sets, test_splits };

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		struct arena *a = arena_new();

		tests[i](a);
		arena_free(&a);
	}
	return tap_done();
}
