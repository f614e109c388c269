#ifndef FILES_FIT_SET_H
#define FILES_FIT_SET_H

/* The messages that belong together: from one file_id to the next, over all
 * chained files between (a watch appends the pulse of a swim that way). */

#include "files/fit_profile.h"
#include "files/fit_record.h"
#include "files/fit_workout.h"
#include "files/result.h"

struct fit_session {
	int64_t start_s; /* SAMPLE_TIME_MISSING when unknown */
	int64_t end_s;
	double sport;
	double sub_sport;
	double pool_length_m;
	double rpe;
	double ftp_w;
	const char *name;
	struct summary sum;
};

struct fit_lap {
	int64_t start_s;
	double intensity;
	double step; /* of the workout */
	struct summary sum;
};

/* A set in a gym, or a split. */
struct fit_piece {
	int64_t start_s;
	uint8_t rank; /* which of several divisions it belongs to */
	struct lap_what what;
	double step; /* of the workout */
	double category, exercise;
	struct summary sum;
};

/* One length of a pool. */
struct fit_length {
	int64_t start_s;
	double elapsed_s;
	double speed_mps;
	double cadence_rpm;
	bool active;
};

struct fit_timer_event {
	int64_t time_s;
	bool start;
};

struct fit_pulse {
	int64_t time_s;
	double bpm;
};

/* The strap's clock, and what it stood at at a known time. */
struct fit_strap {
	bool known;
	double time_s;
	uint32_t anchor; /* 1/1024 s */
	uint32_t ticks;
};

/* A night's stages, and what else is measured in it. */
struct fit_level {
	int64_t time_s; /* at which it ended */
	double level;
};

struct fit_night {
	struct buf levels; /* struct fit_level */
	struct buf events; /* struct fit_timer_event: going to sleep, waking */
	struct buf hrv;	   /* struct fit_pulse, in ms: RMSSD of 5 minutes */
	double score;
};

/* An interval between two heart beats. */
struct fit_beat {
	int64_t time_s; /* of the message before it that had one */
	uint16_t ms;
};

/* Steps count from midnight, for each kind of walking apart. */
struct fit_steps {
	uint32_t time; /* of the last monitoring message */
	int32_t day;
	double of[8]; /* by activity type */
};

/* Thresholds by where they stand. */
#define FIT_SETTINGS 11
struct fit_settings {
	double v[FIT_SETTINGS];
	uint32_t written; /* when the file was */
};

/* The device's judgement of a day, as it goes. */
struct fit_stress {
	int32_t day;
	double sum;
	unsigned n;
};

struct fit_set {
	struct result *result;
	bool begun; /* some message was taken */
	double type;
	double manufacturer, product;
	const char *product_name;
	double sport, sub_sport; /* of the sport message */
	int32_t offset_s;	 /* of local time; INT32_MIN unknown */
	size_t timeless;	 /* records without a time */
	bool relative;		 /* some time counts from switching on */
	struct fit_accumulator acc;
	struct fit_strap strap;
	struct fit_steps steps;
	struct fit_stress stress;
	struct fit_settings settings;
	struct buf samples;  /* struct sample */
	struct buf sessions; /* struct fit_session */
	struct buf laps;     /* struct fit_lap */
	struct buf pieces;   /* struct fit_piece */
	struct buf lengths;  /* struct fit_length */
	struct buf timer;    /* struct fit_timer_event */
	struct buf pulse;    /* struct fit_pulse */
	struct buf beats;    /* struct fit_beat */
	uint32_t now;	     /* the last time in a message */
	struct fit_night night;
	struct fit_workout workout;
};

void fit_set_init(struct fit_set *set, struct result *r);
void fit_set_free(struct fit_set *set);
/* Take what a message says; -1 with ERR_TOO_LARGE when it is one too many. */
int fit_set_take(
    struct fit_set *set, const struct fit_message *m, struct err *e);

/* Seconds since 1970, or SAMPLE_TIME_MISSING. */
int64_t fit_unix_time(uint32_t time);

/* fit_pulse.c: note the strap's beats; later give them to samples without. */
int fit_pulse_take(
    struct fit_set *set, const struct fit_message *m, struct err *e);
void fit_pulse_apply(struct fit_set *set);

/* fit_daily.c: measurements of the day.  fit_daily_end() adds what is known
 * only at the end. */
void fit_daily_take(struct fit_set *set, const struct fit_message *m);
void fit_daily_end(struct fit_set *set);

/* fit_settings.c: thresholds that the device knew, as of the file's day. */
void fit_settings_init(struct fit_settings *s);
void fit_settings_take(struct fit_set *set, const struct fit_message *m);
void fit_settings_end(struct fit_set *set);

/* fit_pieces.c: sets and splits.  Put those between two times in the place of
 * an activity's laps when there are several; they have to be sorted. */
int fit_piece_take(
    struct fit_set *set, const struct fit_message *m, struct err *e);
void fit_pieces_sort(struct fit_set *set);
void fit_pieces_laps(const struct fit_set *set, struct activity *act,
    int64_t from_s, int64_t to_s, int64_t start_s);

/* fit_sleep.c: stages of sleep and variability in the night; sleeps of them at
 * the end. */
int fit_sleep_take(
    struct fit_set *set, const struct fit_message *m, struct err *e);
int fit_sleep_event(
    struct fit_set *set, const struct fit_message *m, struct err *e);
int fit_sleep_end(struct fit_set *set, struct err *e);
void fit_sleep_free(struct fit_night *night);

/* fit_beats.c: RR intervals, and those between two times as an activity has
 * them; NULL when there are none. */
int fit_beats_take(
    struct fit_set *set, const struct fit_message *m, struct err *e);
struct beats *fit_beats_within(
    const struct fit_set *set, int64_t from_s, int64_t to_s, int64_t start_s);

/* fit_activity.c: the activities that the messages tell of. */
int fit_activities(struct fit_set *set, struct err *e);

#endif
