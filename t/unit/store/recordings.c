/* Recordings of one activity: found, put together, taken apart. */

#include "store/recordings.h"

#include "model/summary.h"
#include "store/imports.h"
#include "store/temp_db.h"
#include "tap.h"

#define S     INT64_C(1000000)
#define START (INT64_C(20000) * 86400 * S)

static struct temp_db t;
static struct owner me, other;

static struct activity
ride(const char *external_id, int64_t start_s, size_t n, enum stream_kind k)
{
	struct activity act;
	double *v;

	activity_init(&act);
	act.provider = "file";
	act.external_id = external_id;
	act.name = "Ride";
	act.device = external_id;
	act.sport = SPORT_RIDE;
	act.start_us = START + start_s * S;
	act.local_day = 20000;
	act.streams = streams_new(t.arena, n);
	v = streams_add(t.arena, act.streams, k);
	for (size_t i = 0; i < n; i++) {
		act.streams->t_s[i] = (int32_t)i;
		v[i] = 100 + (double)(i % 50);
	}
	act.sum.elapsed_s = (double)n;
	activity_complete(&act);
	return act;
}

struct storing {
	const struct owner *owner;
	struct activity *act;
	const struct uuid *apart;
	size_t n_apart;
	int as;
};

static int
store_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct storing *s = arg;

	s->as = recordings_store(
	    tx, t.arena, s->owner, s->act, s->apart, s->n_apart, e);
	return s->as < 0 ? -1 : 0;
}

static int
store(const struct owner *o, struct activity *act)
{
	struct storing s = { o, act, NULL, 0, -1 };

	act->id = (struct uuid){ { 0 } };
	if (db_write(t.db, store_in_tx, &s, &t.e) < 0)
		printf("# %s\n", t.e.msg);
	return s.as;
}

struct splitting {
	const struct uuid *id, *from;
	struct uuid *ids;
	size_t n;
	int rc;
};

static int
split_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct splitting *s = arg;

	s->rc = recordings_split(tx, t.arena, &me, s->id, &s->ids, &s->n, e);
	return MIN(s->rc, 0);
}

static int
join_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct splitting *s = arg;

	s->rc = recordings_join(tx, t.arena, &me, s->id, s->from, e);
	return MIN(s->rc, 0);
}

static struct stored_activity
get(const struct uuid *id)
{
	struct stored_activity sa;

	memset(&sa, 0, sizeof(sa));
	ok(activities_get(t.db, t.arena, &me, id, &sa, &t.e) == 1 &&
		activities_read_streams(
		    t.db, t.arena, &me, &sa.activity, &t.e) == 0 &&
		activities_read_beats(t.db, t.arena, &me, &sa.activity, &t.e) ==
		    0,
	    "read with samples");
	return sa;
}

static int64_t
count(const struct owner *o)
{
	struct activity_filter f;
	int64_t n = -1;

	activity_filter_init(&f);
	if (activities_count(t.db, t.arena, o, &f, &n, &t.e) < 0)
		return -1;
	return n;
}

static bool
has_channel(const struct stored_activity *sa, enum stream_kind k)
{
	return sa->activity.streams != NULL &&
	       streams_has(sa->activity.streams, k);
}

static void
test_together_and_apart(void)
{
	struct activity watch = ride("watch", 0, 600, STREAM_HR);
	struct activity computer = ride("computer", 60, 610, STREAM_POWER);
	struct activity later = ride("later", 130, 600, STREAM_CADENCE);
	struct activity theirs = ride("theirs", 0, 600, STREAM_HR);
	struct splitting s = { &watch.id, NULL, NULL, 0, 0 };
	struct recording *list;
	struct stored_activity sa;
	size_t n;

	is_int(store(&me, &watch), STORED_NEW, "the first recording");
	is_int(recordings_list(t.db, t.arena, &me, &watch.id, &list, &n, &t.e),
	    0, "its recordings");
	is_int(n, 0, "one needs no rows");
	is_int(store(&other, &theirs), STORED_NEW, "another's is another's");
	is_int(store(&me, &computer), STORED_JOINED, "the second");
	ok(uuid_eq(&computer.id, &watch.id), "is in the activity");
	is_int(store(&me, &computer), STORED_KNOWN, "which knows it");
	is_int(store(&me, &watch), STORED_KNOWN, "and the first");
	is_int(count(&me), 1, "one activity");
	sa = get(&watch.id);
	is_int(sa.recordings, 2, "of two recordings");
	is_str(sa.activity.device, "computer", "the longer one leads");
	is_str(sa.activity.external_id, "watch", "known by the first");
	ok(has_channel(&sa, STREAM_HR) && has_channel(&sa, STREAM_POWER),
	    "with the samples of both");
	is_int(recordings_list(t.db, t.arena, &me, &watch.id, &list, &n, &t.e),
	    0, "listed");
	ok(n == 2 && (list[0].gives >> PART_HEART_RATE & 1) == 1 &&
		(list[1].gives >> PART_POWER & 1) == 1,
	    "each says what it gave");
	is_int(
	    recordings_list(t.db, t.arena, &other, &watch.id, &list, &n, &t.e),
	    0, "another's list");
	is_int(n, 0, "is empty");
	is_int(store(&me, &later), STORED_JOINED,
	    "near a recording within is near enough");

	/* What the person set stays, whatever comes. */
	sa = get(&watch.id);
	sa.activity.name = "Mine";
	sa.edited = EDITED_NAME;
	is_int(activities_edit(t.db, t.arena, &me, &sa, &t.e), 1, "edited");

	is_int(db_write(t.db, split_in_tx, &s, &t.e), 0, "split: %s", t.e.msg);
	ok(s.rc == 1 && s.n == 3 && uuid_eq(&s.ids[0], &watch.id),
	    "three activities again, the first with its id");
	is_int(count(&me), 3, "as there are");
	sa = get(&watch.id);
	ok(sa.recordings == 1 && sa.kept_apart, "kept apart");
	is_str(sa.activity.name, "Mine", "the edit stays");
	is_str(sa.activity.device, "watch", "everything else as it came");
	ok(has_channel(&sa, STREAM_HR) && !has_channel(&sa, STREAM_POWER),
	    "with its own samples");
	is_int(sa.activity.streams->n, 600, "all of them");
	is_int(sa.activity.start_us, START, "and its start");
	is_int(store(&me, &computer), STORED_KNOWN, "the second is known");
	is_int(db_write(t.db, split_in_tx, &s, &t.e), -1, "nothing to split");
	is_int(t.e.code, ERR_CONFLICT, "%s", t.e.msg);

	s.from = &computer.id;
	is_int(db_write(t.db, join_in_tx, &s, &t.e), 0, "joined: %s", t.e.msg);
	is_int(count(&me), 2, "one less");
	sa = get(&watch.id);
	ok(sa.recordings == 2 && !sa.kept_apart && sa.load.key == 0,
	    "of two again");
	is_str(sa.activity.name, "Mine", "still the person's");
	is_int(db_write(t.db, join_in_tx, &s, &t.e), 0, "again");
	is_int(s.rc, 0, "it is not there any more");
	s.from = s.id;
	is_int(db_write(t.db, join_in_tx, &s, &t.e), -1, "with itself");
	is_int(t.e.code, ERR_INVALID, "%s", t.e.msg);
	is_int(activities_delete(t.db, t.arena, &me, &watch.id, &t.e), 1,
	    "deleted");
	is_int(store(&me, &computer), STORED_NEW,
	    "with all recordings: they may come again");
	ok(uuid_eq(&later.id, &watch.id), "the third was in it");
}

/* Beats go with the heart rate, and are all there again when it is taken apart.
 */
static void
test_beats(void)
{
	struct activity watch = ride("watch", 500000, 900, STREAM_LAT);
	struct activity strap = ride("strap", 500010, 905, STREAM_HR);
	uint16_t ms[] = { 800, 810, 790 };
	struct beats beats = { .start_s = 5, .n = 3, .ms = ms };
	struct splitting parting = { &watch.id, NULL, NULL, 0, 0 };
	struct stored_activity sa;

	strap.beats = &beats;
	is_int(store(&me, &watch), STORED_NEW, "a watch");
	is_int(store(&me, &strap), STORED_JOINED, "and a strap");
	sa = get(&watch.id);
	ok(sa.activity.beats != NULL && sa.activity.beats->n == 3 &&
		sa.activity.beats->ms[1] == 810,
	    "the strap's beats");
	is_int(sa.activity.beats->start_s,
	    sa.activity.start_us == watch.start_us ? 15 : 5, "at their time");
	is_int(db_write(t.db, split_in_tx, &parting, &t.e), 0, "apart again");
	ok(get(&watch.id).activity.beats == NULL, "the watch has none");
	ok(get(&parting.ids[1]).activity.beats->n == 3, "the strap its own");
}

static void
test_order(void)
{
	static const enum stream_kind kinds[] = { STREAM_HR, STREAM_POWER,
		STREAM_CADENCE };
	static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct stored_activity first, sa;

	for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
		struct activity act;
		int64_t day = 86400 * (int64_t)(o + 10);

		for (int i = 0; i < 3; i++) {
			int which = orders[o][i];

			act = ride(arena_printf(t.arena, "%zu-%d", o, which),
			    day + 20 * which, 600 + (size_t)which,
			    kinds[which]);
			store(&me, &act);
		}
		sa = get(&act.id);
		if (o == 0)
			first = sa;
		ok(memcmp(&sa.activity.sum, &first.activity.sum,
		       sizeof(struct summary)) == 0 &&
			sa.recordings == 3 &&
			sa.activity.start_us - day * S ==
			    first.activity.start_us - 10 * 86400 * S,
		    "order %zu gives the same", o);
	}
}

/* Two sessions of one file are two activities, however alike. */
static void
test_same_file(void)
{
	struct activity x = ride("x", -86400, 600, STREAM_HR);
	struct activity y = ride("x:1", -86400, 600, STREAM_HR);
	struct storing s = { &me, &y, &x.id, 1, -1 };

	is_int(store(&me, &x), STORED_NEW, "the first of a file");
	is_int(db_write(t.db, store_in_tx, &s, &t.e), 0, "the second");
	is_int(s.as, STORED_NEW, "on its own");
}

/* The ledger knows which activity a file is in now. */
static void
test_ledger(void)
{
	static const char hex[] = "07070707070707070707070707070707"
				  "07070707070707070707070707070708";
	struct activity x = ride("gps", -2 * 86400, 600, STREAM_HR);
	struct activity y = ride(hex, -2 * 86400, 600, STREAM_POWER);
	struct import_entry entry = { .file_name = "y.fit",
		.format = "fit",
		.result = "imported",
		.n_activities = 1,
		.activities = &y.id };
	struct splitting s = { &x.id, NULL, NULL, 0, 0 };
	struct import_entry got;

	memset(entry.digest, 7, sizeof(entry.digest));
	entry.digest[31] = 8;
	store(&me, &x);
	is_int(store(&me, &y), STORED_JOINED, "a file joins");
	is_int(imports_put(t.db, t.arena, &me, &entry, &t.e), 0, "ledger");
	is_int(db_write(t.db, split_in_tx, &s, &t.e), 0, "split");
	is_int(imports_find(t.db, t.arena, &me, entry.digest, &got, &t.e), 1,
	    "the ledger's line");
	ok(got.n_activities == 1 && s.n == 2 &&
		uuid_eq(&got.activities[0], &s.ids[1]),
	    "has the file's own activity");
	s.from = &s.ids[1];
	is_int(db_write(t.db, join_in_tx, &s, &t.e), 0, "join");
	is_int(imports_find(t.db, t.arena, &me, entry.digest, &got, &t.e), 1,
	    "the line");
	ok(uuid_eq(&got.activities[0], &x.id), "follows");
}

static void
test_restricted(void)
{
	struct activity x = ride("r", -3 * 86400, 600, STREAM_HR);
	struct stored_activity sa;

	x.sum.average_power_w = value_restricted();
	x.gear = "Old bike";
	is_int(store(&me, &x), STORED_NEW, "with a number withheld");
	sa = get(&x.id);
	ok(value_is_restricted(sa.activity.sum.average_power_w),
	    "it is withheld");
	ok(!value_has(sa.activity.sum.max_power_w) &&
		!value_is_restricted(sa.activity.sum.max_power_w),
	    "and what is missing is missing");
	is_str(sa.activity.gear, "Old bike", "gear");
}

int
main(void)
{
	struct user a, b;

	temp_open(&t);
	a = temp_user(&t, "anna");
	b = temp_user(&t, "bert");
	me = owner_of(&a.athlete);
	other = owner_of(&b.athlete);
	test_together_and_apart();
	test_order();
	test_same_file();
	test_ledger();
	test_restricted();
	test_beats();
	temp_close(&t);
	return tap_done();
}
