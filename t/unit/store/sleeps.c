/* Sleep in the database: one row a night, and the day's sums of it. */

#include "store/sleeps.h"

#include "store/dailies.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;
static struct owner me, other;

#define DAY	20000
#define HOUR_US (INT64_C(3600) * 1000000)

static struct sleep
night(const char *provider, const char *id, double from_h, double to_h,
    const char *stages)
{
	int64_t midnight_us = DAY * 24 * HOUR_US;
	struct sleep s;

	sleep_init(&s);
	s.provider = provider;
	s.external_id = id;
	s.device = "a watch";
	s.start_us = midnight_us + (int64_t)(from_h * HOUR_US);
	s.end_us = midnight_us + (int64_t)(to_h * HOUR_US);
	s.utc_offset_s = 3600;
	s.local_day = DAY;
	ok(sleep_stages_parse(t.arena, str_of(stages), &s), "%s", stages);
	sleep_complete(&s);
	return s;
}

struct call {
	struct sleep *s;
	int rc;
};

static int
store_in(struct db *tx, void *arg, struct err *e)
{
	struct call *c = arg;

	c->rc = sleeps_store(tx, t.arena, &me, c->s, e);
	return c->rc < 0 ? -1 : 0;
}

static int
store(struct sleep s)
{
	struct call c = { &s, -1 };

	return db_write(t.db, store_in, &c, &t.e) < 0 ? -1 : c.rc;
}

static double
daily(enum daily_kind kind)
{
	struct daily d;

	return dailies_latest(t.db, t.arena, &me, kind, DAY, &d, &t.e) == 1
		   ? d.value
		   : VALUE_MISSING;
}

static size_t
count(const struct owner *o, struct sleep **list)
{
	size_t n = 999;

	is_int(
	    sleeps_range(t.db, t.arena, o, DAY, DAY + 1, 100, list, &n, &t.e),
	    0, "range: %s", t.e.msg);
	return n;
}

/* After two sleeps of mine are there, the newest of which is a nap. */
static void
test_pages(void)
{
	struct sleep *list, got;
	struct uuid nap;
	size_t n;

	is_int(sleeps_page(t.db, t.arena, &me, INT64_MAX, 1, &list, &n, &t.e),
	    0, "a page: %s", t.e.msg);
	ok(n == 1 && list[0].start_us % (24 * HOUR_US) == 13 * HOUR_US,
	    "begins with the newest");
	nap = list[0].id;
	is_int(sleeps_page(
		   t.db, t.arena, &me, list[0].start_us, 5, &list, &n, &t.e),
	    0, "the next");
	ok(n == 1 && list[0].n_stages == 4, "goes on behind it");
	is_int(
	    sleeps_page(t.db, t.arena, &other, INT64_MAX, 5, &list, &n, &t.e),
	    0, "another person's");
	is_int(n, 0, "is empty");
	is_int(sleeps_get(t.db, t.arena, &me, &nap, &got, &t.e), 1, "one");
	ok(got.n_stages == 1 && got.stages[0].duration_s == 1200,
	    "with its stages");
	is_int(sleeps_get(t.db, t.arena, &other, &nap, &got, &t.e), 0,
	    "which nobody else has");
}

int
main(void)
{
	struct sleep *list, first;
	struct user a, b;

	temp_open(&t);
	a = temp_user(&t, "ada");
	b = temp_user(&t, "bob");
	me = owner_of(&a.athlete);
	other = owner_of(&b.athlete);

	first = night("file", "1", -1, 6, "l3600 d1800 a60");
	first.v[SLEEP_score] = value_restricted();
	is_int(store(first), 1, "new: %s", t.e.msg);
	is_int(store(first), 0, "the same again is known");
	is_int(count(&me, &list), 1, "one row");
	ok(value_is_restricted(list[0].v[SLEEP_score]), "withheld stays so");
	ok(list[0].n_stages == 3 && list[0].stages[1].kind == SLEEP_DEEP &&
		list[0].utc_offset_s == 3600 && list[0].local_day == DAY,
	    "with its stages, offset and day");
	is_near(daily(DAILY_SLEEP_TOTAL), 5400, 0, "the day's sum");

	is_int(store(night("apple", "2", -1.5, 6, "s20000")), 0,
	    "another device that tells less");
	is_int(store(night("apple", "3", -1.5, 6, "l3000 d1000 r500 a60")), 1,
	    "and one that tells more");
	is_int(count(&me, &list), 1, "one row");
	is_str(list[0].provider, "apple", "the better one");
	is_near(daily(DAILY_SLEEP_TOTAL), 4500, 0, "the day's sum of it");

	is_int(store(night("file", "4", 13, 13.5, "s1200")), 1, "a nap");
	is_int(count(&me, &list), 2, "two rows");
	ok(list[0].start_us > list[1].start_us, "newest first");
	is_near(daily(DAILY_SLEEP_TOTAL), 5700, 0, "both are in the sum");
	is_near(daily(DAILY_SLEEP_DEEP), 1000, 0, "of what is known");
	is_int(count(&other, &list), 0, "another person has none");
	test_pages();
	temp_close(&t);
	return tap_done();
}
