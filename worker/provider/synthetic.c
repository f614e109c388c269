#include "provider/synthetic.h"

#include "base/check.h"
#include "base/rand.h"

#define SLEEP_CYCLES 5
#define AWAKE_S	     240 /* between two cycles */

/* The plan of the year: which day holds what, and the person behind it.  The
 * samples are made in synthetic_samples.c. */

enum synthetic_session
synthetic_plan(int number, double *share_r)
{
	static const enum synthetic_session week[7] = { SESSION_REST,
		SESSION_RUN_INTERVALS, SESSION_RIDE_ENDURANCE, SESSION_RUN_EASY,
		SESSION_STRENGTH, SESSION_RIDE_LONG, SESSION_RUN_LONG };
	int block_week = number / 7 % SYNTHETIC_BLOCK_WEEKS;
	bool recovery = block_week == SYNTHETIC_BLOCK_WEEKS - 1;

	CHECK(number >= 0 && number < SYNTHETIC_DAYS);
	*share_r = recovery ? SYNTHETIC_RECOVERY_SHARE : 0.9 + 0.1 * block_week;
	if (synthetic_is_ill(number))
		return SESSION_REST;
	/* Threshold work takes the place of endurance every other week. */
	if (number % 14 == 9 && !recovery)
		return SESSION_RIDE_THRESHOLD;
	return week[number % 7];
}

/* From `first` on day 0 to `last` on the last. */
static double
over_the_year(int number, double first, double last)
{
	return first + (last - first) * number / (SYNTHETIC_DAYS - 1);
}

double
synthetic_ftp_w(int number)
{
	return over_the_year(
	    number, SYNTHETIC_FTP_FIRST_W, SYNTHETIC_FTP_LAST_W);
}

bool
synthetic_is_ill(int number)
{
	return number >= SYNTHETIC_ILL_FROM_DAY &&
	       number < SYNTHETIC_ILL_FROM_DAY + SYNTHETIC_ILL_DAYS;
}

bool
synthetic_after_hard(int number)
{
	double share;
	enum synthetic_session s;

	if (number == 0)
		return false;
	s = synthetic_plan(number - 1, &share);
	return s == SESSION_RUN_INTERVALS || s == SESSION_RIDE_THRESHOLD;
}

void
synthetic_athlete(struct athlete *out)
{
	*out = (struct athlete){
		.username = "demo",
		.display_name = "Demo Athlete",
		.email = "demo@example.org",
		.timezone = SYNTHETIC_ZONE,
		.sex = SEX_FEMALE,
		.birth_day = 6574, /* 1988-01-01 */
		.height_m = 1.72,
		.weight_kg = 64,
	};
}

static void
set_daily(struct daily *d, int32_t day, enum daily_kind kind, double value)
{
	*d = (struct daily){ .day = day, .kind = kind, .value = value };
}

size_t
synthetic_dailies(int number, int32_t day, struct daily out[8])
{
	struct prng g;
	double rest, sleep, deep, rem;
	bool hard = synthetic_after_hard(number);
	bool ill = synthetic_is_ill(number);

	prng_seed(&g, UINT64_C(0xda11e500) + (uint64_t)number);
	rest = over_the_year(number, SYNTHETIC_REST_HR_FIRST_BPM,
		   SYNTHETIC_REST_HR_LAST_BPM) +
	       prng_normal(&g) * 0.8;
	sleep = SYNTHETIC_SLEEP_S + prng_normal(&g) * 1200;
	if (hard) {
		rest += SYNTHETIC_REST_HR_AFTER_HARD_BPM;
		sleep -= SYNTHETIC_SLEEP_LOST_S;
	}
	if (ill) {
		rest += SYNTHETIC_ILL_REST_HR_BPM;
		sleep += 3600;
	}
	sleep = round(sleep / 60) * 60;
	deep = round(sleep * SYNTHETIC_DEEP_SHARE / 60) * 60;
	rem = round(sleep * SYNTHETIC_REM_SHARE / 60) * 60;
	set_daily(&out[0], day, DAILY_REST_HR, round(rest));
	set_daily(&out[1], day, DAILY_SLEEP_TOTAL, sleep);
	set_daily(&out[2], day, DAILY_SLEEP_DEEP, deep);
	set_daily(&out[3], day, DAILY_SLEEP_REM, rem);
	set_daily(&out[4], day, DAILY_SLEEP_LIGHT, sleep - deep - rem);
	set_daily(&out[5], day, DAILY_HRV_RMSSD,
	    round(75 - (rest - 50) * 3 + prng_normal(&g) * 4));
	set_daily(&out[6], day, DAILY_SLEEP_AWAKE,
	    (SLEEP_CYCLES - 1) * AWAKE_S * (ill ? 2 : 1));
	set_daily(&out[7], day, DAILY_WEIGHT,
	    round(10 * (over_the_year(number, SYNTHETIC_WEIGHT_FIRST_KG,
			    SYNTHETIC_WEIGHT_LAST_KG) +
			   prng_normal(&g) * 0.2)) /
		10);
	return 8;
}

/* --- a night -------------------------------------------------------------- */

/* Deep sleep comes early, REM late: sums up to each cycle, in percent. */
static const int deep_up_to[SLEEP_CYCLES] = { 40, 70, 90, 100, 100 };
static const int rem_up_to[SLEEP_CYCLES] = { 5, 20, 42, 70, 100 };
static const int light_up_to[SLEEP_CYCLES] = { 20, 40, 60, 80, 100 };

/* A cycle's part of a total of whole minutes, in whole minutes. */
static int32_t
part_of(double total_s, const int up_to[SLEEP_CYCLES], int cycle)
{
	int64_t minutes = (int64_t)total_s / 60;
	int64_t before = cycle > 0 ? minutes * up_to[cycle - 1] / 100 : 0;

	return (int32_t)(minutes * up_to[cycle] / 100 - before) * 60;
}

static void
add_stage(struct sleep *s, enum sleep_stage_kind kind, int32_t duration_s)
{
	const struct sleep_stage *last =
	    s->n_stages > 0 ? &s->stages[s->n_stages - 1] : NULL;
	int32_t at = last != NULL ? last->start_s + last->duration_s : 0;

	if (duration_s > 0)
		s->stages[s->n_stages++] =
		    (struct sleep_stage){ at, duration_s, kind };
}

struct sleep *
synthetic_sleep(struct arena *a, int number, int32_t day, int64_t midnight_us,
    int32_t utc_offset_s)
{
	struct sleep *s = arena_one(a, struct sleep);
	struct daily d[8];
	int32_t light, length_s;

	synthetic_dailies(number, day, d);
	sleep_init(s);
	s->provider = SYNTHETIC_PROVIDER;
	s->external_id = arena_printf(a, "sleep:%d", number);
	s->device = "synthetic";
	s->stages = arena_many(a, 5 * SLEEP_CYCLES, struct sleep_stage);
	for (int c = 0; c < SLEEP_CYCLES; c++) {
		light = part_of(d[4].value, light_up_to, c);
		add_stage(s, SLEEP_LIGHT, light / 120 * 60);
		add_stage(s, SLEEP_DEEP, part_of(d[2].value, deep_up_to, c));
		add_stage(s, SLEEP_LIGHT, light - light / 120 * 60);
		add_stage(s, SLEEP_REM, part_of(d[3].value, rem_up_to, c));
		if (c + 1 < SLEEP_CYCLES)
			add_stage(s, SLEEP_AWAKE,
			    (int32_t)d[6].value / (SLEEP_CYCLES - 1));
	}
	length_s = (int32_t)(d[1].value + d[6].value);
	s->end_us = midnight_us + SYNTHETIC_WAKES_S * INT64_C(1000000);
	s->start_us = s->end_us - length_s * INT64_C(1000000);
	s->utc_offset_s = utc_offset_s;
	s->local_day = day;
	s->v[SLEEP_hrv_rmssd_ms] = d[5].value;
	sleep_complete(s);
	return s;
}

size_t
synthetic_thresholds(int32_t last_day, struct threshold out[16])
{
	int32_t first = last_day - SYNTHETIC_DAYS + 1;
	size_t n = 0;

	out[n++] = (struct threshold){ THRESHOLD_MAX_HR_BPM, first,
		SYNTHETIC_MAX_HR_BPM, "test" };
	out[n++] =
	    (struct threshold){ THRESHOLD_REST_HR_BPM, first, 50, "user" };
	out[n++] = (struct threshold){ THRESHOLD_LTHR_BPM, first,
		SYNTHETIC_LTHR_BPM, "test" };
	out[n++] = (struct threshold){ THRESHOLD_RUN_PACE_MPS, first,
		SYNTHETIC_RUN_THRESHOLD_MPS, "test" };
	for (int k = 0; k < SYNTHETIC_DAYS; k += SYNTHETIC_TEST_EVERY_DAYS)
		out[n++] = (struct threshold){ THRESHOLD_FTP_W, first + k,
			round(synthetic_ftp_w(k)), "test" };
	return n;
}
