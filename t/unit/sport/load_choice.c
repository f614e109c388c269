/* The load of an activity: which method, what value, why, and what better. */

#include "sport/load.h"

#include "sport/grade.h"
#include "tap.h"

#define HOUR 3600

static struct arena *arena;
static struct activity act;
static struct thresholds none, full;

static void
set_up(void)
{
	static const double value[] = { 250, 300, 170, 190, 50, 1000 / 255.0,
		100 / 95.0 };

	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++) {
		none.of[k] = (struct threshold){ .value = NAN };
		full.of[k] = (struct threshold){ .value = value[k] };
	}
}

/* An activity of n seconds without any channel. */
static void
start(enum sport_type sport, size_t n)
{
	arena_reset(arena);
	activity_init(&act);
	act.sport = sport;
	act.sum.moving_s = act.sum.elapsed_s = (double)n;
	act.streams = streams_new(arena, n);
	for (size_t i = 0; i < n; i++)
		act.streams->t_s[i] = (int32_t)i;
}

static double *
channel(enum stream_kind k, double value)
{
	double *v = streams_add(arena, act.streams, k);

	for (size_t i = 0; i < act.streams->n; i++)
		v[i] = value;
	return v;
}

static struct activity_load
check(const struct thresholds *t, enum sex sex, enum load_method method,
    double value, const char *what)
{
	struct activity_load l;

	activity_load(&act, t, sex, &l);
	is_str(
	    load_method_name(l.method), load_method_name(method), "%s", what);
	if (method == LOAD_NONE)
		ok(isnan(l.value) && isnan(l.duration_s), "no value");
	else
		is_near(l.value, value, 0.0005, "its value");
	ok(l.why[0] != '\0' && strlen(l.why) < sizeof(l.why) - 1, "why: %s",
	    l.why);
	ok(strlen(l.better) < sizeof(l.better) - 1, "better: %s", l.better);
	return l;
}

static void
test_power(void)
{
	struct activity_load l;
	double *w;

	start(SPORT_RIDE, HOUR);
	channel(STREAM_POWER, 250);
	channel(STREAM_HR, 140);
	l = check(&full, SEX_MALE, LOAD_TSS, 100, "an hour at FTP");
	is_near(l.intensity_factor, 1, 1e-9, "at factor 1");
	is_near(l.duration_s, HOUR, 0, "of an hour");
	is_near(l.intensity, 250, 1e-9, "rated by its power");
	is_near(l.threshold, 250, 0, "against FTP");
	ok(l.from_samples, "from samples");
	is_str(l.better, "", "nothing better");

	w = channel(STREAM_POWER, 100);
	for (size_t i = 0; i < HOUR; i++)
		if (i / 60 % 2 == 0)
			w[i] = 300;
	act.sum.average_power_w = 200;
	check(&full, SEX_MALE, LOAD_TSS, 91.4697, "uneven power");
	act.streams = NULL;
	l = check(&full, SEX_MALE, LOAD_TSS, 64, "by its average");
	ok(!l.from_samples, "not from samples");
	is_str(l.better, "A better one would need power by the second.",
	    "which would be better");
}

static void
test_running_power(void)
{
	struct thresholds t = full;
	struct activity_load l;

	start(SPORT_RUN, HOUR);
	channel(STREAM_POWER, 300);
	channel(STREAM_SPEED, 1000 / 270.0);
	l = check(&full, SEX_MALE, LOAD_TSS, 100, "running FTP");
	is_near(l.threshold, 300, 0, "not that of rides");
	t.of[THRESHOLD_RUN_FTP_W].value = NAN;
	l = check(&t, SEX_MALE, LOAD_RTSS, 89.1975, "pace without it");
	is_str(l.better,
	    "A better one would need a functional threshold power for runs.",
	    "which would be better");
}

static void
test_pace(void)
{
	struct thresholds t = full;
	struct activity_load l;
	double *altitude, *distance;

	t.of[THRESHOLD_RUN_FTP_W].value = NAN;
	start(SPORT_RUN, HOUR);
	channel(STREAM_SPEED, 1000 / 270.0);
	l = check(&t, SEX_MALE, LOAD_RTSS, 89.1975, "60 min at 4:30");
	is_near(l.intensity_factor, 255 / 270.0, 1e-9, "its factor");
	is_str(l.better, "", "nothing better for who has no power");
	altitude = channel(STREAM_ALTITUDE, 0);
	for (size_t i = 0; i < HOUR; i++)
		altitude[i] = (double)i / 27 * 5;
	l = check(&t, SEX_MALE, LOAD_RTSS, 89.1975 * pow(grade_factor(0.05), 2),
	    "up 5 %");
	start(SPORT_RUN, HOUR);
	distance = channel(STREAM_DISTANCE, 0);
	for (size_t i = 0; i < HOUR; i++)
		distance[i] = 1000 / 270.0 * (double)i;
	check(&t, SEX_MALE, LOAD_RTSS, 89.1975, "speed from distance");
	ok(!streams_has(act.streams, STREAM_SPEED), "and none is left behind");
	act.streams = NULL;
	act.sum.distance_m = HOUR / 270.0 * 1000;
	l = check(&t, SEX_MALE, LOAD_RTSS, 89.1975, "by its average");
	is_str(
	    l.better, "A better one would need speed by the second.", "better");
	act.sum.average_speed_mps = 1000 / 300.0;
	check(&t, SEX_MALE, LOAD_RTSS, 72.25, "which the source may give");
	act.sport = SPORT_HIKE;
	check(&t, SEX_MALE, LOAD_NONE, 0, "walks are not rated by pace");
}

static void
test_swim(void)
{
	struct activity_load l;

	start(SPORT_SWIM, HOUR);
	act.sum.elapsed_s = 2 * HOUR;
	act.sum.distance_m = HOUR / 105.0 * 100;
	channel(STREAM_HR, 140);
	l = check(&full, SEX_MALE, LOAD_STSS, 74.0633, "60 min at 1:45");
	ok(!l.from_samples, "from totals");
	is_near(l.intensity_factor, 95 / 105.0, 1e-9, "its factor");
	is_str(l.better, "", "nothing better");
	act.sum.distance_m = 0;
	l = check(&full, SEX_MALE, LOAD_HRTSS, 49.703, "without a distance");
	is_str(l.better, "A better one would need distance and moving time.",
	    "better");
	act.streams = NULL;
	check(&full, SEX_MALE, LOAD_NONE, 0, "nothing at all");
}

static void
test_heart_rate(void)
{
	struct thresholds t = full;
	struct activity_load l;
	double *hr;

	start(SPORT_ROW, HOUR);
	channel(STREAM_HR, 140);
	l = check(&full, SEX_MALE, LOAD_HRTSS, 49.703, "60 min at 140");
	is_near(l.intensity_factor, sqrt(0.49703), 1e-5, "implied factor");
	is_near(l.intensity, 140, 1e-9, "mean heart rate");
	is_str(l.better, "", "nothing better for rowing");
	check(&full, SEX_FEMALE, LOAD_HRTSS, 52.438, "women");
	l = check(&full, SEX_UNKNOWN, LOAD_HRTSS, 49.703, "not known");
	ok(strstr(l.why, "men's curve") != NULL, "and it says so");
	channel(STREAM_HR, 170);
	check(&full, SEX_MALE, LOAD_HRTSS, 100, "an hour at threshold");
	act.streams = NULL;
	act.sum.average_hr_bpm = 140;
	l = check(&full, SEX_MALE, LOAD_HRTSS, 49.703, "by its average");
	is_str(l.better, "A better one would need heart rate by the second.",
	    "better");
	start(SPORT_ROW, HOUR);
	hr = channel(STREAM_HR, 140);
	for (size_t i = 0; i < HOUR; i += 3)
		hr[i] = 0;
	check(&full, SEX_MALE, LOAD_HRTSS, 49.703, "zeros are dropouts");
	t.of[THRESHOLD_LTHR_BPM].value = 195;
	l = check(&t, SEX_MALE, LOAD_NONE, 0, "thresholds that clash");
	is_str(l.better,
	    "A load would need a threshold heart rate between rest and "
	    "maximum.",
	    "what it takes");
	t.of[THRESHOLD_LTHR_BPM].value = 0;
	l = check(&t, SEX_MALE, LOAD_NONE, 0, "a threshold of 0");
	is_str(l.better, "A load would need a threshold heart rate.",
	    "what it takes");
}

static void
test_order(void)
{
	struct thresholds t = full;
	struct activity_load l;

	start(SPORT_RIDE, HOUR);
	act.sum.average_power_w = 200;
	act.rpe = 6;
	channel(STREAM_HR, 140);
	l = check(&full, SEX_MALE, LOAD_HRTSS, 49.703,
	    "samples of heart rate before average power");
	is_str(l.better, "A better one would need power by the second.",
	    "which would be better");
	t.of[THRESHOLD_FTP_W].value = NAN;
	l = check(&t, SEX_MALE, LOAD_HRTSS, 49.703, "no power at all");
	is_str(l.better,
	    "A better one would need power by the second and a functional "
	    "threshold power.",
	    "which would be better");
	channel(STREAM_POWER, 0);
	check(&full, SEX_MALE, LOAD_HRTSS, 49.703, "a dead power meter");
	channel(STREAM_POWER, 200);
	l = check(&t, SEX_MALE, LOAD_HRTSS, 49.703, "power without FTP");
	is_str(l.better,
	    "A better one would need a functional threshold power.",
	    "which would be better");
	l = check(&none, SEX_MALE, LOAD_RPE, 70, "only exertion");
	is_near(l.intensity, 6, 0, "of 6");
	ok(isnan(l.threshold), "against nothing");
	is_near(l.intensity_factor, sqrt(0.7), 1e-9, "implied factor");
	ok(l.better[0] != '\0', "there is better");
	act.rpe = 0;
	l = check(&none, SEX_MALE, LOAD_NONE, 0, "nothing");
	is_str(l.better, "A load would need a functional threshold power.",
	    "what it takes");
	act.rpe = 11;
	check(&none, SEX_MALE, LOAD_NONE, 0, "exertion off the scale");
}

static void
test_gaps(void)
{
	struct activity_load l;
	double *w;

	/* Smart recording: a sample every 8 s. */
	start(SPORT_RIDE, HOUR / 8);
	for (size_t i = 0; i < HOUR / 8; i++)
		act.streams->t_s[i] = (int32_t)i * 8;
	channel(STREAM_POWER, 250);
	act.sum.moving_s = act.sum.elapsed_s = HOUR;
	l = check(&full, SEX_MALE, LOAD_TSS, 100, "gaps are bridged");
	is_near(l.duration_s, HOUR, 0, "for the whole time");

	/* A pause of half an hour. */
	start(SPORT_RIDE, HOUR);
	for (size_t i = HOUR / 2; i < HOUR; i++)
		act.streams->t_s[i] += HOUR / 2;
	channel(STREAM_POWER, 250);
	act.sum.elapsed_s = 1.5 * HOUR;
	l = check(&full, SEX_MALE, LOAD_TSS, 100, "pauses do not count");
	is_near(l.duration_s, HOUR, 0, "an hour was ridden");

	/* A fifth of the samples missing, then a third. */
	start(SPORT_RIDE, HOUR);
	w = channel(STREAM_POWER, 250);
	channel(STREAM_HR, 170);
	for (size_t i = 1000; i < 1000 + HOUR / 5; i++)
		w[i] = NAN;
	check(&full, SEX_MALE, LOAD_TSS, 100, "dropouts make it no easier");
	for (size_t i = 1000; i < 1000 + HOUR / 3; i++)
		w[i] = NAN;
	check(&full, SEX_MALE, LOAD_HRTSS, 100, "too many rule power out");
	for (size_t i = 0; i < HOUR; i++)
		w[i] = NAN;
	check(&full, SEX_MALE, LOAD_HRTSS, 100, "all missing");
	channel(STREAM_HR, NAN);
	act.rpe = 5;
	check(&full, SEX_MALE, LOAD_RPE, 60, "both all missing");
}

static void
test_edges(void)
{
	struct activity_load l;

	start(SPORT_RIDE, 0);
	act.sum.moving_s = act.sum.elapsed_s = NAN;
	channel(STREAM_POWER, 0);
	channel(STREAM_HR, 0);
	l = check(&full, SEX_MALE, LOAD_NONE, 0, "no samples");
	is_str(l.why, "There is no duration.", "and no time");
	start(SPORT_RIDE, 1);
	channel(STREAM_POWER, 250);
	channel(STREAM_HR, 150);
	check(&full, SEX_MALE, LOAD_HRTSS, 0.0176, "one sample has no window");
	start(SPORT_RIDE, HOUR);
	act.sum.moving_s = act.sum.elapsed_s = NAN;
	channel(STREAM_POWER, 250);
	check(&full, SEX_MALE, LOAD_TSS, 100, "time from the samples");
	act.streams = NULL;
	act.sum.average_power_w = 250;
	check(&full, SEX_MALE, LOAD_NONE, 0, "an average of no time");
	act.sum.elapsed_s = HOUR;
	check(&full, SEX_MALE, LOAD_TSS, 100, "or of elapsed time");
	for (int s = 0; s < SPORT_TYPE_COUNT; s++) {
		start((enum sport_type)s, 60);
		activity_load(&act, &none, SEX_UNKNOWN, &l);
		ok(l.method == LOAD_NONE && l.better[0] != '\0', "%s: %s",
		    sport_type_name((enum sport_type)s), l.better);
	}
}

static void
test_huge(void)
{
	double hours = STREAMS_MAX_SAMPLES / 3600.0;

	start(SPORT_RUN, STREAMS_MAX_SAMPLES);
	channel(STREAM_SPEED, 3);
	channel(STREAM_ALTITUDE, 100);
	check(&full, SEX_MALE, LOAD_RTSS, hours * pow(3 * 0.255, 2) * 100,
	    "a million samples");
}

int
main(void)
{
	arena = arena_new();
	set_up();
	test_power();
	test_running_power();
	test_pace();
	test_swim();
	test_heart_rate();
	test_order();
	test_gaps();
	test_edges();
	test_huge();
	arena_free(&arena);
	return tap_done();
}
