/* TCX: activities of laps of track points.  Totals stand in the laps. */

#include "files/tcx.h"

#include "files/text.h"
#include "files/track.h"
#include "files/xml.h"

struct tcx {
	struct result *result;
	struct err *e;
	struct track track;
	struct track_lap lap;
	struct sample point;
	bool in_activity, in_lap, in_point;
	const char *kind;
};

/* A number's element, told from others of its name by the one around it. */
struct element {
	const char *name;
	const char *above;
};

static const struct {
	struct element element;
	enum stream_kind kind;
} point_channels[] = {
	{ { "LatitudeDegrees", "Position" }, STREAM_LAT },
	{ { "LongitudeDegrees", "Position" }, STREAM_LON },
	{ { "AltitudeMeters", "Trackpoint" }, STREAM_ALTITUDE },
	{ { "DistanceMeters", "Trackpoint" }, STREAM_DISTANCE },
	{ { "Value", "HeartRateBpm" }, STREAM_HR },
	{ { "Cadence", "Trackpoint" }, STREAM_CADENCE },
	{ { "RunCadence", "TPX" }, STREAM_CADENCE },
	{ { "Speed", "TPX" }, STREAM_SPEED },
	{ { "Watts", "TPX" }, STREAM_POWER },
};

static const struct {
	struct element element;
	size_t at;
} lap_numbers[] = {
#define NUMBER(name, above, member)                                            \
	{                                                                      \
		{ name, above }, offsetof(struct summary, member)              \
	}
	NUMBER("TotalTimeSeconds", "Lap", moving_s),
	NUMBER("DistanceMeters", "Lap", distance_m),
	NUMBER("MaximumSpeed", "Lap", max_speed_mps),
	NUMBER("Calories", "Lap", calories_kcal),
	NUMBER("Value", "AverageHeartRateBpm", average_hr_bpm),
	NUMBER("Value", "MaximumHeartRateBpm", max_hr_bpm),
	NUMBER("Cadence", "Lap", average_cadence_rpm),
	NUMBER("AvgRunCadence", "LX", average_cadence_rpm),
	NUMBER("MaxRunCadence", "LX", max_cadence_rpm),
	NUMBER("MaxBikeCadence", "LX", max_cadence_rpm),
	NUMBER("AvgSpeed", "LX", average_speed_mps),
	NUMBER("AvgWatts", "LX", average_power_w),
	NUMBER("MaxWatts", "LX", max_power_w),
#undef NUMBER
};

static bool
is_element(const struct element *el, const struct xml *x, const char *name)
{
	return strcmp(el->name, name) == 0 &&
	       strcmp(el->above, xml_above(x, 1)) == 0;
}

static void
fail_from_err(struct tcx *t, struct xml *x)
{
	struct err cause = *t->e;

	xml_fail(x, cause.code, "%s", cause.msg);
}

static void
open_root_child(struct tcx *t, const char *name)
{
	if (t->kind[0] != '\0')
		return;
	if (strcmp(name, "Activities") == 0)
		t->kind = "activity";
	else if (strcmp(name, "Courses") == 0)
		t->kind = "course";
	else if (strcmp(name, "Workouts") == 0)
		t->kind = "workout";
}

static void
on_open(void *arg, struct xml *x, const char *name)
{
	struct tcx *t = arg;
	const char *above = xml_above(x, 1);

	if (above[0] == '\0') {
		if (strcmp(name, "TrainingCenterDatabase") != 0)
			xml_fail(x, ERR_UNSUPPORTED,
			    "<%s> is not <TrainingCenterDatabase>", name);
	} else if (strcmp(above, "TrainingCenterDatabase") == 0) {
		open_root_child(t, name);
	} else if (strcmp(name, "Activity") == 0 && !t->in_activity) {
		t->in_activity = true;
		track_init(&t->track, t->result);
		t->track.sport = track_sport(xml_attribute(x, "Sport"));
	} else if (strcmp(name, "Lap") == 0 && t->in_activity && !t->in_lap) {
		t->in_lap = true;
		t->lap.start_s = track_time(t->result,
		    xml_attribute(x, "StartTime"), &t->track.offset_s);
		summary_init(&t->lap.sum);
	} else if (strcmp(name, "Trackpoint") == 0 && t->in_lap) {
		t->in_point = true;
		sample_init(&t->point, SAMPLE_TIME_MISSING);
	}
}

static void
add(double *to, double v)
{
	if (value_has(v))
		*to = value_has(*to) ? *to + v : v;
}

static void
close_lap(struct tcx *t, struct xml *x)
{
	struct summary *sum = &t->track.sum;
	const struct summary *lap = &t->lap.sum;

	t->in_lap = false;
	add(&sum->moving_s, lap->moving_s);
	add(&sum->distance_m, lap->distance_m);
	add(&sum->calories_kcal, lap->calories_kcal);
	sum->max_speed_mps = fmax(sum->max_speed_mps, lap->max_speed_mps);
	sum->max_hr_bpm = fmax(sum->max_hr_bpm, lap->max_hr_bpm);
	if (t->lap.start_s != SAMPLE_TIME_MISSING &&
	    track_lap(&t->track, &t->lap, t->e) < 0)
		fail_from_err(t, x);
}

static void
close_in_point(struct tcx *t, struct xml *x, const char *name, struct str text)
{
	static const struct element time = { "Time", "Trackpoint" };

	if (is_element(&time, x, name))
		t->point.time_s =
		    track_time(t->result, text, &t->track.offset_s);
	for (size_t i = 0; i < ARRAY_LEN(point_channels); i++)
		if (is_element(&point_channels[i].element, x, name))
			t->point.v[point_channels[i].kind] =
			    track_number(t->result, text);
}

static void
close_in_lap(struct tcx *t, struct xml *x, const char *name, struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(lap_numbers); i++)
		if (is_element(&lap_numbers[i].element, x, name))
			*(double *)(void *)((char *)&t->lap.sum +
					    lap_numbers[i].at) =
			    track_number(t->result, text);
}

static void
close_activity(struct tcx *t, struct xml *x)
{
	t->in_activity = false;
	if (track_finish(&t->track, t->e) < 0)
		fail_from_err(t, x);
	track_free(&t->track);
}

static void
on_close(void *arg, struct xml *x, const char *name, struct str text)
{
	static const struct element notes = { "Notes", "Activity" };
	static const struct element creator = { "Name", "Creator" };
	struct tcx *t = arg;

	if (!t->in_activity)
		return;
	if (strcmp(name, "Trackpoint") == 0 && t->in_point) {
		t->in_point = false;
		if (track_sample(&t->track, &t->point, t->e) < 0)
			fail_from_err(t, x);
	} else if (t->in_point) {
		close_in_point(t, x, name, text);
	} else if (strcmp(name, "Lap") == 0 && t->in_lap) {
		close_lap(t, x);
	} else if (t->in_lap) {
		close_in_lap(t, x, name, text);
	} else if (is_element(&notes, x, name)) {
		t->track.name =
		    text_clean(t->result->a, text, ACTIVITY_MAX_NAME);
	} else if (is_element(&creator, x, name)) {
		t->track.device =
		    text_clean(t->result->a, text, ACTIVITY_MAX_NAME);
	} else if (strcmp(name, "Activity") == 0) {
		close_activity(t, x);
	}
}

int
tcx_decode(struct result *r, struct str bytes, struct err *e)
{
	struct err own = ERR_INIT;
	struct tcx t = {
		.result = r,
		.e = e != NULL ? e : &own,
		.kind = "",
	};
	const struct xml_handler handler = {
		.arg = &t,
		.open = on_open,
		.close = on_close,
	};
	int rc = xml_read(bytes, "TCX", &handler, t.e);

	if (t.in_activity)
		track_free(&t.track);
	r->out->kind = t.kind[0] != '\0' ? t.kind : "other";
	return rc;
}
