/* Sample columns: presence, resampling, fewer samples, derived channels. */

#include "model/streams.h"

#include "model/value.h"
#include "tap.h"

static struct streams *
make(struct arena *a, const int32_t *t, size_t n)
{
	struct streams *s = streams_new(a, n);

	memcpy(s->t_s, t, n * sizeof(*t));
	return s;
}

static void
test_basics(struct arena *a)
{
	struct streams *s = streams_new(a, 4);
	double *hr = streams_add(a, s, STREAM_HR);
	enum stream_kind k;

	ok(isnan(hr[0]) && isnan(hr[3]), "a new channel is missing");
	hr[1] = 0;
	ok(streams_add(a, s, STREAM_HR) == hr, "added once");
	ok(streams_has(s, STREAM_HR) && !streams_has(s, STREAM_POWER), "has");
	is_near(streams_coverage(s, STREAM_HR), 0.25, 0, "zero is present");
	is_near(streams_coverage(s, STREAM_TEMP), 0, 0, "absent");
	ok(!streams_has(NULL, STREAM_HR), "no streams, no channel");
	ok(stream_parse(STR("power_w"), &k) && k == STREAM_POWER, "parse");
	ok(!stream_parse(STR("watts"), &k), "unknown name");
	is_str(stream_name(STREAM_LAT), "latitude_deg", "name");
	is_near(stream_resolution(STREAM_ALTITUDE), 0.2, 0, "resolution");
	is_near(streams_coverage(streams_new(a, 0), STREAM_HR), 0, 0, "empty");
}

static void
test_resample(struct arena *a)
{
	static const int32_t t[] = { 1, 2, 5, 20 };
	struct streams *s = make(a, t, 4);
	double *hr = streams_add(a, s, STREAM_HR);
	double *power = streams_add(a, s, STREAM_POWER);
	double *lon = streams_add(a, s, STREAM_LON), *v;
	size_t n;

	memcpy(hr, (double[]){ 100, 101, 104, 120 }, 4 * sizeof(*hr));
	memcpy(power, (double[]){ 200, 210, 0, 250 }, 4 * sizeof(*power));
	memcpy(lon, (double[]){ 179, 179.5, -179.5, -179 }, 4 * sizeof(*lon));
	v = streams_resample(a, s, STREAM_HR, 10, &n);
	is_int(n, 21, "grid from 0 to the last sample");
	ok(isnan(v[0]), "nothing before the first sample");
	is_near(v[3], 102, 1e-12, "heart rate on a line");
	ok(isnan(v[6]) && isnan(v[19]), "a long gap stays");
	is_near(v[20], 120, 0, "last sample");
	v = streams_resample(a, s, STREAM_POWER, 10, &n);
	is_near(v[4], 210, 0, "power is held");
	is_near(v[5], 0, 0, "a measured zero stays");
	v = streams_resample(a, s, STREAM_LON, 3, &n);
	is_near(v[3], 179.5 + 1.0 / 3, 1e-9, "longitude the short way");
	is_near(v[4], -180 + 1.0 / 6, 1e-9, "and wrapped");
	ok(streams_resample(a, s, STREAM_TEMP, 3, &n) == NULL && n == 0,
	    "absent channel");
	hr[1] = hr[2] = VALUE_MISSING;
	v = streams_resample(a, s, STREAM_HR, 19, &n);
	is_near(v[10], 100 + 20 * 9.0 / 19, 1e-9, "across missing samples");
	s->n = 0;
	ok(streams_resample(a, s, STREAM_HR, 19, &n) != NULL && n == 0,
	    "no samples");
}

static void
test_downsample(struct arena *a)
{
	struct streams *s = streams_new(a, 1000), *d;
	double *hr = streams_add(a, s, STREAM_HR);
	double *power = streams_add(a, s, STREAM_POWER);
	bool rising = true, found = false;

	for (int i = 0; i < 1000; i++) {
		s->t_s[i] = 2 * i;
		hr[i] = i % 2 == 0 ? 140 : 142;
		power[i] = i == 500 ? 900 : 200;
	}
	d = streams_downsample(a, s, 1u << STREAM_HR, 100, DOWNSAMPLE_MEAN);
	is_int(d->n, 100, "points");
	is_near(d->v[STREAM_HR][7], 141, 1e-12, "mean of a bucket");
	ok(d->v[STREAM_POWER] == NULL, "only what was asked for");
	d = streams_downsample(a, s, 1u << STREAM_POWER, 50, DOWNSAMPLE_LTTB);
	is_int(d->n, 50, "points");
	is_int(d->t_s[0], 0, "first sample stays");
	is_int(d->t_s[49], 1998, "last sample stays");
	for (size_t i = 1; i < d->n; i++) {
		rising = rising && d->t_s[i] > d->t_s[i - 1];
		found = found || d->v[STREAM_POWER][i] == 900;
	}
	ok(rising, "times increase");
	ok(found, "the spike stays");
	for (int i = 100; i < 900; i++)
		power[i] = VALUE_MISSING;
	d = streams_downsample(a, s, 1u << STREAM_POWER, 50, DOWNSAMPLE_LTTB);
	is_int(d->n, 50, "with missing samples");
	d = streams_downsample(a, s, UINT32_MAX, 2, DOWNSAMPLE_LTTB);
	is_int(d->n, 2, "two points");
	d = streams_downsample(a, s, 1u << STREAM_TEMP, 3, DOWNSAMPLE_LTTB);
	is_int(d->n, 3, "an absent channel leaves the times");
	d = streams_downsample(a, s, UINT32_MAX, 5000, DOWNSAMPLE_LTTB);
	is_int(d->n, 1000, "fewer samples than points");
}

static void
test_derive(struct arena *a)
{
	struct streams *s = streams_new(a, 100);
	double *lat = streams_add(a, s, STREAM_LAT);
	double *lon = streams_add(a, s, STREAM_LON);

	is_near(streams_haversine(0, 0, 0, 1), 111195.08, 0.01,
	    "one degree on the equator");
	is_near(streams_haversine(48.8566, 2.3522, 51.5074, -0.1278), 343556.5,
	    1, "Paris to London");
	for (int i = 0; i < 100; i++) {
		s->t_s[i] = i < 50 ? i : i + 1000;
		lat[i] = i * 3 / 111195.08;
		lon[i] = 0;
	}
	lat[10] = VALUE_MISSING;
	streams_derive(a, s);
	is_near(s->v[STREAM_DISTANCE][99], 297, 0.01, "distance");
	is_near(s->v[STREAM_SPEED][30], 3, 0.001, "speed");
	is_near(s->v[STREAM_SPEED][50], 3, 0.001, "not across the pause");
	ok(isnan(s->v[STREAM_SPEED][10]), "missing where the position is");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_basics(a);
	test_resample(a);
	test_downsample(a);
	test_derive(a);
	arena_free(&a);
	return tap_done();
}
