/* Fewer samples for drawing and for reading. */

#include <math.h>

#include "base/check.h"
#include "model/streams.h"
#include "model/value.h"

static bool
wanted(const struct streams *s, uint32_t channels, int k)
{
	return (channels >> k & 1) != 0 && s->v[k] != NULL;
}

/* The samples at the given indexes. */
static struct streams *
pick(struct arena *a, const struct streams *s, uint32_t channels,
    const size_t *index, size_t n)
{
	struct streams *out = streams_new(a, n);

	for (size_t i = 0; i < n; i++)
		out->t_s[i] = s->t_s[index[i]];
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if (!wanted(s, channels, k))
			continue;
		streams_add(a, out, (enum stream_kind)k);
		for (size_t i = 0; i < n; i++)
			out->v[k][i] = s->v[k][index[i]];
	}
	return out;
}

/* Start of bucket b of `count` over n samples. */
static size_t
bucket_start(size_t b, size_t count, size_t n)
{
	return (size_t)((uint64_t)b * n / count);
}

static double
mean_of(const double *v, size_t from, size_t to, bool longitude)
{
	double first = VALUE_MISSING;
	double sum = 0;
	double d;
	size_t count = 0;

	for (size_t i = from; i < to; i++) {
		if (!value_has(v[i]))
			continue;
		if (count == 0)
			first = v[i];
		d = v[i] - first;
		if (longitude && fabs(d) > 180)
			d -= copysign(360, d);
		sum += d;
		count++;
	}
	if (count == 0)
		return VALUE_MISSING;
	d = first + sum / (double)count;
	return longitude && fabs(d) > 180 ? d - copysign(360, d) : d;
}

static struct streams *
downsample_mean(
    struct arena *a, const struct streams *s, uint32_t channels, size_t points)
{
	struct streams *out = streams_new(a, points);
	size_t from, to;
	int64_t sum;

	for (size_t b = 0; b < points; b++) {
		from = bucket_start(b, points, s->n);
		to = bucket_start(b + 1, points, s->n);
		sum = 0;
		for (size_t i = from; i < to; i++)
			sum += s->t_s[i];
		out->t_s[b] = (int32_t)(sum / (int64_t)(to - from));
	}
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if (!wanted(s, channels, k))
			continue;
		streams_add(a, out, (enum stream_kind)k);
		for (size_t b = 0; b < points; b++)
			out->v[k][b] = mean_of(s->v[k],
			    bucket_start(b, points, s->n),
			    bucket_start(b + 1, points, s->n), k == STREAM_LON);
	}
	return out;
}

/* Of the samples in [from, to), the one that spans the largest triangle with
 * the sample chosen before and the mean point of the next bucket. */
static size_t
largest_triangle(const struct streams *s, const double *v, size_t before,
    size_t from, size_t to, double next_t, double next_v)
{
	size_t best = from;
	double best_area = -1;
	double t0 = s->t_s[before];
	double area;

	for (size_t i = from; i < to; i++) {
		area = fabs((t0 - next_t) * (v[i] - v[before]) -
			    (t0 - s->t_s[i]) * (next_v - v[before]));
		if (!value_has(v[i]))
			continue;
		/* Beside a missing sample any present one will do. */
		if (isnan(area))
			area = 0;
		if (area > best_area) {
			best_area = area;
			best = i;
		}
	}
	return best;
}

static struct streams *
downsample_lttb(struct arena *a, const struct streams *s, uint32_t channels,
    size_t points, const double *v)
{
	size_t *index = arena_many(a, points, size_t);
	size_t inner = points - 2, from, to, end;
	double mean_t;

	index[0] = 0;
	for (size_t b = 0; b < inner; b++) {
		from = 1 + bucket_start(b, inner, s->n - 2);
		to = 1 + bucket_start(b + 1, inner, s->n - 2);
		end = b + 2 <= inner ? 1 + bucket_start(b + 2, inner, s->n - 2)
				     : s->n;
		mean_t = 0;
		for (size_t i = to; i < end; i++)
			mean_t += s->t_s[i];
		mean_t /= (double)(end - to);
		index[b + 1] = largest_triangle(s, v, index[b], from, to,
		    mean_t, mean_of(v, to, end, false));
	}
	index[points - 1] = s->n - 1;
	return pick(a, s, channels, index, points);
}

static struct streams *
copy_all(struct arena *a, const struct streams *s, uint32_t channels)
{
	size_t *index = arena_many(a, MAX(s->n, (size_t)1), size_t);

	for (size_t i = 0; i < s->n; i++)
		index[i] = i;
	return pick(a, s, channels, index, s->n);
}

struct streams *
streams_downsample(struct arena *a, const struct streams *s, uint32_t channels,
    size_t points, enum downsample method)
{
	int k = 0;

	CHECK(points >= 2);
	if (s->n <= points)
		return copy_all(a, s, channels);
	while (k < STREAM_KIND_COUNT && !wanted(s, channels, k))
		k++;
	if (method == DOWNSAMPLE_MEAN || k == STREAM_KIND_COUNT)
		return downsample_mean(a, s, channels, points);
	return downsample_lttb(a, s, channels, points, s->v[k]);
}
