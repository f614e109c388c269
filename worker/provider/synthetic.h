#ifndef PROVIDER_SYNTHETIC_H
#define PROVIDER_SYNTHETIC_H

/* A made-up athlete with a year of training, for demonstrations and tests: the
 * same on every machine.  The effects planted in it are the constants below;
 * t/unit/provider/synthetic.c finds them again in the data. */

#include "model/activity.h"
#include "model/athlete.h"
#include "model/daily.h"
#include "model/sleep.h"

#define SYNTHETIC_PROVIDER "synthetic"
#define SYNTHETIC_DAYS	   365

/* Functional threshold power grows evenly over the year and is tested every
 * 56 days. */
#define SYNTHETIC_FTP_FIRST_W	  220.0
#define SYNTHETIC_FTP_LAST_W	  252.0
#define SYNTHETIC_TEST_EVERY_DAYS 56
/* Three weeks of building, one of recovery with this share of the hours. */
#define SYNTHETIC_BLOCK_WEEKS	 4
#define SYNTHETIC_RECOVERY_SHARE 0.6
/* Resting heart rate sinks over the year, and stands this much higher on the
 * day after hard intervals. */
#define SYNTHETIC_REST_HR_FIRST_BPM	 54.0
#define SYNTHETIC_REST_HR_LAST_BPM	 48.0
#define SYNTHETIC_REST_HR_AFTER_HARD_BPM 3.0
/* Weight sinks over the year. */
#define SYNTHETIC_WEIGHT_FIRST_KG 65.5
#define SYNTHETIC_WEIGHT_LAST_KG  64.0
/* Seven days of illness: no training, a high resting heart rate, long sleep. */
#define SYNTHETIC_ILL_FROM_DAY	  201
#define SYNTHETIC_ILL_DAYS	  7
#define SYNTHETIC_ILL_REST_HR_BPM 8.0
/* Sleep: mean, and what the night after hard intervals is short of. */
#define SYNTHETIC_SLEEP_S      27000.0
#define SYNTHETIC_SLEEP_LOST_S 2400.0
#define SYNTHETIC_DEEP_SHARE   0.18
#define SYNTHETIC_REM_SHARE    0.22
#define SYNTHETIC_WAKES_S      23400 /* after midnight: half past six */
/* Heart rate drifts up by this share over each hour of a long ride. */
#define SYNTHETIC_DRIFT_PER_HOUR    0.025
#define SYNTHETIC_MAX_HR_BPM	    188.0
#define SYNTHETIC_LTHR_BPM	    168.0
#define SYNTHETIC_RUN_THRESHOLD_MPS 4.0

/* Days are numbered from 0; day SYNTHETIC_DAYS - 1 falls on `last_day`.  The
 * athlete lives in this zone. */
#define SYNTHETIC_ZONE "Europe/Berlin"

enum synthetic_session {
	SESSION_REST,
	SESSION_RUN_INTERVALS,
	SESSION_RUN_EASY,
	SESSION_RUN_LONG,
	SESSION_RIDE_ENDURANCE,
	SESSION_RIDE_THRESHOLD,
	SESSION_RIDE_LONG,
	SESSION_STRENGTH,
};

/* What is done on a day, and how much of its usual length. */
enum synthetic_session synthetic_plan(int number, double *share_r);
double synthetic_ftp_w(int number);
bool synthetic_is_ill(int number);
/* Was yesterday hard? */
bool synthetic_after_hard(int number);

/* The athlete, without ids. */
void synthetic_athlete(struct athlete *out);
/* The activity of a day, complete; NULL on rest days.  start_us: local six in
 * the evening of weekdays, nine in the morning of weekends. */
struct activity *synthetic_activity(struct arena *a, int number, int32_t day,
    int64_t midnight_us, int32_t utc_offset_s);
/* Sleep, resting heart rate and weight of a day: fills at most 8, returns how
 * many. */
size_t synthetic_dailies(int number, int32_t day, struct daily out[8]);
/* The night that ends on a day, with stages that agree with its dailies; the
 * offset is that of waking. */
struct sleep *synthetic_sleep(struct arena *a, int number, int32_t day,
    int64_t midnight_us, int32_t utc_offset_s);
/* Thresholds of the year: fills at most 16, returns how many; sorted by day. */
size_t synthetic_thresholds(int32_t last_day, struct threshold out[16]);

#endif
