/* Measurements of Apple Health by day. */

#include "base/date.h"
#include "files/apple_parts.h"

#define DAY_S	  86400
#define HOUR_S	  3600
#define HOURS	  24
#define DAYS_MAX  20000 /* from the first to the last */
#define SPAN_MAX  DAY_S /* of one count of steps */
#define STEPS_MAX 100000

struct apple_day {
	double sum[APPLE_QUANTITY_COUNT];
	unsigned n[APPLE_QUANTITY_COUNT];
	int64_t weighed_s;
	double weight_kg;
	float (*steps)[HOURS]; /* of each source; NULL: none */
};

static const struct {
	const char *unit;
	double factor;
} units[] = {
	{ "m", 1 },
	{ "km", 1000 },
	{ "cm", 0.01 },
	{ "mi", 1609.344 },
	{ "ft", 0.3048 },
	{ "yd", 0.9144 },
	{ "kg", 1 },
	{ "g", 0.001 },
	{ "lb", 0.45359237 },
	{ "st", 6.35029318 },
	{ "kcal", 1 },
	{ "Cal", 1 },
	{ "kJ", 1 / 4.184 },
	{ "s", 1 },
	{ "sec", 1 },
	{ "min", 60 },
	{ "hr", 3600 },
};

double
apple_in_si(double v, struct str unit)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_is(unit, units[i].unit))
			return v * units[i].factor;
	return VALUE_MISSING;
}

/* The person's zone, or else the offset that was written: an export writes all
 * times in the zone that the telephone is in on that day. */
static int32_t
offset_at(const struct apple_days *d, int64_t time_s, int32_t offset_s)
{
	return result_offset(
	    d->result, time_s, d->result->zone != NULL ? INT32_MIN : offset_s);
}

static size_t
n_days(const struct apple_days *d)
{
	return buf_count(&d->days, struct apple_day *);
}

/* Make room in front, or behind; false when the days lie too far apart. */
static bool
reach(struct apple_days *d, int32_t day)
{
	struct apple_day *none = NULL;
	struct buf wider = BUF_INIT;
	size_t n = n_days(d);

	if (n == 0)
		d->first = day;
	if (day < d->first - DAYS_MAX || day > d->first + DAYS_MAX ||
	    (day < d->first && d->first - day + (int64_t)n > DAYS_MAX))
		return false;
	for (int32_t i = day; i < d->first; i++)
		buf_add(&wider, &none, sizeof(none));
	if (wider.n > 0) {
		buf_add(&wider, d->days.p, d->days.n);
		buf_free(&d->days);
		d->days = wider;
		d->first = day;
	}
	while (n_days(d) <= (size_t)(day - d->first))
		buf_add(&d->days, &none, sizeof(none));
	return true;
}

static struct apple_day *
day_of(struct apple_days *d, int32_t day)
{
	struct apple_day **p;

	if (!reach(d, day))
		return NULL;
	p = &buf_items(&d->days, struct apple_day *)[day - d->first];
	if (*p == NULL) {
		*p = arena_one(d->result->a, struct apple_day);
		**p = (struct apple_day){ .weighed_s = INT64_MIN };
	}
	return *p;
}

/* --- steps --------------------------------------------------------------- */

static void
add_to_hour(
    struct apple_days *d, unsigned source, int64_t local_s, double steps)
{
	struct apple_day *day = day_of(d, (int32_t)(local_s / DAY_S));
	size_t size = APPLE_SOURCES * sizeof(*day->steps);

	if (day == NULL)
		return;
	if (day->steps == NULL) {
		day->steps = arena_alloc(d->result->a, size);
		memset(day->steps, 0, size);
	}
	day->steps[source][local_s % DAY_S / HOUR_S] += (float)steps;
}

/* Evenly over the hours that they were counted in. */
static void
add_steps(struct apple_days *d, unsigned source, int64_t start_s, int64_t end_s,
    int32_t offset_s, double steps)
{
	int64_t from = start_s + offset_s, to = MAX(end_s + offset_s, from + 1);
	double each = steps / (double)(to - from);

	if (from < 0 || to - from > SPAN_MAX || !(steps >= 0) ||
	    steps > STEPS_MAX)
		return;
	while (from < to) {
		int64_t until = MIN(to, (from / HOUR_S + 1) * HOUR_S);

		add_to_hour(d, source, from, each * (double)(until - from));
		from = until;
	}
}

static double
steps_of(const struct apple_day *day)
{
	double sum = 0;

	for (int h = 0; h < HOURS; h++) {
		double most = 0;

		for (int s = 0; s < APPLE_SOURCES; s++)
			most = fmax(most, (double)day->steps[s][h]);
		sum += most;
	}
	return round(sum);
}

/* --- all ----------------------------------------------------------------- */

static void
add_weight(struct apple_day *day, int64_t time_s, double kg)
{
	if (isnan(kg) || time_s < day->weighed_s)
		return;
	day->weighed_s = time_s;
	day->weight_kg = kg;
}

void
apple_days_add(struct apple_days *d, enum apple_quantity q, unsigned source,
    int64_t start_s, int64_t end_s, int32_t offset_s, double value,
    struct str unit)
{
	int32_t offset = offset_at(d, start_s, offset_s);
	struct apple_day *day;

	source = MIN(source, (unsigned)APPLE_SOURCES - 1);
	if (q == APPLE_STEPS) {
		add_steps(d, source, start_s, end_s, offset, value);
		return;
	}
	day = day_of(d, date_of_instant(start_s * DATE_US_PER_SECOND, offset));
	if (day == NULL || isnan(value))
		return;
	if (q == APPLE_WEIGHT) {
		add_weight(day, start_s, apple_in_si(value, unit));
		return;
	}
	day->sum[q] += value;
	day->n[q]++;
}

static void
put(struct apple_days *d, int32_t day, enum daily_kind kind, double v)
{
	result_daily(d->result, kind, (int64_t)day * DAY_S, 0, v);
}

void
apple_days_end(struct apple_days *d)
{
	struct apple_day **list = buf_items(&d->days, struct apple_day *);

	for (size_t i = 0; i < n_days(d); i++) {
		const struct apple_day *day = list[i];
		int32_t on = d->first + (int32_t)i;

		if (day == NULL)
			continue;
		if (day->steps != NULL && steps_of(day) > 0)
			put(d, on, DAILY_STEPS, steps_of(day));
		if (day->n[APPLE_SDNN] > 0)
			put(d, on, DAILY_HRV_SDNN,
			    day->sum[APPLE_SDNN] / day->n[APPLE_SDNN]);
		if (day->n[APPLE_REST_HR] > 0)
			put(d, on, DAILY_REST_HR,
			    day->sum[APPLE_REST_HR] / day->n[APPLE_REST_HR]);
		if (day->weighed_s != INT64_MIN)
			put(d, on, DAILY_WEIGHT, day->weight_kg);
	}
}

void
apple_days_free(struct apple_days *d)
{
	buf_free(&d->days);
}
