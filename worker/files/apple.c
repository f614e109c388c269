/* Reading Apple Health's export. */

#include "files/apple.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/xalloc.h"
#include "files/apple_parts.h"
#include "files/text.h"
#include "files/xml.h"

#define SNIFF_BYTES  4096
#define WORKOUTS_MAX 50000
#define SOURCE_MAX   80 /* bytes of a source's name */

#define ACTIVITY "HKWorkoutActivityType"

struct apple {
	struct result *result;
	struct xml *xml;
	struct err *e;
	struct apple_days days;
	struct buf spans; /* struct apple_span */
	unsigned n_sources;
	const char *sources[APPLE_SOURCES];
	bool in_workout;
	struct activity workout;
	struct str sport; /* of the workout, in Apple's words */
	bool indoors;
	const char *route;
	struct buf routes; /* const char *, of each activity */
	bool is_root_known;
};

bool
apple_is_export(struct str bytes)
{
	struct str head = str_make(bytes.p, MIN(bytes.n, (size_t)SNIFF_BYTES));

	return head.n > 0 && (memmem(head.p, head.n, "<!DOCTYPE " APPLE_ROOT,
				  strlen("<!DOCTYPE " APPLE_ROOT)) != NULL ||
				 memmem(head.p, head.n, "<" APPLE_ROOT,
				     strlen("<" APPLE_ROOT)) != NULL);
}

/* --- attributes ---------------------------------------------------------- */

int64_t
apple_time(const struct xml *x, const char *name, int32_t *offset_r)
{
	struct str s = xml_attribute(x, name);
	char text[] = "2026-09-20T07:00:20-07:00";
	int64_t us;

	if (s.n != 25 || s.p[10] != ' ' || s.p[19] != ' ')
		return SAMPLE_TIME_MISSING;
	memcpy(text, s.p, 10);
	memcpy(text + 11, s.p + 11, 8);
	memcpy(text + 19, s.p + 20, 3);
	memcpy(text + 23, s.p + 23, 2);
	if (!date_parse_rfc3339(
		str_make(text, sizeof(text) - 1), &us, offset_r))
		return SAMPLE_TIME_MISSING;
	return us / DATE_US_PER_SECOND;
}

static double
number_of(const struct xml *x, const char *name)
{
	double v;

	return str_to_f64(xml_attribute(x, name), &v) ? v : VALUE_MISSING;
}

/* Number of the source, which is the last one for all that are too many. */
static unsigned
source_of(struct apple *a, const struct xml *x)
{
	struct str name = xml_attribute(x, "sourceName");

	for (unsigned i = 0; i < a->n_sources; i++)
		if (str_is(name, a->sources[i]))
			return i;
	if (a->n_sources == APPLE_SOURCES)
		return APPLE_SOURCES - 1;
	a->sources[a->n_sources] =
	    arena_strndup(a->result->a, name.p != NULL ? name.p : "", name.n);
	return a->n_sources++;
}

static void
fail_from_err(struct apple *a, struct xml *x)
{
	struct err cause = *a->e;

	xml_fail(x, cause.code, "%s", cause.msg);
}

/* --- records ------------------------------------------------------------- */

static void
take_sleep(struct apple *a, struct xml *x)
{
	struct apple_span span = {
		.start_s = apple_time(x, "startDate", NULL),
		.end_s = apple_time(x, "endDate", NULL),
	};

	if (!apple_sleep_kind(xml_attribute(x, "value"), &span.kind) ||
	    span.start_s == SAMPLE_TIME_MISSING || span.end_s <= span.start_s ||
	    span.end_s - span.start_s > SLEEP_MAX_S)
		return;
	if (result_count(a->result, a->e) < 0) {
		fail_from_err(a, x);
		return;
	}
	span.source = (uint16_t)source_of(a, x);
	buf_add(&a->spans, &span, sizeof(span));
}

static void
take_quantity(struct apple *a, struct xml *x, struct str type)
{
	static const char *const names[APPLE_QUANTITY_COUNT] = {
		[APPLE_STEPS] = APPLE_QUANTITY "StepCount",
		[APPLE_SDNN] = APPLE_QUANTITY "HeartRateVariabilitySDNN",
		[APPLE_REST_HR] = APPLE_QUANTITY "RestingHeartRate",
		[APPLE_WEIGHT] = APPLE_QUANTITY "BodyMass",
	};
	int32_t offset_s = 0;
	int64_t start_s;

	for (int q = 0; q < APPLE_QUANTITY_COUNT; q++) {
		if (!str_is(type, names[q]))
			continue;
		start_s = apple_time(x, "startDate", &offset_s);
		if (start_s != SAMPLE_TIME_MISSING)
			apple_days_add(&a->days, (enum apple_quantity)q,
			    source_of(a, x), start_s,
			    apple_time(x, "endDate", NULL), offset_s,
			    number_of(x, "value"), xml_attribute(x, "unit"));
		return;
	}
}

static void
take_record(struct apple *a, struct xml *x)
{
	struct str type = xml_attribute(x, "type");

	if (str_is(type, "HKCategoryTypeIdentifierSleepAnalysis"))
		take_sleep(a, x);
	else
		take_quantity(a, x, type);
}

/* --- workouts ------------------------------------------------------------ */

static enum sport_type
sport_of(const struct apple *a)
{
	static const struct {
		const char *name;
		enum sport_type outdoors, indoors;
	} sports[] = {
#define APPLE_SPORT(name, out, in) { name, SPORT_##out, SPORT_##in },
#include "files/apple_sports.def"
#undef APPLE_SPORT
	};

	for (size_t i = 0; i < ARRAY_LEN(sports); i++)
		if (str_is(a->sport, sports[i].name))
			return a->indoors ? sports[i].indoors
					  : sports[i].outdoors;
	return SPORT_OTHER;
}

/* A number with the unit that stands in another attribute. */
static double
in_si(const struct xml *x, const char *name, const char *unit)
{
	return apple_in_si(number_of(x, name), xml_attribute(x, unit));
}

static void
open_workout(struct apple *a, struct xml *x)
{
	struct str type = xml_attribute(x, "workoutActivityType");
	struct activity *w = &a->workout;
	int32_t offset_s = 0;
	int64_t start_s = apple_time(x, "startDate", &offset_s);
	int64_t end_s = apple_time(x, "endDate", NULL);

	if (start_s == SAMPLE_TIME_MISSING || end_s < start_s)
		return;
	a->in_workout = true;
	a->indoors = false;
	a->route = "";
	if (str_starts(type, STR(ACTIVITY)))
		type = str_make(
		    type.p + strlen(ACTIVITY), type.n - strlen(ACTIVITY));
	a->sport = str_of(arena_strndup(a->result->a,
	    type.p != NULL ? type.p : "", MIN(type.n, (size_t)SOURCE_MAX)));
	activity_init(w);
	w->device = text_clean(
	    a->result->a, xml_attribute(x, "sourceName"), ACTIVITY_MAX_NAME);
	w->external_id = arena_printf(
	    a->result->a, "workout:%lld:%.80s", (long long)start_s, w->device);
	w->start_us = start_s * DATE_US_PER_SECOND;
	w->utc_offset_s = a->result->zone != NULL ? INT32_MIN : offset_s;
	w->sum.elapsed_s = (double)(end_s - start_s);
	w->sum.moving_s = in_si(x, "duration", "durationUnit");
	w->sum.distance_m = in_si(x, "totalDistance", "totalDistanceUnit");
	w->sum.calories_kcal =
	    in_si(x, "totalEnergyBurned", "totalEnergyBurnedUnit");
}

static void
set(double *to, double v)
{
	if (value_has(v))
		*to = v;
}

static void
take_statistics(struct apple *a, struct xml *x)
{
	struct str type = xml_attribute(x, "type");
	struct summary *s = &a->workout.sum;

	if (str_is(type, APPLE_QUANTITY "HeartRate")) {
		set(&s->average_hr_bpm, number_of(x, "average"));
		set(&s->max_hr_bpm, number_of(x, "maximum"));
	} else if (str_is(type, APPLE_QUANTITY "ActiveEnergyBurned")) {
		set(&s->calories_kcal, in_si(x, "sum", "unit"));
	} else if (str_starts(type, STR(APPLE_QUANTITY "Distance"))) {
		set(&s->distance_m, in_si(x, "sum", "unit"));
	} else if (str_is(type, APPLE_QUANTITY "CyclingPower") ||
		   str_is(type, APPLE_QUANTITY "RunningPower")) {
		set(&s->average_power_w, number_of(x, "average"));
		set(&s->max_power_w, number_of(x, "maximum"));
	} else if (str_is(type, APPLE_QUANTITY "CyclingCadence")) {
		set(&s->average_cadence_rpm, number_of(x, "average"));
		set(&s->max_cadence_rpm, number_of(x, "maximum"));
	}
}

/* "8652 cm" */
static double
measure_of(struct str s)
{
	struct str unit, number = str_cut(s, ' ', &unit);
	double v;

	return str_to_f64(number, &v) ? apple_in_si(v, unit) : VALUE_MISSING;
}

static void
take_metadata(struct apple *a, struct xml *x)
{
	struct str key = xml_attribute(x, "key");
	struct str value = xml_attribute(x, "value");

	if (str_is(key, "HKIndoorWorkout"))
		a->indoors = str_is(value, "1");
	else if (str_is(key, "HKElevationAscended"))
		set(&a->workout.sum.elevation_gain_m, measure_of(value));
	else if (str_is(key, "HKElevationDescended"))
		set(&a->workout.sum.elevation_loss_m, measure_of(value));
}

static void
close_workout(struct apple *a, struct xml *x)
{
	struct activity *w = &a->workout, *act;

	a->in_workout = false;
	act = result_activity(
	    a->result, w->start_us / DATE_US_PER_SECOND, w->utc_offset_s, a->e);
	if (act == NULL) {
		fail_from_err(a, x);
		return;
	}
	w->provider = APPLE_PROVIDER;
	w->utc_offset_s = act->utc_offset_s;
	w->local_day = act->local_day;
	w->sport = sport_of(a);
	*act = *w;
	result_clean(a->result, &act->sum);
	activity_complete(act);
	buf_add(&a->routes, &a->route, sizeof(a->route));
}

/* --- elements ------------------------------------------------------------ */

static void
on_open(void *arg, struct xml *x, const char *name)
{
	struct apple *a = arg;
	const char *above = xml_above(x, 1);

	if (above[0] == '\0') {
		a->is_root_known = strcmp(name, APPLE_ROOT) == 0;
		if (!a->is_root_known)
			xml_fail(x, ERR_UNSUPPORTED,
			    "<%s> is not <" APPLE_ROOT ">", name);
	} else if (strcmp(above, APPLE_ROOT) == 0) {
		if (strcmp(name, "Record") == 0)
			take_record(a, x);
		else if (strcmp(name, "Workout") == 0)
			open_workout(a, x);
	} else if (!a->in_workout) {
		return;
	} else if (strcmp(above, "Workout") == 0) {
		if (strcmp(name, "WorkoutStatistics") == 0)
			take_statistics(a, x);
		else if (strcmp(name, "MetadataEntry") == 0)
			take_metadata(a, x);
	} else if (strcmp(name, "FileReference") == 0) {
		a->route = text_clean(
		    a->result->a, xml_attribute(x, "path"), ACTIVITY_MAX_NAME);
	}
}

static void
on_close(void *arg, struct xml *x, const char *name, struct str text)
{
	struct apple *a = arg;

	(void)text;
	if (a->in_workout && strcmp(name, "Workout") == 0)
		close_workout(a, x);
}

/* --- in pieces ----------------------------------------------------------- */

struct apple *
apple_new(struct result *r, struct err *e)
{
	struct apple *a = xcalloc(1, sizeof(*a));
	const struct xml_handler handler = {
		.arg = a,
		.open = on_open,
		.close = on_close,
		.doctype = true,
	};

	a->result = r;
	a->e = e;
	a->route = "";
	a->days.result = r;
	r->max_activities = WORKOUTS_MAX;
	a->xml = xml_new("Apple Health", &handler, e);
	return a;
}

void
apple_free(struct apple **a)
{
	if (*a == NULL)
		return;
	xml_free(&(*a)->xml);
	apple_days_free(&(*a)->days);
	buf_free(&(*a)->spans);
	buf_free(&(*a)->routes);
	free(*a);
	*a = NULL;
}

int
apple_feed(struct apple *a, struct str piece)
{
	return xml_feed(a->xml, piece);
}

int
apple_end(struct apple *a)
{
	struct result *r = a->result;

	if (xml_end(a->xml) < 0)
		return -1;
	apple_days_end(&a->days);
	r->out->kind = "export";
	r->out->routes = arena_memdup(r->a, a->routes.p, a->routes.n);
	return apple_sleep_end(r, &a->spans, a->sources, a->e);
}

int
apple_decode(struct result *r, struct str bytes, struct err *e)
{
	struct apple *a = apple_new(r, e);
	int rc = apple_feed(a, bytes);

	if (rc == 0)
		rc = apple_end(a);
	apple_free(&a);
	return rc;
}

int
apple_pulse_decode(
    struct arena *arena, struct decoded *d, struct str bytes, struct err *e)
{
	struct apple_pulse *p = apple_pulse_new(arena, d, e);
	int rc = apple_pulse_feed(p, bytes);

	if (rc == 0)
		rc = apple_pulse_end(p);
	apple_pulse_free(&p);
	return rc;
}
