/* What a device was told of its owner, or found out: thresholds, as they were
 * when the file was written. */

#include "files/fit_names.h"
#include "files/fit_set.h"

/* Where each stands, the most deliberate place first. */
static const struct {
	enum threshold_kind kind;
	uint16_t message;
	enum fit_field_id field;
} places[] = {
#define PLACE(kind, message, field)                                            \
	{                                                                      \
		THRESHOLD_##kind, FIT_##message, FIT_##message##_##field       \
	}
	PLACE(FTP_W, ZONES_TARGET, FTP),
	PLACE(FTP_W, TIME_IN_ZONE, FTP),
	PLACE(LTHR_BPM, ZONES_TARGET, LTHR),
	PLACE(LTHR_BPM, TIME_IN_ZONE, LTHR),
	PLACE(MAX_HR_BPM, ZONES_TARGET, MAX_HR),
	PLACE(MAX_HR_BPM, TIME_IN_ZONE, MAX_HR),
	PLACE(MAX_HR_BPM, USER_PROFILE, MAX_HR),
	PLACE(MAX_HR_BPM, USER_PROFILE, MAX_HR_RUN),
	PLACE(MAX_HR_BPM, USER_PROFILE, MAX_HR_RIDE),
	PLACE(REST_HR_BPM, TIME_IN_ZONE, REST_HR),
	PLACE(REST_HR_BPM, USER_PROFILE, REST_HR),
#undef PLACE
};

_Static_assert(ARRAY_LEN(places) == FIT_SETTINGS, "one each");

void
fit_settings_init(struct fit_settings *s)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		s->v[i] = NAN;
	s->written = FIT_TIME_MISSING;
}

/* Zero is how a device says that it does not know. */
void
fit_settings_take(struct fit_set *set, const struct fit_message *m)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		double v;

		if (places[i].message != m->number)
			continue;
		v = fit_get(m, places[i].field);
		if (v > 0)
			set->settings.v[i] = v;
	}
}

static double
value_of(const struct fit_settings *s, enum threshold_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i].kind == kind && !isnan(s->v[i]))
			return s->v[i];
	return NAN;
}

static void
put(struct fit_set *set, enum threshold_kind kind, int64_t time_s, double v)
{
	result_threshold(set->result, kind, time_s, set->offset_s, v,
	    fit_device_name(set->result->a, set->manufacturer, set->product,
		set->product_name));
}

/* Power is that of a sport; settings without one are of a bicycle computer. */
static void
put_power(struct fit_set *set, double sport, int64_t time_s, double v)
{
	if (sport == FIT_SPORT_RUN)
		put(set, THRESHOLD_RUN_FTP_W, time_s, v);
	else if (sport == FIT_SPORT_RIDE || isnan(sport))
		put(set, THRESHOLD_FTP_W, time_s, v);
}

/* Each session says itself what was its threshold; where there is but one, it
 * may stand elsewhere. */
static void
put_powers(struct fit_set *set, int64_t time_s)
{
	const struct fit_session *s =
	    buf_items(&set->sessions, struct fit_session);
	size_t n = buf_count(&set->sessions, *s);
	double v = value_of(&set->settings, THRESHOLD_FTP_W);

	if (n == 0)
		put_power(set, set->sport, time_s, v);
	for (size_t i = 0; i < n; i++)
		put_power(set, isnan(s[i].sport) ? set->sport : s[i].sport,
		    time_s, n > 1 || s[i].ftp_w > 0 ? s[i].ftp_w : v);
}

/* When the file was begun; FIT_TIME_MISSING when its device did not know. */
static uint32_t
time_of(const struct fit_set *set)
{
	uint32_t t = set->settings.written != FIT_TIME_MISSING
			 ? set->settings.written
			 : set->now;

	return t >= FIT_TIME_MIN ? t : FIT_TIME_MISSING;
}

void
fit_settings_end(struct fit_set *set)
{
	static const enum threshold_kind hearts[] = { THRESHOLD_LTHR_BPM,
		THRESHOLD_MAX_HR_BPM, THRESHOLD_REST_HR_BPM };
	int64_t time_s = fit_unix_time(time_of(set));

	if (time_s == SAMPLE_TIME_MISSING ||
	    !(isnan(set->type) || set->type == FIT_FILE_ACTIVITY ||
		set->type == FIT_FILE_SETTINGS ||
		set->type == FIT_FILE_SPORT_SETTINGS))
		return;
	put_powers(set, time_s);
	for (size_t i = 0; i < ARRAY_LEN(hearts); i++)
		put(set, hearts[i], time_s,
		    value_of(&set->settings, hearts[i]));
}
