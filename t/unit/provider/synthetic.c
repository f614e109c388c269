#include "provider/synthetic.h"

#include "base/date.h"
#include "sport/load.h"
#include "sport/power.h"
#include "tap.h"

/* The effects that synthetic.h says are planted, found again in the data. */

#define LAST_DAY 20780

static struct arena *arena;

static double
rest_hr(int number)
{
	struct daily d[8];

	synthetic_dailies(number, number, d);
	return d[0].value;
}

static double
sleep_s(int number)
{
	struct daily d[8];

	synthetic_dailies(number, number, d);
	return d[1].value;
}

static double
weight_kg(int number)
{
	struct daily d[8];

	synthetic_dailies(number, number, d);
	return d[7].kind == DAILY_WEIGHT ? d[7].value : 0;
}

/* Mean of f over the days that `is` picks (and that are not of the illness). */
static double
mean_over(double (*f)(int), bool (*is)(int), bool wanted)
{
	double sum = 0;
	int n = 0;

	for (int i = 0; i < SYNTHETIC_DAYS; i++) {
		if (synthetic_is_ill(i) || is(i) != wanted)
			continue;
		sum += f(i);
		n++;
	}
	return sum / n;
}

static double
mean_days(double (*f)(int), int from, int n)
{
	double sum = 0;

	for (int i = from; i < from + n; i++)
		sum += f(i);
	return sum / n;
}

static void
test_recovery_effects(void)
{
	is_near(mean_over(rest_hr, synthetic_after_hard, true) -
		    mean_over(rest_hr, synthetic_after_hard, false),
	    SYNTHETIC_REST_HR_AFTER_HARD_BPM, 0.6,
	    "resting heart rate is higher after hard days");
	is_near(mean_over(sleep_s, synthetic_after_hard, false) -
		    mean_over(sleep_s, synthetic_after_hard, true),
	    SYNTHETIC_SLEEP_LOST_S, 400, "sleep is shorter after hard days");
	is_near(mean_days(rest_hr, SYNTHETIC_ILL_FROM_DAY, SYNTHETIC_ILL_DAYS) -
		    mean_days(rest_hr, SYNTHETIC_ILL_FROM_DAY - 28, 28),
	    SYNTHETIC_ILL_REST_HR_BPM, 1.5,
	    "illness raises resting heart rate");
	is_near(mean_days(rest_hr, 0, 28) -
		    mean_days(rest_hr, SYNTHETIC_DAYS - 28, 28),
	    SYNTHETIC_REST_HR_FIRST_BPM - SYNTHETIC_REST_HR_LAST_BPM, 1.2,
	    "resting heart rate sinks over the year");
	is_near(mean_days(weight_kg, 0, 14), SYNTHETIC_WEIGHT_FIRST_KG, 0.2,
	    "weight begins high");
	is_near(mean_days(weight_kg, SYNTHETIC_DAYS - 14, 14),
	    SYNTHETIC_WEIGHT_LAST_KG, 0.2, "and sinks over the year");
}

/* The night and the day's measurements tell the same. */
static void
test_nights(void)
{
	bool same = true, whole = true, early = true;

	for (int i = 0; i < SYNTHETIC_DAYS; i++) {
		const struct sleep *s =
		    synthetic_sleep(arena, i, LAST_DAY + i, 0, 3600);
		const struct sleep_stage *last = &s->stages[s->n_stages - 1];
		struct daily d[8];

		synthetic_dailies(i, i, d);
		same = same && s->v[SLEEP_asleep_s] == d[1].value &&
		       s->v[SLEEP_deep_s] == d[2].value &&
		       s->v[SLEEP_rem_s] == d[3].value &&
		       s->v[SLEEP_light_s] == d[4].value &&
		       s->v[SLEEP_awake_s] == d[6].value &&
		       s->v[SLEEP_hrv_rmssd_ms] == d[5].value;
		whole = whole &&
			(last->start_s + last->duration_s) * INT64_C(1000000) ==
			    s->end_us - s->start_us;
		early = early && s->stages[1].kind == SLEEP_DEEP &&
			last->kind == SLEEP_REM;
		arena_reset(arena);
	}
	ok(same, "nights agree with the measurements");
	ok(whole, "stages fill them");
	ok(early, "deep sleep comes early, REM late");
}

static struct activity *
make(int number)
{
	return synthetic_activity(arena, number, LAST_DAY + number, 0, 3600);
}

static int
find_session(enum synthetic_session wanted, int from)
{
	double share;

	while (synthetic_plan(from, &share) != wanted ||
	       share == SYNTHETIC_RECOVERY_SHARE)
		from++;
	return from;
}

static void
test_training(void)
{
	struct activity *early = make(find_session(SESSION_RIDE_THRESHOLD, 0));
	struct activity *late = make(find_session(SESSION_RIDE_THRESHOLD, 330));
	struct activity *ride = make(find_session(SESSION_RIDE_LONG, 0));
	size_t n;
	double *w = streams_resample(arena, ride->streams, STREAM_POWER, 0, &n);
	double *hr = streams_resample(arena, ride->streams, STREAM_HR, 0, &n);
	double drift;

	ok(late->sum.average_power_w > early->sum.average_power_w * 1.08,
	    "the same session is done with more power at the end of the year");
	drift = power_decoupling(w, hr, n, 600);
	/* Halves lie half the ride apart. */
	is_near(drift, SYNTHETIC_DRIFT_PER_HOUR * 100 * (double)n / 7200, 0.8,
	    "heart rate drifts up in a long ride");
	is_int(early->n_laps, 8, "intervals are laps");
	is_int(early->streams->n, (size_t)early->sum.elapsed_s + 1,
	    "a sample a second");
	is_near(early->sum.distance_m,
	    early->streams->v[STREAM_DISTANCE][early->streams->n - 1], 0.02,
	    "distances agree");
	for (int i = 0; i < SYNTHETIC_ILL_DAYS; i++)
		ok(make(SYNTHETIC_ILL_FROM_DAY + i) == NULL,
		    "no training when ill");
}

static void
test_block(void)
{
	double hours[SYNTHETIC_BLOCK_WEEKS] = { 0 };

	for (int i = 0; i < 7 * SYNTHETIC_BLOCK_WEEKS; i++) {
		struct activity *a = make(i);

		if (a != NULL)
			hours[i / 7] += a->sum.elapsed_s / 3600;
		arena_reset(arena);
	}
	ok(hours[0] < hours[1] && hours[1] < hours[2], "three weeks build");
	ok(hours[3] < hours[2] * 0.8, "the fourth recovers");
}

static void
test_sameness(void)
{
	struct buf x = BUF_INIT, y = BUF_INIT;
	struct threshold t[16];
	size_t n = synthetic_thresholds(LAST_DAY, t);

	streams_encode(&x, make(100)->streams);
	streams_encode(&y, make(100)->streams);
	ok(str_eq(buf_str(&x), buf_str(&y)), "the same every time");
	ok(n >= 10 && n <= 16, "thresholds: %zu", n);
	is_near(
	    t[n - 1].value, SYNTHETIC_FTP_LAST_W, 4, "the last test's power");
	buf_free(&x);
	buf_free(&y);
}

int
main(void)
{
	arena = arena_new();
	test_recovery_effects();
	test_nights();
	test_training();
	test_block();
	test_sameness();
	arena_free(&arena);
	return tap_done();
}
