/* GPX and TCX: what is read, what is refused and where. */

#include <stdlib.h>

#include "base/date.h"
#include "files/decode.h"
#include "tap.h"

static struct arena *arena;
static struct decoded d;
static struct err e;

static int
decode(const char *text)
{
	arena_reset(arena);
	e = ERR_INIT;
	return file_decode(
	    arena, str_of(text), tz_find(STR("Etc/GMT+1"), &e), &d, &e);
}

static void
refuses(const char *text, const char *want)
{
	is_int(decode(text), -1, "refused");
	is_str(e.msg, want, "says why");
}

static const char gpx[] =
    "\n\n<?xml version='1.0'?>\n"
    "<gpx creator='A  watch' xmlns:x='urn:x'><wpt lat='1' lon='2'/>"
    "<trk><name> Lunch\n <![CDATA[<run>]]></name><type>Trail Running</type>"
    "<trkseg>\n"
    "<trkpt lat='45' lon='7'><ele>300</ele>"
    "<time>2024-05-01T23:30:00Z</time><extensions>"
    "<x:TrackPointExtension><x:hr>140</x:hr><x:cad>85</x:cad>"
    "<x:atemp>-3.5</x:atemp></x:TrackPointExtension>"
    "<power>250</power></extensions></trkpt>\n"
    "<trkpt lat='45.0001' lon='7'><ele>x</ele>"
    "<time>2024-05-01T23:30:04.500Z</time><extensions>"
    "<x:hr>142</x:hr></extensions></trkpt>\n"
    "</trkseg></trk>"
    "<trk><trkseg><trkpt lat='1' lon='2'/></trkseg></trk></gpx>";

static void
test_gpx(void)
{
	const struct activity *act;
	const struct streams *s;

	is_int(decode(gpx), 0, "decodes");
	is_int(d.format, FILE_GPX, "format");
	is_str(d.kind, "activity", "kind");
	is_int(d.n_activities, 1, "a track without times is none");
	act = d.activities;
	is_str(act->name, "Lunch <run>", "name, cleaned");
	is_str(act->device, "A watch", "device");
	is_int(act->sport, SPORT_TRAIL_RUN, "sport");
	is_int(act->utc_offset_s, -3600, "offset as told");
	is_int(act->local_day, date_of_instant(act->start_us, -3600), "day");
	s = act->streams;
	is_int(s->n, 2, "points");
	is_int(s->t_s[1], 4, "seconds");
	is_near(s->v[STREAM_HR][1], 142, 0, "heart rate");
	is_near(s->v[STREAM_CADENCE][0], 85, 0, "cadence");
	is_near(s->v[STREAM_TEMP][0], -3.5, 0, "temperature");
	is_near(s->v[STREAM_POWER][0], 250, 0, "power");
	ok(isnan(s->v[STREAM_ALTITUDE][1]), "no number is missing");
	is_near(s->v[STREAM_DISTANCE][1], 11.12, 0.01, "distance");
	is_int(d.n_warnings, 2, "warnings");
	is_int(decode("<gpx><rte/></gpx>"), 0, "route");
	is_str(d.kind, "route", "kind");
	is_int(
	    decode(
		"<gpx><trk><trkseg><trkpt lat='1' lon='2'>"
		"<time>2024-05-01T10:00:00+02:00</time></trkpt></trkseg></trk>"
		"</gpx>"),
	    0, "with an offset");
	is_int(d.activities[0].utc_offset_s, 7200, "which counts");
}

static const char tcx[] =
    "<TrainingCenterDatabase xmlns:ns3='urn:y'><Activities>"
    "<Activity Sport='Biking'><Id>2024-05-01T10:00:00Z</Id>"
    "<Lap StartTime='2024-05-01T10:00:00Z'>"
    "<TotalTimeSeconds>10</TotalTimeSeconds>"
    "<DistanceMeters>80</DistanceMeters><Calories>3</Calories>"
    "<MaximumHeartRateBpm><Value>151</Value></MaximumHeartRateBpm>"
    "<Track><Trackpoint><Time>2024-05-01T10:00:01Z</Time>"
    "<HeartRateBpm><Value>150</Value></HeartRateBpm><Cadence>90</Cadence>"
    "<DistanceMeters>8</DistanceMeters><Extensions><ns3:TPX>"
    "<ns3:Speed>8.5</ns3:Speed><ns3:Watts>0</ns3:Watts></ns3:TPX>"
    "</Extensions></Trackpoint></Track></Lap>"
    "<Lap StartTime='2024-05-01T10:00:10Z'>"
    "<TotalTimeSeconds>20.5</TotalTimeSeconds>"
    "<DistanceMeters>170</DistanceMeters><Calories>4</Calories>"
    "<Extensions><LX><AvgWatts>200</AvgWatts></LX></Extensions></Lap>"
    "<Notes>Evening</Notes><Creator><Name>Edge</Name></Creator></Activity>"
    "<Activity Sport='Other'><Id>x</Id>"
    "<Lap StartTime='2024-05-02T10:00:00Z'>"
    "<TotalTimeSeconds>600</TotalTimeSeconds></Lap></Activity>"
    "</Activities></TrainingCenterDatabase>";

static void
test_tcx(void)
{
	const struct activity *act;

	is_int(decode(tcx), 0, "decodes");
	is_int(d.format, FILE_TCX, "format");
	is_int(d.n_activities, 2, "activities");
	act = d.activities;
	is_str(act->name, "Evening", "name");
	is_str(act->device, "Edge", "device");
	is_int(act->sport, SPORT_RIDE, "sport");
	is_near(act->sum.moving_s, 30.5, 0, "time of all laps");
	is_near(act->sum.distance_m, 250, 0, "distance of all laps");
	is_near(act->sum.calories_kcal, 7, 0, "calories of all laps");
	is_near(act->sum.max_hr_bpm, 151, 0, "highest pulse of any lap");
	is_int(act->n_laps, 2, "laps");
	is_int(act->laps[1].start_s, 10, "second lap");
	is_near(act->laps[1].sum.average_power_w, 200, 0, "its power");
	is_int(act->streams->t_s[0], 1, "a point a second after the start");
	is_near(act->streams->v[STREAM_POWER][0], 0, 0, "zero is a number");
	is_near(act->streams->v[STREAM_SPEED][0], 8.5, 0, "speed");
	is_near(d.activities[1].sum.elapsed_s, 600, 0, "without any points");
	ok(d.activities[1].streams == NULL, "no streams");
	is_int(decode("<TrainingCenterDatabase><Activities><Activity>"
		      "<Lap StartTime='2024-05-02T10:00:00Z'>"
		      "<TotalTimeSeconds>600</TotalTimeSeconds>"
		      "<DistanceMeters>1e300</DistanceMeters>"
		      "<Calories>-1</Calories></Lap></Activity></Activities>"
		      "</TrainingCenterDatabase>"),
	    0, "absurd numbers");
	is_near(d.activities[0].sum.elapsed_s, 600, 0, "lose what is none");
	ok(isnan(d.activities[0].sum.distance_m) &&
		isnan(d.activities[0].laps[0].sum.distance_m) &&
		isnan(d.activities[0].sum.calories_kcal),
	    "of the whole and of its laps");
	is_str(d.warnings[0], "implausible totals were left out", "noted");
	is_int(decode("<TrainingCenterDatabase><Courses/>"
		      "</TrainingCenterDatabase>"),
	    0, "course");
	is_str(d.kind, "course", "kind");
}

static void
test_refused(void)
{
	char deep[400] = "<gpx>";

	refuses(
	    "<gpx>\n  <trk></gpx>", "GPX, line 2, column 10: mismatched tag");
	refuses("<gpx>\n<trk>", "GPX, line 2, column 6: no element found");
	refuses(
	    "<gpx/>x", "GPX, line 1, column 7: junk after document element");
	refuses("<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx>&a;</gpx>",
	    "GPX, line 1, column 15: document type declarations are refused");
	is_int(e.code, ERR_UNSUPPORTED, "as not supported");
	refuses("<!DOCTYPE gpx SYSTEM 'http://localhost/x'><gpx/>",
	    "GPX, line 1, column 42: document type declarations are refused");
	refuses("<gpx><trk>&a;</trk></gpx>",
	    "GPX, line 1, column 11: undefined entity");
	refuses("\n\n<gpx>\n<trk><trkseg><trkpt lat='a' lon='1'/></trkseg>"
		"</trk></gpx>",
	    "GPX, line 4, column 14: a point without numbers for lat and lon");
	refuses("<a:gpxx/>", "GPX, line 1, column 1: <gpxx> is not <gpx>");
	refuses("<?xml version='1.0' encoding='x-none'?><gpx/>",
	    "GPX, line 1, column 31: unknown encoding");
	refuses("<x>TrainingCenterDatabase</x>",
	    "TCX, line 1, column 1: <x> "
	    "is not <TrainingCenterDatabase>");
	for (int i = 0; i < 64; i++)
		memcpy(deep + 5 + 3 * i, "<e>", 4);
	refuses(deep, "GPX, line 1, column 195: elements nest deeper than 64");
	refuses("PK\3\4",
	    "neither FIT, GPX nor TCX: byte 8 does not begin "
	    ".FIT, and the first 4096 bytes have no element <gpx>, "
	    "<TrainingCenterDatabase> or <HealthData>");
	refuses("", "neither FIT, GPX nor TCX: byte 8 does not begin "
		    ".FIT, and the first 4096 bytes have no element <gpx>, "
		    "<TrainingCenterDatabase> or <HealthData>");
}

/* Every beginning of a good file is refused, or holds less. */
static void
test_prefixes(const char *text)
{
	size_t len = strlen(text);
	bool good = true;

	for (size_t n = 0; n < len; n++) {
		char *copy = malloc(n + 1);

		memcpy(copy, text, n);
		arena_reset(arena);
		good = good && file_decode(arena, str_make(copy, n), NULL, &d,
				   &e) == -1;
		free(copy);
	}
	ok(good, "every prefix is refused");
}

static void
test_size(void)
{
	struct str huge = { "<gpx/>", (size_t)FILES_MAX_BYTES + 1 };

	/* Only the first bytes may be looked at. */
	char *p = calloc(1, 8192);

	memcpy(p, "<gpx/>", 6);
	huge.p = p;
	is_int(file_decode(arena, huge, NULL, &d, &e), -1, "65 MiB");
	is_int(e.code, ERR_TOO_LARGE, "are too many");
	free(p);
}

int
main(void)
{
	arena = arena_new();
	test_gpx();
	test_tcx();
	test_refused();
	test_prefixes(gpx);
	test_prefixes(tcx);
	test_size();
	arena_free(&arena);
	return tap_done();
}
