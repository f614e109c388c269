/* One channel on a 1-second grid. */

#include <math.h>

#include "base/check.h"
#include "model/streams.h"
#include "model/value.h"

/* Between two samples these keep their value; a line would invent effort. */
static bool
is_held(enum stream_kind k)
{
	return k == STREAM_POWER || k == STREAM_CADENCE;
}

/* The end of a line from v0 to v1; longitudes take the short way round. */
static double
nearest_end(enum stream_kind k, double v0, double v1)
{
	if (k == STREAM_LON && v1 - v0 > 180)
		return v1 - 360;
	if (k == STREAM_LON && v1 - v0 < -180)
		return v1 + 360;
	return v1;
}

static double
wrap_longitude(double v)
{
	return v > 180 ? v - 360 : v < -180 ? v + 360 : v;
}

static void
fill_gap(double *grid, int32_t t0, int32_t t1, double v0, double v1,
    enum stream_kind k)
{
	double end = nearest_end(k, v0, v1);
	double v;

	for (int32_t t = t0 + 1; t < t1; t++) {
		v = v0;
		if (!is_held(k))
			v += (end - v0) * (t - t0) / (t1 - t0);
		grid[t] = k == STREAM_LON ? wrap_longitude(v) : v;
	}
}

double *
streams_resample(struct arena *a, const struct streams *s, enum stream_kind k,
    int max_gap_s, size_t *n_r)
{
	double *grid;
	int32_t before = -1; /* time of the last present sample */
	size_t n = 0;

	*n_r = 0;
	if (!streams_has(s, k))
		return NULL;
	if (s->n > 0) {
		CHECK(s->t_s[0] >= 0);
		CHECK(s->t_s[s->n - 1] < STREAMS_MAX_SAMPLES);
		n = (size_t)s->t_s[s->n - 1] + 1;
	}
	grid = arena_many(a, MAX(n, (size_t)1), double);
	for (size_t i = 0; i < n; i++)
		grid[i] = VALUE_MISSING;
	for (size_t i = 0; i < s->n; i++) {
		if (!value_has(s->v[k][i]))
			continue;
		grid[s->t_s[i]] = s->v[k][i];
		if (before >= 0 && s->t_s[i] - before <= max_gap_s)
			fill_gap(grid, before, s->t_s[i], grid[before],
			    s->v[k][i], k);
		before = s->t_s[i];
	}
	*n_r = n;
	return grid;
}

#define BRING_GAP_S 10

void
streams_bring(struct arena *a, struct streams *to, const struct streams *from,
    int64_t shift_s, enum stream_kind k)
{
	double *v = streams_add(a, to, k), *grid;
	size_t n = 0;

	grid = streams_resample(a, from, k, BRING_GAP_S, &n);
	for (size_t i = 0; i < to->n; i++) {
		int64_t t = to->t_s[i] + shift_s;

		v[i] = grid != NULL && t >= 0 && t < (int64_t)n ? grid[t]
								: VALUE_MISSING;
	}
}
