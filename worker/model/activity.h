#ifndef MODEL_ACTIVITY_H
#define MODEL_ACTIVITY_H

/* One normal form for an activity from any source.  SI units; a missing number
 * is NaN (model/value.h); strings are "" when missing and belong to the arena
 * that the activity came from. */

#include "base/uuid.h"
#include "model/beats.h"
#include "model/lap.h"
#include "model/sport_type.h"
#include "model/streams.h"
#include "model/value.h"

#define ACTIVITY_MAX_LAPS 2000
#define ACTIVITY_MAX_NAME 200 /* bytes */

/* Totals, averages and extremes of an activity or of a lap. */
struct summary {
	double elapsed_s; /* start to end, pauses included */
	double moving_s;  /* timer running */
	double distance_m;
	double elevation_gain_m;
	double elevation_loss_m;
	double average_speed_mps;
	double max_speed_mps;
	double average_hr_bpm;
	double max_hr_bpm;
	double average_power_w; /* zeros included */
	double max_power_w;
	double average_cadence_rpm; /* while turning: zeros left out */
	double max_cadence_rpm;
	double calories_kcal;
	double average_temperature_c;
};

struct lap {
	int32_t start_s; /* since the activity's start */
	struct lap_what what;
	struct summary sum;
};

struct activity {
	struct uuid id;
	const char *provider;	 /* "file", "synthetic", "strava", ... */
	const char *external_id; /* the provider's id; for files the digest */
	const char *name;
	const char *device; /* maker and product, as found */
	const char *gear;   /* bicycle or shoes, in the athlete's words */
	enum sport_type sport;
	int64_t start_us;     /* instant */
	int32_t utc_offset_s; /* of the athlete's clock at start */
	int32_t local_day;    /* days since 1970-01-01, athlete's */
	double start_latitude_deg;
	double start_longitude_deg;
	double rpe; /* 0 to 10 (Borg CR10) */
	struct summary sum;
	size_t n_laps;
	struct lap *laps;
	struct streams *streams; /* NULL when there are none */
	struct beats *beats;	 /* the same */
};

/* Every number missing, strings "". */
void summary_init(struct summary *s);
void activity_init(struct activity *a);

/* Fill what the source did not say from the streams, for the whole and for each
 * lap: durations, distance, speeds, averages, extremes, elevation (sport-free,
 * section "Elevation" of the methodology: median of 5 samples, then changes of
 * 3 m and more), start position.Pauses are what streams_is_pause() says.  Never
 * overwrites. */
void activity_complete(struct activity *a);

#endif
