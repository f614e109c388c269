#include "provider/synthetic.h"

#include "base/check.h"
#include "base/rand.h"

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

size_t
synthetic_dailies(int number, int32_t day, struct daily out[8])
{
	struct prng g;
	double rest, sleep;
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
	out[0] = (struct daily){ day, DAILY_REST_HR, round(rest) };
	out[1] = (struct daily){ day, DAILY_SLEEP_TOTAL, sleep };
	out[2] = (struct daily){ day, DAILY_SLEEP_DEEP,
		round(sleep * 0.18 / 60) * 60 };
	out[3] = (struct daily){ day, DAILY_SLEEP_REM,
		round(sleep * 0.22 / 60) * 60 };
	out[4] = (struct daily){ day, DAILY_SLEEP_LIGHT,
		sleep - out[2].value - out[3].value };
	out[5] = (struct daily){ day, DAILY_HRV_RMSSD,
		round(75 - (rest - 50) * 3 + prng_normal(&g) * 4) };
	return 6;
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
