/* What slopes cost, and what speed on the level would have cost as much. */

#include "sport/grade.h"

#include "model/value.h"
#include "sport/power.h"

#define LEVEL_COST 3.6 /* grade_cost_run(0) */

/* Windows that span less say nothing of a slope. */
#define MIN_SPAN_M (GRADE_WINDOW_M / 5)

/* Sums are taken around an origin that moves along, which keeps them small and
 * so exact on long distances. */
#define ORIGIN_STEP_M (2 * GRADE_WINDOW_M)

static double
hold(double grade)
{
	if (!value_has(grade))
		return grade;
	return fmin(fmax(grade, -GRADE_MAX), GRADE_MAX);
}

double
grade_cost_run(double grade)
{
	double i = hold(grade);

	return ((((155.4 * i - 30.4) * i - 43.3) * i + 46.3) * i + 19.5) * i +
	       LEVEL_COST;
}

double
grade_cost_walk(double grade)
{
	double i = hold(grade);

	return ((((280.5 * i - 58.7) * i - 76.8) * i + 51.9) * i + 19.6) * i +
	       2.5;
}

double
grade_factor(double grade)
{
	return grade_cost_run(grade) / LEVEL_COST;
}

double
grade_adjusted_speed(double speed_mps, double grade)
{
	return speed_mps * grade_factor(grade);
}

/* The samples that have both distance and altitude. */
struct profile {
	size_t n;
	double *distance_m; /* never falling */
	double *altitude_m;
	size_t *at; /* index in the whole series */
};

static struct profile
collect_profile(struct arena *a, const double *distance_m,
    const double *altitude_m, size_t n)
{
	struct profile p = { .distance_m = arena_many(a, n, double),
		.altitude_m = arena_many(a, n, double),
		.at = arena_many(a, n, size_t) };
	double reached = -INFINITY;

	for (size_t i = 0; i < n; i++) {
		if (!isfinite(distance_m[i]) || !isfinite(altitude_m[i]))
			continue;
		reached = fmax(reached, distance_m[i]);
		p.distance_m[p.n] = reached;
		p.altitude_m[p.n] = altitude_m[i];
		p.at[p.n] = i;
		p.n++;
	}
	return p;
}

/* Sums of a least-squares line over the samples from..to - 1 of a profile. */
struct window {
	const struct profile *p;
	size_t from;
	size_t to;
	double x0;
	double y0;
	double x;
	double y;
	double xx;
	double xy;
};

/* Count sample i in (sign 1) or out (sign -1). */
static void
window_count(struct window *w, size_t i, double sign)
{
	double x = w->p->distance_m[i] - w->x0;
	double y = w->p->altitude_m[i] - w->y0;

	w->x += sign * x;
	w->y += sign * y;
	w->xx += sign * x * x;
	w->xy += sign * x * y;
}

static void
window_move_origin(struct window *w, size_t to)
{
	w->x0 = w->p->distance_m[to];
	w->y0 = w->p->altitude_m[to];
	w->x = w->y = w->xx = w->xy = 0;
	for (size_t i = w->from; i < w->to; i++)
		window_count(w, i, 1);
}

/* Make the window the one around sample i; i never falls. */
static void
window_move(struct window *w, size_t i)
{
	const double *x = w->p->distance_m;

	while (w->to < w->p->n && x[w->to] <= x[i] + GRADE_WINDOW_M / 2)
		window_count(w, w->to++, 1);
	while (x[w->from] < x[i] - GRADE_WINDOW_M / 2)
		window_count(w, w->from++, -1);
	if (x[i] - w->x0 > ORIGIN_STEP_M)
		window_move_origin(w, i);
}

static double
window_slope(const struct window *w)
{
	const double *x = w->p->distance_m;
	double n = (double)(w->to - w->from);

	if (x[w->to - 1] - x[w->from] < MIN_SPAN_M)
		return 0;
	return (n * w->xy - w->x * w->y) / (n * w->xx - w->x * w->x);
}

double *
grade_series(struct arena *a, const double *distance_m,
    const double *altitude_m, size_t n)
{
	struct profile p = collect_profile(a, distance_m, altitude_m, n);
	struct window w = { .p = &p };
	double *grade = arena_many(a, n, double);

	for (size_t i = 0; i < n; i++)
		grade[i] = VALUE_MISSING;
	if (p.n != 0)
		window_move_origin(&w, 0);
	for (size_t i = 0; i < p.n; i++) {
		window_move(&w, i);
		grade[p.at[i]] = hold(window_slope(&w));
	}
	return grade;
}

static double *
sum_speed(struct arena *a, const double *speed_mps, size_t n)
{
	double *distance_m = arena_many(a, n, double), sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (value_has(speed_mps[i]))
			sum += speed_mps[i];
		distance_m[i] = sum;
	}
	return distance_m;
}

double *
grade_adjusted_series(struct arena *a, const double *speed_mps,
    const double *distance_m, const double *altitude_m, size_t n)
{
	double *out = arena_many(a, n, double);
	const double *grade = NULL;

	if (altitude_m != NULL && distance_m == NULL)
		distance_m = sum_speed(a, speed_mps, n);
	if (altitude_m != NULL)
		grade = grade_series(a, distance_m, altitude_m, n);
	for (size_t i = 0; i < n; i++)
		out[i] = grade != NULL && value_has(grade[i])
			     ? grade_adjusted_speed(speed_mps[i], grade[i])
			     : speed_mps[i];
	return out;
}

double
grade_ngp(struct arena *a, const double *speed_mps, const double *distance_m,
    const double *altitude_m, size_t n)
{
	return power_normalized(
	    grade_adjusted_series(a, speed_mps, distance_m, altitude_m, n), n);
}
