/* Activities: everything that goes in comes out, and listings are right. */

#include "store/activities.h"

#include "store/activity_days.h"
#include "store/imports.h"
#include "store/temp_db.h"
#include "store/thresholds.h"
#include "tap.h"

#define DAY_US (INT64_C(86400) * 1000000)

static struct temp_db t;
static struct owner me, other;

static struct activity
ride(int day, const char *external_id)
{
	struct activity act;

	activity_init(&act);
	act.provider = "file";
	act.external_id = external_id;
	act.name = "Morning \xc3\xa6 ride";
	act.device = "Garmin Edge 530";
	act.sport = SPORT_RIDE;
	act.start_us = day * DAY_US + 23 * INT64_C(3600000000);
	act.utc_offset_s = 7200;
	act.local_day = day + 1;
	act.start_latitude_deg = 59.9;
	act.rpe = 6.5;
	act.sum.elapsed_s = 3600;
	act.sum.distance_m = 30000.25;
	act.sum.average_temperature_c = -4;
	return act;
}

static bool
same_what(const struct lap_what *x, const struct lap_what *y)
{
	return x->kind == y->kind && strcmp(x->name, y->name) == 0 &&
	       strcmp(x->target, y->target) == 0 &&
	       x->repetitions == y->repetitions &&
	       (x->weight_kg == y->weight_kg ||
		   (isnan(x->weight_kg) && isnan(y->weight_kg)));
}

static bool
same_laps(const struct activity *x, const struct activity *y)
{
	bool same = x->n_laps == y->n_laps;

	for (size_t i = 0; i < x->n_laps && same; i++)
		same = x->laps[i].start_s == y->laps[i].start_s &&
		       same_what(&x->laps[i].what, &y->laps[i].what) &&
		       memcmp(&x->laps[i].sum, &y->laps[i].sum,
			   sizeof(x->laps[i].sum)) == 0;
	return same;
}

/* In one trip comes what came in several. */
static void
check_whole(const struct uuid *id, const struct stored_activity *parts)
{
	struct threshold set[] = {
		{ .kind = THRESHOLD_MAX_HR_BPM, .day = 20100, .value = 1.0 / 3 },
		{ .kind = THRESHOLD_FTP_W, .day = 20100, .value = 250 },
		{ .kind = THRESHOLD_FTP_W, .day = -3, .value = 230 },
	}, *list;
	struct whole_activity whole;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(set); i++) {
		set[i].source = "test";
		is_int(thresholds_set(t.db, t.arena, &me, &set[i], &t.e), 0,
		    "a threshold");
	}
	is_int(thresholds_list(t.db, t.arena, &me, &list, &n, &t.e), 0, "all");
	is_int(activities_get_whole(t.db, t.arena, &me, id, &whole, &t.e), 1,
	    "the whole activity");
	ok(memcmp(&whole.stored.activity.sum, &parts->activity.sum,
	       sizeof(parts->activity.sum)) == 0 &&
		whole.stored.load.key == parts->load.key &&
		strcmp(whole.stored.activity.name, parts->activity.name) == 0,
	    "the row is that of the short way");
	ok(same_laps(&whole.stored.activity, &parts->activity), "so are laps");
	is_int((long)whole.n_thresholds, (long)n, "and thresholds");
	for (size_t i = 0; i < n; i++)
		ok(whole.thresholds[i].kind == list[i].kind &&
			whole.thresholds[i].day == list[i].day &&
			whole.thresholds[i].value == list[i].value &&
			strcmp(whole.thresholds[i].source, "test") == 0,
		    "number %zu", i);
	is_int(activities_get_whole(t.db, t.arena, &other, id, &whole, &t.e), 0,
	    "not for another");
	for (size_t i = 0; i < ARRAY_LEN(set); i++)
		is_int(thresholds_remove(
			   t.db, t.arena, &me, set[i].kind, set[i].day, &t.e),
		    1, "removed again");
}

static void
test_round_trip(void)
{
	struct activity act = ride(20000, "r1");
	struct activity twin = ride(20000, "r1");
	struct lap laps[2] = {
		{ .what = { LAP_INTERVAL, "VO2max", "250-270 W", 0, 0 } },
		{ .what = { LAP_ACTIVE, "Squat", NULL, 10, 62.5 } },
	};
	struct stored_activity got;
	struct uuid id;
	double *hr;

	for (int i = 0; i < 2; i++) {
		summary_init(&laps[i].sum);
		laps[i].start_s = i * 1800;
		laps[i].sum.average_hr_bpm = 140 + i;
	}
	act.laps = laps;
	act.n_laps = 2;
	act.streams = streams_new(t.arena, 3);
	hr = streams_add(t.arena, act.streams, STREAM_HR);
	for (int i = 0; i < 3; i++) {
		act.streams->t_s[i] = 10 * i;
		hr[i] = 100 + i;
	}
	is_int(activities_insert(t.db, t.arena, &me, &act, NULL, &t.e), 1,
	    "inserted: %s", t.e.msg);
	is_int(activities_insert(t.db, t.arena, &me, &twin, NULL, &t.e), 0,
	    "not twice");
	ok(uuid_eq(&act.id, &twin.id), "the twin learns the id");
	is_int(activities_exists(t.db, t.arena, &me, "file", "r1", &id, &t.e),
	    1, "it exists");
	is_int(
	    activities_exists(t.db, t.arena, &other, "file", "r1", NULL, &t.e),
	    0, "not for another");

	is_int(activities_get(t.db, t.arena, &me, &id, &got, &t.e), 1, "read");
	is_str(got.activity.name, act.name, "name");
	is_str(got.activity.device, act.device, "device");
	is_int(got.activity.sport, SPORT_RIDE, "sport");
	is_int(got.activity.start_us, act.start_us, "start");
	is_int(got.activity.utc_offset_s, 7200, "offset");
	is_int(got.activity.local_day, 20001, "local day");
	is_near(got.activity.start_latitude_deg, 59.9, 0, "latitude");
	ok(!value_has(got.activity.start_longitude_deg), "longitude missing");
	is_near(got.activity.sum.elapsed_s, 3600, 0, "first total");
	is_near(got.activity.sum.distance_m, 30000.25, 0, "distance");
	ok(!value_has(got.activity.sum.moving_s), "moving time missing");
	is_near(got.activity.sum.average_temperature_c, -4, 0, "last total");
	ok(got.load.key == 0 && !value_has(got.load.value), "no load yet");
	is_str(got.load.method, "", "and no method");
	is_int(activities_get(t.db, t.arena, &other, &id, &got, &t.e), 0,
	    "not for another");

	is_int(activities_read_laps(t.db, t.arena, &me, &got.activity, &t.e), 0,
	    "laps");
	ok(got.activity.n_laps == 2 && got.activity.laps[1].start_s == 1800 &&
		got.activity.laps[1].sum.average_hr_bpm == 141,
	    "in order");
	ok(got.activity.laps[0].what.kind == LAP_INTERVAL &&
		strcmp(got.activity.laps[0].what.target, "250-270 W") == 0 &&
		got.activity.laps[1].what.repetitions == 10 &&
		got.activity.laps[1].what.weight_kg == 62.5,
	    "with what they were for");
	check_whole(&id, &got);
	is_int(activities_read_streams(t.db, t.arena, &me, &got.activity, &t.e),
	    0, "samples");
	ok(got.activity.streams != NULL && got.activity.streams->n == 3 &&
		got.activity.streams->v[STREAM_HR][2] == 102,
	    "as they were");
	is_int(
	    activities_read_streams(t.db, t.arena, &other, &got.activity, &t.e),
	    0, "another's samples");
	ok(got.activity.streams == NULL, "are not there");
	got.activity.name = "New";
	got.activity.rpe = VALUE_MISSING;
	got.edited = EDITED_NAME | EDITED_RPE;
	is_int(activities_edit(t.db, t.arena, &me, &got, &t.e), 1, "renamed");
	ok(activities_get(t.db, t.arena, &me, &id, &got, &t.e) == 1 &&
		strcmp(got.activity.name, "New") == 0 &&
		!value_has(got.activity.rpe) &&
		got.edited == (EDITED_NAME | EDITED_RPE),
	    "which is kept");
	is_int(activities_delete(t.db, t.arena, &other, &id, &t.e), 0,
	    "another cannot delete it");
	is_int(activities_delete(t.db, t.arena, &me, &id, &t.e), 1, "deleted");
	is_int(activities_read_laps(t.db, t.arena, &me, &got.activity, &t.e), 0,
	    "its laps");
	is_int(got.activity.n_laps, 0, "went with it");
}

static void
fill(int n)
{
	for (int i = 0; i < n; i++) {
		char id[20];
		struct activity act;

		snprintf(id, sizeof(id), "f%d", i);
		act = ride(20000 + i / 2, id);
		act.sport = i % 3 == 0 ? SPORT_RUN : SPORT_RIDE;
		if (activities_insert(t.db, t.arena, &me, &act, NULL, &t.e) !=
		    1)
			printf("# %s\n", t.e.msg);
	}
}

static void
test_pages(void)
{
	struct activity_filter f;
	struct stored_activity *list;
	size_t n;
	size_t seen = 0;
	int64_t count;
	bool descends = true;
	int64_t last_us = INT64_MAX;

	activity_filter_init(&f);
	f.limit = 7;
	do {
		if (activities_list(t.db, t.arena, &me, &f, &list, &n, &t.e) <
		    0)
			break;
		for (size_t i = 0; i < n; i++) {
			descends =
			    descends && list[i].activity.start_us <= last_us;
			last_us = list[i].activity.start_us;
			f.after_us = last_us;
			f.after_id = list[i].activity.id;
		}
		seen += n;
	} while (n == f.limit && seen < 1000);
	is_int(seen, 40, "pages show every activity once");
	ok(descends, "newest first");

	activity_filter_init(&f);
	f.sport = SPORT_RUN;
	is_int(
	    activities_count(t.db, t.arena, &me, &f, &count, &t.e), 0, "count");
	is_int(count, 14, "runs");
	f.sport = -1;
	f.from_day = 20003;
	f.to_day = 20004;
	is_int(
	    activities_count(t.db, t.arena, &me, &f, &count, &t.e), 0, "count");
	is_int(count, 4, "on two local days");
	is_int(activities_list(t.db, t.arena, &me, &f, &list, &n, &t.e), 0,
	    "list");
	ok(n == 4 && list[3].activity.local_day == 20003, "the same listed");
	activity_filter_init(&f);
	f.from_us = 20002 * DAY_US;
	f.to_us = 20004 * DAY_US;
	is_int(
	    activities_count(t.db, t.arena, &me, &f, &count, &t.e), 0, "count");
	is_int(count, 4, "between two instants");
	f.provider = "strava";
	is_int(
	    activities_count(t.db, t.arena, &me, &f, &count, &t.e), 0, "count");
	is_int(count, 0, "of no such provider");
	activity_filter_init(&f);
	is_int(activities_count(t.db, t.arena, &other, &f, &count, &t.e), 0,
	    "count");
	is_int(count, 0, "another has none");
}

static void
count_one(void *arg, const struct stored_activity *sa)
{
	int *n = arg;

	*n += sa->activity.sport == SPORT_RUN;
}

static void
test_each(void)
{
	struct activity_filter f;
	struct stored_activity *list;
	int runs = 0;
	size_t n;

	activity_filter_init(&f);
	f.limit = 3;
	is_int(activities_each(t.db, &me, &f, 30, NULL, NULL, &t.e), 0,
	    "past the first thirty");
	is_int(activities_list(t.db, t.arena, &me, &f, &list, &n, &t.e), 0,
	    "and a page of what follows: %s", t.e.msg);
	is_int(n, 3, "as long as it was to be");
	is_int(
	    activities_each(t.db, &me, &f, INT64_MAX, count_one, &runs, &t.e),
	    0, "the rest");
	activity_filter_init(&f);
	runs = 0;
	is_int(
	    activities_each(t.db, &me, &f, INT64_MAX, count_one, &runs, &t.e),
	    0, "all");
	is_int(runs, 14, "each once");
	is_int(
	    activities_each(t.db, &me, &f, INT64_MAX, count_one, &runs, &t.e),
	    0, "none is left");
	is_int(runs, 14, "so none is seen twice");
}

/* Sums of the forty, of which the 2nd to 30th have their number as load. */
static void
test_days(const struct day_loads *days, size_t n)
{
	int64_t activities = 0, loads = 0;
	double load = 0;

	for (size_t i = 0; i < n; i++) {
		activities += days[i].activities;
		loads += days[i].loads;
		load += days[i].load;
	}
	ok(activities == 40 && loads == 29 && load == 435, "sum up");
	ok(days[0].day == 20001 && days[n - 1].day == 20020, "oldest first");
}

static void
test_loads(void)
{
	struct day_loads *days;
	struct activity_sum *sums;
	int64_t all = 0, rated = 0, loads = 0, keyed = 0;
	struct sport_totals *totals;
	struct stored_load *list;
	size_t n;

	is_int(
	    activities_stale(t.db, t.arena, &me, 77, 0, 100, &list, &n, &t.e),
	    0, "stale loads");
	is_int(n, 40, "all of them at first");
	ok(list[0].local_day == 20001 && list[39].local_day == 20020,
	    "oldest first");
	for (size_t i = 0; i < 30; i++) {
		list[i].value = i == 0 ? VALUE_MISSING : (double)i;
		list[i].method = "tss";
		list[i].intensity_factor = 0.8;
		list[i].key = 77;
	}
	is_int(activities_set_loads(t.db, t.arena, &me, list, 30, &t.e), 0,
	    "cached");
	for (size_t i = 0; i < 30; i++)
		list[i].value = 1000;
	is_int(activities_set_loads(t.db, t.arena, &me, list, 30, &t.e), 0,
	    "once more with the same key, which changes nothing");
	is_int(
	    activities_stale(t.db, t.arena, &me, 77, 0, 100, &list, &n, &t.e),
	    0, "stale loads");
	is_int(n, 10, "the rest");
	is_int(activities_rated(t.db, t.arena, &me, 77, &keyed, &t.e), 0,
	    "how many have this key");
	is_int(keyed, 30, "those that were cached");
	is_int(
	    activities_stale(t.db, t.arena, &me, 78, 20015, 3, &list, &n, &t.e),
	    0, "with another key");
	is_int(n, 3, "limited");
	is_int(
	    activity_days_loads(t.db, t.arena, &me, 0, NULL, &days, &n, &t.e),
	    0, "loads of days");
	test_days(days, n);
	is_int(activity_days_loads(
		   t.db, t.arena, &me, 0, "nobody", &days, &n, &t.e),
	    0, "of one source");
	is_int(n, 0, "of which there are none");
	is_int(activity_sums(t.db, t.arena, &me, &sums, &n, &t.e), 0, "sums");
	for (size_t i = 0; i < n; i++) {
		rated +=
		    strcmp(sums[i].method, "tss") == 0 ? sums[i].activities : 0;
		all += sums[i].activities;
		loads += sums[i].loads;
	}
	ok(all == 40 && rated == 30 && loads == 29, "by method");

	is_int(activities_totals(
		   t.db, t.arena, &me, 20001, 20003, NULL, &totals, &n, &t.e),
	    0, "totals");
	is_int(n, 2, "of two sports");
	ok(totals[0].sport == SPORT_RIDE && totals[0].n == 4, "rides first");
	is_near(totals[0].distance_m, 4 * 30000.25, 1e-6, "distance");
	ok(!value_has(totals[0].moving_s), "what nobody knows is missing");
	is_near(totals[0].load, 1 + 2 + 4 + 5, 1e-9, "load");
	is_int(totals[1].first_day, 20001, "first day");
}

static void
test_imports(void)
{
	struct activity act = ride(20100, "i1");
	struct import_entry in = { .file_name = "a.fit",
		.size = 12,
		.format = "fit",
		.result = "imported",
		.n_activities = 1 };
	struct import_entry got;

	is_int(
	    activities_insert(t.db, t.arena, &me, &act, NULL, &t.e), 1, "one");
	in.activities = &act.id;
	memset(in.digest, 7, sizeof(in.digest));
	is_int(imports_find(t.db, t.arena, &me, in.digest, &got, &t.e), 0,
	    "not imported yet");
	is_int(imports_put(t.db, t.arena, &me, &in, &t.e), 0, "written down");
	is_int(imports_put(t.db, t.arena, &me, &in, &t.e), 0, "again");
	is_int(imports_find(t.db, t.arena, &me, in.digest, &got, &t.e), 1,
	    "found");
	is_str(got.file_name, "a.fit", "file name");
	ok(got.size == 12 && got.n_activities == 1 &&
		uuid_eq(&got.activities[0], &act.id),
	    "size and activity");
	is_int(imports_find(t.db, t.arena, &other, in.digest, &got, &t.e), 0,
	    "not for another");
	is_int(
	    activities_delete(t.db, t.arena, &me, &act.id, &t.e), 1, "delete");
	is_int(imports_find(t.db, t.arena, &me, in.digest, &got, &t.e), 0,
	    "the entry went with all that the file held");
}

int
main(void)
{
	struct user a, b;

	temp_open(&t);
	a = temp_user(&t, "ada");
	b = temp_user(&t, "bob");
	me = owner_of(&a.athlete);
	other = owner_of(&b.athlete);
	test_round_trip();
	fill(40);
	test_pages();
	test_each();
	test_loads();
	test_imports();
	temp_close(&t);
	return tap_done();
}
