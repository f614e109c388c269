/* Channels that follow from others: distance from positions, speed from
 * distance. */

#include "base/check.h"
#include "model/streams.h"
#include "model/value.h"

#define EARTH_RADIUS_M	6371008.8 /* mean radius, IUGG */
#define SPEED_WINDOW_S	5
#define PAUSE_S		30
#define PAUSE_SPEED_MPS 0.5

double
streams_haversine(double lat0, double lon0, double lat1, double lon1)
{
	double rad = M_PI / 180;
	double a = sin((lat1 - lat0) * rad / 2);
	double b = sin((lon1 - lon0) * rad / 2);
	double h = a * a + cos(lat0 * rad) * cos(lat1 * rad) * b * b;

	return 2 * EARTH_RADIUS_M * asin(fmin(1, sqrt(h)));
}

bool
streams_is_pause(const struct streams *s, size_t i)
{
	const double *d = s->v[STREAM_DISTANCE];
	int32_t step = s->t_s[i] - s->t_s[i - 1];

	if (step <= PAUSE_S)
		return false;
	return d == NULL || !(d[i] - d[i - 1] >= PAUSE_SPEED_MPS * step);
}

static void
derive_distance(struct arena *a, struct streams *s)
{
	const double *lat = s->v[STREAM_LAT], *lon = s->v[STREAM_LON];
	double *out = streams_add(a, s, STREAM_DISTANCE);
	double sum = 0;
	ptrdiff_t before = -1;

	for (size_t i = 0; i < s->n; i++) {
		if (!value_has(lat[i]) || !value_has(lon[i]))
			continue;
		if (before >= 0)
			sum += streams_haversine(
			    lat[before], lon[before], lat[i], lon[i]);
		out[i] = sum;
		before = (ptrdiff_t)i;
	}
}

/* Distance covered over the samples that lie within half a window around i,
 * one neighbour on each side at least;no pause is crossed. */
static double
speed_around(const struct streams *s, size_t i)
{
	const double *d = s->v[STREAM_DISTANCE];
	const int32_t *t = s->t_s;
	size_t from = i, to = i;
	double speed;

	while (from > 0 && !streams_is_pause(s, from) &&
	       value_has(d[from - 1]) &&
	       (from == i || t[i] - t[from - 1] <= SPEED_WINDOW_S / 2))
		from--;
	while (to + 1 < s->n && !streams_is_pause(s, to + 1) &&
	       value_has(d[to + 1]) &&
	       (to == i || t[to + 1] - t[i] <= SPEED_WINDOW_S / 2))
		to++;
	if (from == to || d[to] < d[from])
		return VALUE_MISSING;
	speed = (d[to] - d[from]) / (t[to] - t[from]);
	return speed <= STREAMS_MAX_SPEED ? speed : VALUE_MISSING;
}

void
streams_derive(struct arena *a, struct streams *s)
{
	double *speed;

	if (!streams_has(s, STREAM_DISTANCE) && streams_has(s, STREAM_LAT) &&
	    streams_has(s, STREAM_LON))
		derive_distance(a, s);
	if (streams_has(s, STREAM_SPEED) || !streams_has(s, STREAM_DISTANCE))
		return;
	speed = streams_add(a, s, STREAM_SPEED);
	for (size_t i = 0; i < s->n; i++)
		if (value_has(s->v[STREAM_DISTANCE][i]))
			speed[i] = speed_around(s, i);
}
