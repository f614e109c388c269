/* GPX: tracks of points.  Extensions are known by the names of their elements
 * alone, since every maker has a namespace of its own. */

#include "files/gpx.h"

#include "files/text.h"
#include "files/track.h"
#include "files/xml.h"

struct gpx {
	struct result *result;
	struct err *e;
	struct track track;
	struct sample point;
	bool in_track, in_point;
	const char *creator;
	bool has_tracks, has_routes, has_waypoints;
};

static const struct {
	const char *name;
	enum stream_kind kind;
} channels[] = {
	{ "ele", STREAM_ALTITUDE },
	{ "speed", STREAM_SPEED },
	{ "hr", STREAM_HR },
	{ "heartrate", STREAM_HR },
	{ "cad", STREAM_CADENCE },
	{ "cadence", STREAM_CADENCE },
	{ "power", STREAM_POWER },
	{ "PowerInWatts", STREAM_POWER },
	{ "watts", STREAM_POWER },
	{ "atemp", STREAM_TEMP },
	{ "temp", STREAM_TEMP },
	{ "distance", STREAM_DISTANCE },
};

/* What went wrong is told where it went wrong. */
static void
fail_from_err(struct gpx *g, struct xml *x)
{
	struct err cause = *g->e;

	xml_fail(x, cause.code, "%s", cause.msg);
}

static void
open_point(struct gpx *g, struct xml *x)
{
	double lat, lon;

	sample_init(&g->point, SAMPLE_TIME_MISSING);
	if (!str_to_f64(xml_attribute(x, "lat"), &lat) ||
	    !str_to_f64(xml_attribute(x, "lon"), &lon)) {
		xml_fail(x, ERR_CORRUPT,
		    "a point without numbers for lat and "
		    "lon");
		return;
	}
	g->point.v[STREAM_LAT] = lat;
	g->point.v[STREAM_LON] = lon;
	g->in_point = true;
}

static void
on_open(void *arg, struct xml *x, const char *name)
{
	struct gpx *g = arg;

	if (strcmp(xml_above(x, 1), "") == 0) {
		if (strcmp(name, "gpx") != 0)
			xml_fail(x, ERR_UNSUPPORTED, "<%s> is not <gpx>", name);
		g->creator = text_clean(g->result->a,
		    xml_attribute(x, "creator"), ACTIVITY_MAX_NAME);
	} else if (strcmp(name, "wpt") == 0) {
		g->has_waypoints = true;
	} else if (strcmp(name, "rte") == 0) {
		g->has_routes = true;
	} else if (strcmp(name, "trk") == 0 && !g->in_track) {
		g->has_tracks = g->in_track = true;
		track_init(&g->track, g->result);
		g->track.device = g->creator;
	} else if (strcmp(name, "trkpt") == 0 && g->in_track) {
		open_point(g, x);
	}
}

static void
close_in_point(struct gpx *g, struct xml *x, const char *name, struct str text)
{
	/* Links and remarks of a point may have elements of the same name. */
	if (strcmp(name, "time") == 0 && strcmp(xml_above(x, 1), "trkpt") == 0)
		g->point.time_s =
		    track_time(g->result, text, &g->track.offset_s);
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (str_ieq(str_of(name), str_of(channels[i].name)))
			g->point.v[channels[i].kind] =
			    track_number(g->result, text);
}

static void
on_close(void *arg, struct xml *x, const char *name, struct str text)
{
	struct gpx *g = arg;

	if (!g->in_track)
		return;
	if (strcmp(name, "trkpt") == 0 && g->in_point) {
		g->in_point = false;
		if (track_sample(&g->track, &g->point, g->e) < 0)
			fail_from_err(g, x);
	} else if (g->in_point) {
		close_in_point(g, x, name, text);
	} else if (strcmp(name, "trk") == 0) {
		g->in_track = false;
		if (track_finish(&g->track, g->e) < 0)
			fail_from_err(g, x);
		track_free(&g->track);
	} else if (strcmp(xml_above(x, 1), "trk") == 0) {
		if (strcmp(name, "name") == 0)
			g->track.name =
			    text_clean(g->result->a, text, ACTIVITY_MAX_NAME);
		else if (strcmp(name, "type") == 0)
			g->track.sport = track_sport(text);
	}
}

static const char *
kind_of(const struct gpx *g)
{
	if (g->result->activities.n > 0)
		return "activity";
	if (g->has_tracks)
		return "track";
	if (g->has_routes)
		return "route";
	return g->has_waypoints ? "waypoints" : "other";
}

int
gpx_decode(struct result *r, struct str bytes, struct err *e)
{
	struct err own = ERR_INIT;
	struct gpx g = {
		.result = r,
		.e = e != NULL ? e : &own,
		.creator = "",
	};
	const struct xml_handler handler = {
		.arg = &g,
		.open = on_open,
		.close = on_close,
	};
	int rc = xml_read(bytes, "GPX", &handler, g.e);

	if (g.in_track)
		track_free(&g.track);
	r->out->kind = kind_of(&g);
	return rc;
}
