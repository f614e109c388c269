/* Apple Health's export: days, nights, workouts; in pieces of any size; and
 * what is no such file. */

#include "files/apple.h"

#include "base/date.h"
#include "files/decode.h"
#include "tap.h"

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                         \
	"<!DOCTYPE HealthData [\n<!ELEMENT HealthData (Record*)>\n"            \
	"<!ATTLIST Record type CDATA #REQUIRED>\n]>\n"                         \
	"<HealthData locale=\"de_DE\">\n"
#define RECORD(type, source, unit, from, to, value)                            \
	"<Record type=\"" type "\" sourceName=\"" source "\" unit=\"" unit     \
	"\" startDate=\"2026-08-" from " +0200\" endDate=\"2026-08-" to        \
	" +0200\" value=\"" value "\"/>\n"
#define STEPS(source, from, to, n)                                             \
	RECORD(                                                                \
	    "HKQuantityTypeIdentifierStepCount", source, "count", from, to, n)
#define SLEEP(source, from, to, stage)                                         \
	RECORD("HKCategoryTypeIdentifierSleepAnalysis", source, "", from, to,  \
	    "HKCategoryValueSleepAnalysis" stage)

static int
decode(struct arena *a, const char *text, struct decoded *d)
{
	struct err e = ERR_INIT;
	int rc = file_decode(
	    a, str_of(text), tz_find(STR("Europe/Berlin"), &e), d, &e);

	if (rc < 0)
		printf("# %s\n", e.msg);
	return rc;
}

/* The one measurement of a kind. */
static double
daily(const struct decoded *d, enum daily_kind kind)
{
	double v = VALUE_MISSING;

	for (size_t i = 0; i < d->n_daily; i++)
		if (d->daily[i].kind == kind)
			v = d->daily[i].value;
	return v;
}

static void
test_days(struct arena *a)
{
	static const char text[] = HEAD
	    /* The telephone and the watch of the same hour; then one each. */
	    STEPS("iPhone", "02 08:00:00", "02 08:30:00", "800") STEPS(
		"iPhone", "02 08:30:00", "02 09:00:00", "300") STEPS("Watch",
		"02 08:00:00", "02 09:00:00",
		"1200") STEPS("iPhone", "02 09:00:00", "02 10:00:00",
		"500") STEPS("Watch", "02 10:30:00", "02 11:30:00",
		"100") "<Record "
		       "type="
		       "\"HKQuantityTypeIdentifierHeartRateVariabilitySDNN\" "
		       "sourceName=\"Watch\" unit=\"ms\" "
		       "startDate=\"2026-08-02 07:05:00 +0200\" "
		       "endDate=\"2026-08-02 07:06:00 +0200\" value=\"50\">"
		       "<HeartRateVariabilityMetadataList>"
		       "<InstantaneousBeatsPerMinute bpm=\"60\" "
		       "time=\"7:05:00,11\"/>"
		       "</HeartRateVariabilityMetadataList></Record>\n" RECORD(
			   "HKQuantityTypeIdentifierHeartRateVariabilitySDNN",
			   "Watch", "ms", "02 12:00:00", "02 12:01:00",
			   "70") RECORD("HKQuantityTypeIdentifierRestingHeartRa"
					"te",
			   "Watch", "count/min", "02 00:00:00", "02 23:00:00",
			   "52") RECORD("HKQuantityTypeIdentifierBodyMass",
			   "Scale", "lb", "02 07:00:00", "02 07:00:00",
			   "154.324") RECORD("HKQuantityTypeIdentifierBodyMass",
			   "Scale", "kg", "02 21:00:00", "02 21:00:00",
			   "70.5") "<Correlation type=\"x\">" STEPS("iPhone",
			   "02 12:00:00", "02 13:00:00",
			   "9999") "</Correlation>" RECORD("HKQuantityTypeIdent"
							   "ifierBodyMass",
			   "Scale", "stone", "03 07:00:00", "03 07:00:00",
			   "11") "</HealthData>";
	struct decoded d;

	is_int(decode(a, text, &d), 0, "decodes");
	is_str(file_format_name(d.format), "Apple Health", "format");
	is_int(d.n_daily, 4, "four measurements");
	is_near(daily(&d, DAILY_STEPS), 1200 + 500 + 100, 0,
	    "of an hour the source that counted most");
	is_near(daily(&d, DAILY_HRV_SDNN), 60, 1e-9, "SDNN, the day's mean");
	is_near(daily(&d, DAILY_REST_HR), 52, 0, "resting heart rate");
	is_near(daily(&d, DAILY_WEIGHT), 70.5, 1e-9, "weight, the last");
	is_int(d.daily[0].day, date_to_day((struct date_civil){ 2026, 8, 2 }),
	    "on their day");
}

static void
test_nights(struct arena *a)
{
	static const char text[] = HEAD SLEEP("iPhone", "01 22:30:00",
	    "02 07:00:00", "InBed") SLEEP("Watch", "01 23:00:00", "02 01:00:00",
	    "AsleepCore") SLEEP("Watch", "02 01:00:00", "02 02:00:00",
	    "AsleepDeep") SLEEP("Watch", "02 01:30:00", "02 02:10:00", "Awake")
	    SLEEP("Watch", "02 02:30:00", "02 03:00:00", "AsleepREM") SLEEP(
		"Watch", "02 13:00:00", "02 13:20:00", "AsleepUnspecified")
		SLEEP("Watch", "02 15:00:00", "02 14:00:00", "AsleepCore")
		    SLEEP("Watch", "02 16:00:00", "02 17:00:00",
			"Nonsense") "</HealthData>";
	const struct sleep *s;
	struct decoded d;

	is_int(decode(a, text, &d), 0, "decodes");
	is_int(d.n_sleeps, 3, "in bed, a night and a nap");
	ok(!value_has(d.sleeps[0].v[SLEEP_asleep_s]), "in bed is not asleep");
	s = &d.sleeps[1];
	is_str(s->device, "Watch", "by its source");
	is_str(s->provider, APPLE_PROVIDER, "provider");
	is_near(s->v[SLEEP_light_s], 7200, 0, "core is light");
	is_near(s->v[SLEEP_deep_s], 3600, 0, "deep");
	is_near(s->v[SLEEP_rem_s], 1800, 0, "REM");
	is_near(s->v[SLEEP_awake_s], 600, 0, "what overlaps counts once");
	is_int(s->utc_offset_s, 7200, "offset of the person's zone");
	ok(!value_has(d.sleeps[2].v[SLEEP_deep_s]) &&
		d.sleeps[2].v[SLEEP_asleep_s] == 1200,
	    "a nap without stages");
}

static void
test_workouts(struct arena *a)
{
	static const char text[] = HEAD
	    "<Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" "
	    "duration=\"45.5\" durationUnit=\"min\" sourceName=\"Watch\" "
	    "startDate=\"2026-08-05 17:00:00 +0200\" "
	    "endDate=\"2026-08-05 17:50:00 +0200\">"
	    "<MetadataEntry key=\"HKIndoorWorkout\" value=\"0\"/>"
	    "<MetadataEntry key=\"HKElevationAscended\" value=\"8652 cm\"/>"
	    "<WorkoutStatistics "
	    "type=\"HKQuantityTypeIdentifierDistanceWalkingRunning\" "
	    "sum=\"5\" unit=\"mi\"/>"
	    "<WorkoutStatistics "
	    "type=\"HKQuantityTypeIdentifierActiveEnergyBurned\" "
	    "sum=\"450\" unit=\"Cal\"/>"
	    "<WorkoutStatistics type=\"HKQuantityTypeIdentifierHeartRate\" "
	    "average=\"141\" maximum=\"176\" unit=\"count/min\"/>"
	    "<WorkoutRoute sourceName=\"Watch\"><FileReference "
	    "path=\"/workout-routes/route_2026-08-05_5.00pm.gpx\"/>"
	    "</WorkoutRoute></Workout>\n"
	    "<Workout workoutActivityType=\"HKWorkoutActivityTypeCycling\" "
	    "duration=\"1800\" durationUnit=\"s\" totalDistance=\"12.5\" "
	    "totalDistanceUnit=\"km\" totalEnergyBurned=\"1000\" "
	    "totalEnergyBurnedUnit=\"kJ\" sourceName=\"App\" "
	    "startDate=\"2019-01-05 17:00:00 +0100\" "
	    "endDate=\"2019-01-05 17:30:00 +0100\">"
	    "<MetadataEntry key=\"HKIndoorWorkout\" value=\"1\"/></Workout>\n"
	    "<Workout workoutActivityType=\"HKWorkoutActivityTypeYoga\" "
	    "startDate=\"never\"/></HealthData>";
	const struct activity *act;
	struct decoded d;

	is_int(decode(a, text, &d), 0, "decodes");
	is_int(d.n_activities, 2, "two workouts");
	act = &d.activities[0];
	is_int(act->sport, SPORT_RUN, "run");
	is_near(act->sum.elapsed_s, 3000, 0, "from start to end");
	is_near(act->sum.moving_s, 2730, 1e-9, "without pauses");
	is_near(act->sum.distance_m, 8046.72, 1e-6, "miles in metres");
	is_near(act->sum.elevation_gain_m, 86.52, 1e-9, "climb");
	is_near(act->sum.calories_kcal, 450, 0, "energy");
	is_near(act->sum.average_hr_bpm, 141, 0, "heart rate");
	is_int(act->utc_offset_s, 7200, "offset");
	is_str(d.routes[0], "/workout-routes/route_2026-08-05_5.00pm.gpx",
	    "its track's file");
	act = &d.activities[1];
	is_int(act->sport, SPORT_VIRTUAL_RIDE, "indoors");
	is_near(act->sum.distance_m, 12500, 0, "totals as they used to be");
	is_near(act->sum.calories_kcal, 1000 / 4.184, 1e-9, "kilojoules");
	is_str(d.routes[1], "", "no track");
	ok(strcmp(act->external_id, d.activities[0].external_id) != 0,
	    "ids of their own");
}

/* The heart rate stands before the workouts. */
static void
test_pulse(struct arena *a)
{
#define PULSE(at, bpm)                                                         \
	RECORD("HKQuantityTypeIdentifierHeartRate", "Watch", "count/min",      \
	    "05 " at, "05 " at, bpm)
#define RUN(from, to)                                                          \
	"<Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" "       \
	"sourceName=\"Watch\" startDate=\"2026-08-05 " from                    \
	" +0200\" endDate=\"2026-08-05 " to " +0200\"/>"
	static const char text[] = HEAD PULSE("17:59:59", "70")
	    PULSE("18:00:10", "140") PULSE("18:00:00", "120")
		PULSE("18:00:10", "142") PULSE("18:30:00", "150")
		    PULSE("18:30:01", "90") PULSE("20:00:05", "400")
			PULSE("20:00:06", "100") RUN("20:00:00", "20:10:00")
			    RUN("18:00:00", "18:30:00")
				RUN("18:20:00", "18:40:00") "</HealthData>";
	const struct streams *s;
	struct decoded d;

	is_int(decode(a, text, &d), 0, "decodes");
	is_int(d.n_activities, 3, "three runs");
	s = d.activities[1].streams;
	ok(s != NULL && s->n == 3 && s->t_s[0] == 0 && s->t_s[1] == 10 &&
		s->t_s[2] == 1800,
	    "beats from start to end, in order");
	is_near(s->v[STREAM_HR][1], 142, 0, "of one second the last");
	ok(d.activities[0].streams == NULL, "one beat is too few");
	s = d.activities[2].streams;
	ok(s != NULL && s->n == 2 && s->t_s[0] == 600,
	    "another at the same time");
}

static void
test_refusals(struct arena *a)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "<!DOCTYPE HealthData [<!ENTITY a \"aaaa\">]>"
		  "<HealthData>&a;</HealthData>",
		    "entities are refused" },
		{ "<!DOCTYPE HealthData><other/>", "<other> is not" },
		{ HEAD "<Record", "unclosed token" },
		{ HEAD "<a><b></a>", "mismatched tag" },
	};
	struct decoded d;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = ERR_INIT;

		is_int(file_decode(a, str_of(bad[i].text), NULL, &d, &e), -1,
		    "refused: %s", e.msg);
		ok(strncmp(e.msg, "Apple Health, line ", 19) == 0 &&
			strstr(e.msg, bad[i].why) != NULL,
		    "by place and reason: %s", bad[i].why);
	}
	is_int(decode(a, HEAD "</HealthData>", &d), 0, "an empty one is fine");
}

/* Pieces end anywhere. */
static void
test_pieces(struct arena *a)
{
	static const char text[] = HEAD SLEEP("Watch", "01 23:00:00",
	    "02 01:00:00", "AsleepCore") SLEEP("W\xc3\xa4tch", "02 23:00:00",
	    "03 01:00:00", "AsleepDeep") "</HealthData>";
	bool good = true;

	for (size_t size = 1; size < 40; size++) {
		struct str rest = str_of(text);
		struct err e = ERR_INIT;
		struct decoded d;
		struct result r;
		struct apple *apple;

		result_init(&r, a, &d, NULL);
		apple = apple_new(&r, &e);
		while (rest.n > 0) {
			size_t n = MIN(rest.n, size);

			good =
			    good && apple_feed(apple, str_make(rest.p, n)) == 0;
			rest = str_make(rest.p + n, rest.n - n);
		}
		good = good && apple_end(apple) == 0;
		result_finish(&r);
		good = good && d.n_sleeps == 2;
		apple_free(&apple);
		result_free(&r);
	}
	ok(good, "pieces of any size");
}

int
main(void)
{
	static void (*const tests[])(struct arena *) = { test_days, test_nights,
		test_workouts, test_pulse, test_refusals, test_pieces };

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		struct arena *a = arena_new();

		tests[i](a);
		arena_free(&a);
	}
	return tap_done();
}
