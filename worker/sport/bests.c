/* Best efforts: highest means of a series, shortest times over a distance. */

#include "sport/bests.h"

#include "model/value.h"

const int32_t bests_durations[] = { 1, 5, 10, 15, 30, 60, 120, 180, 300, 480,
	600, 720, 1200, 1800, 2400, 3600, 5400, 7200, 10800, 14400, 18000 };
const size_t bests_durations_n = ARRAY_LEN(bests_durations);

/* --- highest means ------------------------------------------------------- */

/* sum[i]: of the present values before i. */
static double *
prefix_sums(struct arena *a, const double *v, size_t n)
{
	double *sum = arena_many(a, n + 1, double);

	sum[0] = 0;
	for (size_t i = 0; i < n; i++)
		sum[i + 1] = sum[i] + (value_has(v[i]) ? v[i] : 0);
	return sum;
}

double
bests_mean(struct arena *a, const double *v, size_t n, int32_t duration_s,
    size_t *start_r)
{
	size_t length = duration_s > 0 ? (size_t)duration_s : 0, run = 0;
	double best = VALUE_MISSING, *sum;

	if (length == 0 || length > n)
		return best;
	sum = prefix_sums(a, v, n);
	for (size_t i = 0; i < n; i++) {
		double mean;

		run = value_has(v[i]) ? run + 1 : 0;
		if (run < length)
			continue;
		mean = (sum[i + 1] - sum[i + 1 - length]) / (double)length;
		if (value_has(best) && mean <= best)
			continue;
		best = mean;
		if (start_r != NULL)
			*start_r = i + 1 - length;
	}
	return best;
}

/* Points (i, sum[i]) that a window may start at, those of their lower convex
 * hull: from any later end, the steepest line goes to one of them. */
struct hull {
	const double *sum;
	size_t *at;
	size_t head;
	size_t tail;
};

static double
mean_between(const double *sum, size_t from, size_t to)
{
	return (sum[to] - sum[from]) / (double)(to - from);
}

static void
hull_add(struct hull *h, size_t i)
{
	while (h->tail - h->head >= 2 &&
	       mean_between(h->sum, h->at[h->tail - 2], h->at[h->tail - 1]) >=
		   mean_between(h->sum, h->at[h->tail - 1], i))
		h->tail--;
	h->at[h->tail++] = i;
}

/* The start of the steepest line to `end`.  Starts before it are dropped: they
 * would be steeper from a later end only with a mean below this one. */
static size_t
hull_steepest(struct hull *h, size_t end)
{
	while (h->tail - h->head >= 2 &&
	       mean_between(h->sum, h->at[h->head], end) <=
		   mean_between(h->sum, h->at[h->head + 1], end))
		h->head++;
	return h->at[h->head];
}

/* Highest mean of any window of present values of at least `length`: the
 * densest segment (after Chung & Lu 2004), in O(n). */
static void
find_densest(
    struct best *best, struct hull *h, const double *v, size_t n, size_t length)
{
	size_t run = 0;

	for (size_t end = 1; end <= n; end++) {
		size_t start;
		double mean;

		run = value_has(v[end - 1]) ? run + 1 : 0;
		if (run == 0)
			h->head = h->tail = 0;
		if (run < length)
			continue;
		hull_add(h, end - length);
		start = hull_steepest(h, end);
		mean = mean_between(h->sum, start, end);
		if (value_has(best->value) && mean <= best->value)
			continue;
		best->value = mean;
		best->start_s = start;
		best->window_s = (int32_t)(end - start);
	}
}

/* A window held for longer is one held for less too; without rounding there
 * would be nothing to do. */
static void
keep_falling(struct best *curve, size_t n)
{
	for (size_t i = n; i-- > 1;)
		if (curve[i].value > curve[i - 1].value) {
			curve[i - 1].value = curve[i].value;
			curve[i - 1].start_s = curve[i].start_s;
			curve[i - 1].window_s = curve[i].window_s;
		}
}

struct best *
bests_curve(struct arena *a, const double *v, size_t n,
    const int32_t *durations, size_t n_d, size_t *count_r)
{
	struct best *curve = arena_many(a, n_d, struct best);
	struct hull h = { .sum = prefix_sums(a, v, n),
		.at = arena_many(a, n + 1, size_t) };
	size_t count = 0;

	for (size_t i = 0; i < n_d; i++) {
		if (durations[i] <= 0 || (size_t)durations[i] > n)
			continue;
		h.head = h.tail = 0;
		curve[count] = (struct best){ .duration_s = durations[i],
			.value = VALUE_MISSING };
		find_densest(&curve[count], &h, v, n, (size_t)durations[i]);
		count++;
	}
	keep_falling(curve, count);
	*count_r = count;
	return curve;
}

/* --- shortest times ------------------------------------------------------ */

/* Cumulative distance over time, never falling. */
struct track {
	double *t_s;
	double *distance_m;
	size_t n;
};

static struct track
clean_track(
    struct arena *a, const int32_t *t_s, const double *distance_m, size_t n)
{
	struct track k = { .t_s = arena_many(a, n, double),
		.distance_m = arena_many(a, n, double) };
	double reached = -INFINITY;

	for (size_t i = 0; i < n; i++) {
		if (!isfinite(distance_m[i]) || distance_m[i] < reached)
			continue;
		reached = distance_m[i];
		k.t_s[k.n] = t_s[i];
		k.distance_m[k.n] = reached;
		k.n++;
	}
	return k;
}

/* Time at distance d, which lies after sample i - 1 and up to i. */
static double
time_at(const struct track *k, size_t i, double d)
{
	double from = k->distance_m[i - 1], to = k->distance_m[i];

	return k->t_s[i - 1] +
	       (d - from) / (to - from) * (k->t_s[i] - k->t_s[i - 1]);
}

static void
keep_shorter(struct best_distance *out, double start_s, double end_s)
{
	if (end_s - start_s >= out->time_s)
		return;
	out->start_s = start_s;
	out->time_s = end_s - start_s;
}

/* Stretches that start at a sample: where do they end, at the earliest? */
static void
try_starts(const struct track *k, struct best_distance *out)
{
	size_t after = 0;

	for (size_t i = 0; i < k->n; i++) {
		double end_m = k->distance_m[i] + out->distance_m;

		while (after < k->n && k->distance_m[after] < end_m)
			after++;
		if (after == k->n)
			return;
		keep_shorter(out, k->t_s[i], time_at(k, after, end_m));
	}
}

/* Stretches that end at a sample: where do they start, at the latest? */
static void
try_ends(const struct track *k, struct best_distance *out)
{
	size_t after = 0;

	for (size_t i = 0; i < k->n; i++) {
		double start_m = k->distance_m[i] - out->distance_m;

		while (k->distance_m[after] <= start_m)
			after++;
		if (after != 0)
			keep_shorter(
			    out, time_at(k, after, start_m), k->t_s[i]);
	}
}

bool
bests_fastest(struct arena *a, const int32_t *t_s, const double *distance_m,
    size_t n, double target_m, struct best_distance *out)
{
	struct track k = clean_track(a, t_s, distance_m, n);

	*out = (struct best_distance){ target_m, INFINITY, 0 };
	if (!(target_m > 0))
		return false;
	try_starts(&k, out);
	try_ends(&k, out);
	return isfinite(out->time_s);
}
