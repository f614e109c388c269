/* Completing an activity from its samples. */

#include "model/activity.h"

#include "tap.h"

static struct streams *
ride(struct arena *a)
{
	struct streams *s = streams_new(a, 200);

	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		streams_add(a, s, (enum stream_kind)k);
	for (int i = 0; i < 200; i++) {
		s->t_s[i] = i < 100 ? i : i + 500;
		s->v[STREAM_HR][i] = i < 100 ? 120 : 140;
		s->v[STREAM_POWER][i] = i % 2 == 0 ? 0 : 200;
		s->v[STREAM_CADENCE][i] = i % 2 == 0 ? 0 : 80;
		s->v[STREAM_SPEED][i] = i == 50 ? 9 : 5;
		s->v[STREAM_DISTANCE][i] = i * 5;
		s->v[STREAM_ALTITUDE][i] = 100 + (i % 2 == 0 ? 1 : -1);
		s->v[STREAM_TEMP][i] = -2;
		s->v[STREAM_LAT][i] = 45 + i * 1e-5;
		s->v[STREAM_LON][i] = 7;
	}
	s->v[STREAM_LAT][0] = VALUE_MISSING;
	return s;
}

static void
test_complete(struct arena *a)
{
	struct activity act;
	struct lap laps[2] = { { .start_s = 0 }, { .start_s = 600 } };

	activity_init(&act);
	summary_init(&laps[0].sum);
	summary_init(&laps[1].sum);
	act.streams = ride(a);
	act.laps = laps;
	act.n_laps = 2;
	act.sum.max_hr_bpm = 150;
	act.sum.max_power_w = value_restricted();
	activity_complete(&act);
	is_near(act.sum.elapsed_s, 699, 0, "elapsed");
	is_near(act.sum.moving_s, 198, 0, "the pause does not count");
	is_near(act.sum.distance_m, 995, 0, "distance");
	is_near(act.sum.average_speed_mps, 995 / 198.0, 1e-9, "average speed");
	is_near(act.sum.max_speed_mps, 9, 0, "top speed");
	is_near(act.sum.average_hr_bpm, 130, 1e-9, "average heart rate");
	is_near(act.sum.max_hr_bpm, 150, 0, "what the source said stays");
	ok(value_is_restricted(act.sum.max_power_w), "restricted stays");
	is_near(act.sum.average_power_w, 100, 1e-9, "power with zeros");
	is_near(act.sum.average_cadence_rpm, 80, 1e-9, "cadence without");
	is_near(act.sum.average_temperature_c, -2, 1e-9, "temperature");
	is_near(act.sum.elevation_gain_m, 0, 0, "noise of 1 m is no climb");
	is_near(act.start_latitude_deg, 45.00001, 1e-9, "first position");
	is_near(laps[0].sum.average_hr_bpm, 120, 1e-9, "first lap");
	is_near(laps[1].sum.average_hr_bpm, 140, 1e-9, "second lap");
	is_near(laps[0].sum.elapsed_s, 600, 0, "a lap ends with the next");
	is_near(laps[0].sum.distance_m + laps[1].sum.distance_m, 995, 1e-9,
	    "laps add up");
	ok(isnan(act.sum.calories_kcal), "calories cannot be known");
}

static void
test_climb(struct arena *a)
{
	struct activity act;
	struct streams *s = streams_new(a, 1201);
	double *h = streams_add(a, s, STREAM_ALTITUDE);

	for (int i = 0; i <= 1200; i++) {
		s->t_s[i] = i;
		h[i] = (i <= 1000 ? i * 0.1 : 100 - (i - 1000) * 0.2) +
		       (i % 2 == 0 ? 0.5 : -0.5);
	}
	activity_init(&act);
	act.streams = s;
	activity_complete(&act);
	is_near(act.sum.elevation_gain_m, 100, 3, "a climb of 100 m");
	is_near(act.sum.elevation_loss_m, 40, 3, "a descent of 40 m");
	ok(isnan(act.sum.distance_m) && isnan(act.sum.average_speed_mps),
	    "no distance");
	ok(isnan(act.sum.average_hr_bpm), "no heart rate");
}

static void
test_small(struct arena *a)
{
	struct activity act;

	activity_init(&act);
	is_str(act.name, "", "no name");
	activity_complete(&act);
	ok(isnan(act.sum.elapsed_s), "no streams, nothing known");
	act.streams = streams_new(a, 0);
	activity_complete(&act);
	ok(isnan(act.sum.elapsed_s), "no samples, nothing known");
	act.streams = streams_new(a, 1);
	streams_add(a, act.streams, STREAM_LAT)[0] = 1;
	streams_add(a, act.streams, STREAM_LON)[0] = 2;
	streams_add(a, act.streams, STREAM_ALTITUDE)[0] = 3;
	activity_complete(&act);
	is_near(act.sum.distance_m, 0, 0, "one position");
	is_near(act.sum.elapsed_s, 0, 0, "takes no time");
	ok(isnan(act.sum.average_speed_mps), "and has no speed");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_complete(a);
	test_climb(a);
	test_small(a);
	arena_free(&a);
	return tap_done();
}
