/* Gathering of messages before sense is made of them: a session stands behind
 * its records in most files, and before them in some. */

#include "files/fit_set.h"

#include "files/fit_names.h"

/* Offsets from UTC that exist, and the step they come in. */
#define OFFSET_MAX_S  (14 * 3600)
#define OFFSET_STEP_S 900

void
fit_set_init(struct fit_set *set, struct result *r)
{
	*set = (struct fit_set){
		.result = r,
		.type = NAN,
		.manufacturer = NAN,
		.product = NAN,
		.product_name = "",
		.sport = NAN,
		.sub_sport = NAN,
		.offset_s = INT32_MIN,
		.steps = { .time = FIT_TIME_MISSING, .day = INT32_MIN },
		.now = FIT_TIME_MISSING,
		.night = { .score = NAN },
		.stress = { .day = INT32_MIN },
	};
	fit_settings_init(&set->settings);
	fit_workout_init(&set->workout);
}

void
fit_set_free(struct fit_set *set)
{
	buf_free(&set->samples);
	buf_free(&set->sessions);
	buf_free(&set->laps);
	buf_free(&set->pieces);
	buf_free(&set->lengths);
	buf_free(&set->timer);
	buf_free(&set->pulse);
	buf_free(&set->beats);
	fit_sleep_free(&set->night);
	fit_workout_free(&set->workout);
}

int64_t
fit_unix_time(uint32_t time)
{
	return time == FIT_TIME_MISSING ? SAMPLE_TIME_MISSING
					: time + FIT_EPOCH_S;
}

static int64_t
time_field(const struct fit_message *m, enum fit_field_id f)
{
	return fit_unix_time(fit_get_time(m, f));
}

/* Where a session and a lap keep the same number. */
static const struct {
	size_t at;
	enum fit_field_id session, lap;
} plain[] = {
#define PLAIN(member, id)                                                      \
	{                                                                      \
		offsetof(struct summary, member), FIT_SESSION_##id,            \
		    FIT_LAP_##id                                               \
	}
	PLAIN(elapsed_s, ELAPSED),
	PLAIN(moving_s, TIMER),
	PLAIN(distance_m, DISTANCE),
	PLAIN(calories_kcal, CALORIES),
	PLAIN(elevation_gain_m, ASCENT),
	PLAIN(elevation_loss_m, DESCENT),
	PLAIN(average_hr_bpm, AVG_HR),
	PLAIN(max_hr_bpm, MAX_HR),
	PLAIN(average_power_w, AVG_POWER),
	PLAIN(max_power_w, MAX_POWER),
	PLAIN(average_temperature_c, AVG_TEMPERATURE),
#undef PLAIN
};

static void
drop_zero(double *v)
{
	if (*v == 0)
		*v = VALUE_MISSING;
}

static void
take_summary(struct result *r, struct summary *sum, const struct fit_message *m)
{
	bool lap = m->number == FIT_LAP;

	summary_init(sum);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		*(double *)(void *)((char *)sum + plain[i].at) =
		    fit_get(m, lap ? plain[i].lap : plain[i].session);
#define EITHER(id) (lap ? FIT_LAP_##id : FIT_SESSION_##id)
	sum->average_speed_mps =
	    fit_get_either(m, EITHER(AVG_SPEED_ENHANCED), EITHER(AVG_SPEED));
	sum->max_speed_mps =
	    fit_get_either(m, EITHER(MAX_SPEED_ENHANCED), EITHER(MAX_SPEED));
	sum->average_cadence_rpm = fit_get_fraction(
	    m, EITHER(AVG_CADENCE), EITHER(AVG_CADENCE_FRACTION));
	sum->max_cadence_rpm = fit_get_fraction(
	    m, EITHER(MAX_CADENCE), EITHER(MAX_CADENCE_FRACTION));
#undef EITHER
	/* No heart stands still; nothing was measured. */
	drop_zero(&sum->average_hr_bpm);
	drop_zero(&sum->max_hr_bpm);
	if (sum->distance_m > 0)
		drop_zero(&sum->average_speed_mps);
	result_clean(r, sum);
}

static int
take_record(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	struct fit_sample in;
	struct sample s;

	fit_sample_of(&in, &set->acc, m);
	if (in.time == FIT_TIME_MISSING) {
		set->timeless++;
		return 0;
	}
	if (result_count(set->result, e) < 0)
		return err_wrap(e, "FIT, byte %zu", m->offset);
	set->relative = set->relative || in.time < FIT_TIME_MIN;
	s.time_s = fit_unix_time(in.time);
	memcpy(s.v, in.v, sizeof(s.v));
	buf_add(&set->samples, &s, sizeof(s));
	return 0;
}

static int
take_session(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	struct fit_session s = {
		.start_s = time_field(m, FIT_SESSION_START_TIME),
		.end_s = fit_unix_time(m->time),
		.sport = fit_get(m, FIT_SESSION_SPORT),
		.sub_sport = fit_get(m, FIT_SESSION_SUB_SPORT),
		.pool_length_m = fit_get(m, FIT_SESSION_POOL_LENGTH),
		.rpe = fit_get(m, FIT_SESSION_RPE),
		.ftp_w = fit_get(m, FIT_SESSION_FTP),
		.name =
		    fit_get_string(set->result->a, m, FIT_SESSION_PROFILE_NAME),
	};

	if (buf_count(&set->sessions, s) == FILES_MAX_ACTIVITIES)
		return err_set(e, ERR_TOO_LARGE,
		    "FIT, byte %zu: more than %d "
		    "sessions",
		    m->offset, FILES_MAX_ACTIVITIES);
	take_summary(set->result, &s.sum, m);
	buf_add(&set->sessions, &s, sizeof(s));
	return 0;
}

static int
take_lap(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	struct fit_lap lap = {
		.start_s = time_field(m, FIT_LAP_START_TIME),
		.intensity = fit_get(m, FIT_LAP_INTENSITY),
		.step = fit_get(m, FIT_LAP_STEP),
	};

	if (result_count(set->result, e) < 0)
		return err_wrap(e, "FIT, byte %zu", m->offset);
	take_summary(set->result, &lap.sum, m);
	if (lap.start_s == SAMPLE_TIME_MISSING)
		result_warn(set->result, "laps without a start were left out");
	else
		buf_add(&set->laps, &lap, sizeof(lap));
	return 0;
}

static int
take_length(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	struct fit_length l = {
		.start_s = time_field(m, FIT_LENGTH_START_TIME),
		.elapsed_s = fit_get(m, FIT_LENGTH_ELAPSED),
		.speed_mps = fit_get(m, FIT_LENGTH_AVG_SPEED),
		.cadence_rpm = fit_get(m, FIT_LENGTH_CADENCE),
		.active = fit_get(m, FIT_LENGTH_TYPE) == FIT_LENGTH_ACTIVE,
	};

	if (result_count(set->result, e) < 0)
		return err_wrap(e, "FIT, byte %zu", m->offset);
	if (l.start_s != SAMPLE_TIME_MISSING && l.elapsed_s >= 0)
		buf_add(&set->lengths, &l, sizeof(l));
	return 0;
}

static bool
is_stop(double type)
{
	return type == FIT_EVENT_STOP || type == FIT_EVENT_STOP_ALL ||
	       type == FIT_EVENT_STOP_DISABLE ||
	       type == FIT_EVENT_STOP_DISABLE_ALL;
}

static int
take_event(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	double type = fit_get(m, FIT_EVENT_TYPE);
	struct fit_timer_event t = {
		.time_s = fit_unix_time(m->time),
		.start = type == FIT_EVENT_START,
	};

	if (fit_get(m, FIT_EVENT_EVENT) == FIT_EVENT_SLEEP)
		return fit_sleep_event(set, m, e);
	if (fit_get(m, FIT_EVENT_EVENT) != FIT_EVENT_TIMER ||
	    t.time_s == SAMPLE_TIME_MISSING || !(t.start || is_stop(type)))
		return 0;
	if (result_count(set->result, e) < 0)
		return err_wrap(e, "FIT, byte %zu", m->offset);
	buf_add(&set->timer, &t, sizeof(t));
	return 0;
}

/* A time given both ways tells the offset, rounded to what zones use. */
static void
take_local_time(
    struct fit_set *set, const struct fit_message *m, enum fit_field_id f)
{
	uint32_t local = fit_get_time(m, f);
	double offset;

	/* A device without the date counts from switching on, and yet may know
	 * the local date. */
	if (local == FIT_TIME_MISSING || m->time == FIT_TIME_MISSING ||
	    m->time < FIT_TIME_MIN)
		return;
	offset =
	    round(((double)local - m->time) / OFFSET_STEP_S) * OFFSET_STEP_S;
	if (fabs(offset) <= OFFSET_MAX_S)
		set->offset_s = (int32_t)offset;
}

static void
take_device(struct fit_set *set, const struct fit_message *m)
{
	/* Index 0 is the device that wrote the file; others are sensors. */
	if (fit_get(m, FIT_DEVICE_INFO_INDEX) != 0)
		return;
	if (set->product_name[0] == '\0')
		set->product_name = fit_get_string(
		    set->result->a, m, FIT_DEVICE_INFO_PRODUCT_NAME);
	if (isnan(set->manufacturer)) {
		set->manufacturer = fit_get(m, FIT_DEVICE_INFO_MANUFACTURER);
		set->product = fit_get(m, FIT_DEVICE_INFO_PRODUCT);
	}
}

static int
take_file_id(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	if (result_count(set->result, e) < 0)
		return err_wrap(e, "FIT, byte %zu", m->offset);
	set->type = fit_get(m, FIT_FILE_ID_TYPE);
	set->manufacturer = fit_get(m, FIT_FILE_ID_MANUFACTURER);
	set->product = fit_get(m, FIT_FILE_ID_PRODUCT);
	set->product_name =
	    fit_get_string(set->result->a, m, FIT_FILE_ID_PRODUCT_NAME);
	set->settings.written = fit_get_time(m, FIT_FILE_ID_TIME_CREATED);
	return 0;
}

/* What is said of the person, the device and the day. */
static void
take_around(struct fit_set *set, const struct fit_message *m)
{
	switch (m->number) {
	case FIT_SPORT:
		set->sport = fit_get(m, FIT_SPORT_SPORT);
		set->sub_sport = fit_get(m, FIT_SPORT_SUB_SPORT);
		break;
	case FIT_USER_PROFILE:
	case FIT_ZONES_TARGET:
	case FIT_TIME_IN_ZONE:
		fit_settings_take(set, m);
		break;
	case FIT_DEVICE_INFO:
		take_device(set, m);
		break;
	case FIT_WORKOUT:
	case FIT_WORKOUT_STEP:
	case FIT_EXERCISE_TITLE:
		fit_workout_take(&set->workout, set->result->a, m);
		break;
	case FIT_ACTIVITY:
		take_local_time(set, m, FIT_ACTIVITY_LOCAL_TIME);
		break;
	case FIT_MONITORING_INFO:
		take_local_time(set, m, FIT_MONITORING_INFO_LOCAL_TIME);
		set->steps.time = m->time;
		break;
	default:
		fit_daily_take(set, m);
	}
}

int
fit_set_take(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	set->begun = true;
	if (m->time != FIT_TIME_MISSING)
		set->now = m->time;
	switch (m->number) {
	case FIT_FILE_ID:
		return take_file_id(set, m, e);
	case FIT_RECORD:
		return take_record(set, m, e);
	case FIT_SESSION:
		return take_session(set, m, e);
	case FIT_LAP:
		return take_lap(set, m, e);
	case FIT_SET:
	case FIT_SPLIT:
		return fit_piece_take(set, m, e);
	case FIT_LENGTH:
		return take_length(set, m, e);
	case FIT_EVENT:
		return take_event(set, m, e);
	case FIT_HR:
		return fit_pulse_take(set, m, e);
	case FIT_HRV:
		return fit_beats_take(set, m, e);
	case FIT_SLEEP_LEVEL:
	case FIT_SLEEP_ASSESSMENT:
	case FIT_HRV_VALUE:
		return fit_sleep_take(set, m, e);
	default:
		take_around(set, m);
		return 0;
	}
}
