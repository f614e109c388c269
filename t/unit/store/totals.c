/* The sums over blocks of days are what adding up the activities gives, for any
 * range, after any change; and summing up anew mends them. */

#include <math.h>

#include "store/activity_days.h"
#include "store/driver.h"
#include "store/temp_db.h"
#include "tap.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define RIDES  150

static struct temp_db t;
static struct owner me, other;
static uint64_t state = 7;

/* The same numbers on every run. */
static int
draw(int n)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (int)((state >> 33) % (uint64_t)n);
}

static struct activity
make(const char *external_id, int day)
{
	static const enum sport_type sports[] = { SPORT_RUN, SPORT_RIDE,
		SPORT_OTHER };
	struct activity act;

	activity_init(&act);
	act.provider = draw(3) == 0 ? "strava" : "file";
	act.external_id = external_id;
	act.name = act.device = "";
	act.sport = sports[draw(3)];
	act.start_us = day * DAY_US;
	act.local_day = day;
	act.sum.elapsed_s = 600 + draw(9000);
	if (draw(2) == 0)
		act.sum.distance_m = draw(100000);
	return act;
}

struct expected {
	struct sport_totals sport[SPORT_TYPE_COUNT];
};

static void
expect(void *arg, const struct stored_activity *sa)
{
	struct expected *x = arg;
	const struct activity *act = &sa->activity;
	struct sport_totals one;

	sport_totals_init(&one, act->sport);
	one.n = 1;
	one.elapsed_s = one.longest_s = act->sum.elapsed_s;
	one.distance_m = one.longest_m = act->sum.distance_m;
	one.load = sa->load.value;
	one.first_day = one.last_day = act->local_day;
	sport_totals_add(&x->sport[act->sport], &one);
}

static bool
same(double x, double y)
{
	return isnan(x) ? isnan(y) : fabs(x - y) < 1e-6;
}

static bool
equal(const struct sport_totals *x, const struct sport_totals *y)
{
	return x->n == y->n && same(x->elapsed_s, y->elapsed_s) &&
	       same(x->distance_m, y->distance_m) && same(x->load, y->load) &&
	       same(x->longest_m, y->longest_m) &&
	       same(x->longest_s, y->longest_s) && isnan(x->moving_s) &&
	       x->first_day == y->first_day && x->last_day == y->last_day;
}

/* Whether the sums of a range are those of its activities. */
static bool
holds(int32_t from, int32_t to, const char *provider)
{
	struct expected x;
	struct activity_filter f;
	struct sport_totals *list;
	size_t n, there = 0, good = 0;

	for (int i = 0; i < SPORT_TYPE_COUNT; i++)
		sport_totals_init(&x.sport[i], (enum sport_type)i);
	activity_filter_init(&f);
	f.from_day = from;
	f.to_day = to;
	f.provider = provider;
	if (activities_each(t.db, &me, &f, INT64_MAX, expect, &x, &t.e) < 0 ||
	    activities_totals(
		t.db, t.arena, &me, from, to, provider, &list, &n, &t.e) < 0)
		return false;
	for (int i = 0; i < SPORT_TYPE_COUNT; i++)
		there += x.sport[i].n > 0;
	for (size_t i = 0; i < n; i++)
		good += equal(&list[i], &x.sport[list[i].sport]) &&
			(i == 0 || list[i - 1].n >= list[i].n);
	return there == n && good == n;
}

static void
check_ranges(const char *when)
{
	int bad = 0;

	for (int i = 0; i < 40; i++) {
		int32_t from = 18000 + draw(3000) - 200;
		int32_t to = from + draw(i % 2 == 0 ? 40 : 2500);

		bad += !holds(from, to, i % 3 == 0 ? "strava" : NULL);
	}
	bad += !holds(INT32_MIN, INT32_MAX, NULL);
	bad += !holds(INT32_MIN, INT32_MAX, "file");
	bad += !holds(19000, INT32_MAX, NULL);
	is_int(bad, 0, "%s: ranges whose sums are not right", when);
}

static void
change_some(const struct uuid *ids)
{
	struct stored_load load = {
		.method = "tss", .intensity_factor = 0.8, .key = 5
	};
	struct stored_activity sa;

	for (int i = 0; i < RIDES; i += 5) {
		if (activities_get(t.db, t.arena, &me, &ids[i], &sa, &t.e) != 1)
			continue;
		load.activity_id = ids[i];
		load.local_day = sa.activity.local_day;
		load.value = draw(300);
		sa.activity.sport = SPORT_SWIM;
		sa.edited |= EDITED_SPORT;
		if (i % 2 == 0
			? activities_delete(
			      t.db, t.arena, &me, &ids[i], &t.e) != 1
			: activities_edit(t.db, t.arena, &me, &sa, &t.e) != 1 ||
			      activities_set_loads(
				  t.db, t.arena, &me, &load, 1, &t.e) < 0)
			ok(false, "changing number %d: %s", i, t.e.msg);
	}
}

/* Out of order, as rows changed by hand leave them. */
static int
spoil(struct db *tx, UNUSED void *arg, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, t.arena, Q_total_forget);
	owner_bind(&q, &me);
	if (db_run(&q, e) < 0)
		return -1;
	db_query_init(&q, tx, t.arena, Q_sum_forget);
	owner_bind(&q, &me);
	return db_run(&q, e);
}

static void
test_rebuild(void)
{
	int64_t before, after, rows;

	is_int(activity_sums_total(t.db, t.arena, &me, &before, &t.e), 0,
	    "how many there are");
	ok(db_write(t.db, spoil, NULL, &t.e) == 0 &&
		!holds(INT32_MIN, INT32_MAX, NULL),
	    "sums that are lost");
	is_int(activity_sums_rebuild(t.db, t.arena, &me, &rows, &t.e), 0,
	    "summed up anew");
	ok(rows > 100, "%lld sums", (long long)rows);
	is_int(activity_sums_total(t.db, t.arena, &me, &after, &t.e), 0,
	    "and again");
	is_int((long)after, (long)before, "as many as before");
	check_ranges("anew");
	is_int(activity_sums_rebuild(t.db, t.arena, &other, &rows, &t.e), 0,
	    "of somebody without any");
	is_int((long)rows, 0, "there is nothing");
	check_ranges("after that");
}

int
main(void)
{
	static struct uuid ids[RIDES];
	char name[20];
	struct user a, b;
	int stored = 0;

	temp_open(&t);
	a = temp_user(&t, "ada");
	b = temp_user(&t, "bob");
	me = owner_of(&a.athlete);
	other = owner_of(&b.athlete);
	for (int i = 0; i < RIDES; i++) {
		struct activity act;

		snprintf(name, sizeof(name), "n%d", i);
		act = make(name, i == 0 ? -40000 : 18000 + draw(2600));
		stored +=
		    activities_insert(t.db, t.arena, &me, &act, NULL, &t.e);
		ids[i] = act.id;
	}
	is_int(stored, RIDES, "stored");
	check_ranges("stored");
	change_some(ids);
	check_ranges("changed");
	test_rebuild();
	temp_close(&t);
	return tap_done();
}
