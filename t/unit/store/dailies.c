/* Measurements and thresholds. */

#include "store/dailies.h"

#include "model/value.h"
#include "store/temp_db.h"
#include "store/thresholds.h"
#include "tap.h"

static struct temp_db t;
static struct owner me, other, taker;

static const char *
got_source(int32_t day)
{
	struct daily got = { .source = "" };

	is_int(
	    dailies_latest(t.db, t.arena, &me, DAILY_REST_HR, day, &got, &t.e),
	    1, "there is one");
	return got.source;
}

/* Withheld is neither missing nor zero. */
static void
test_restricted(void)
{
	const struct daily in = {
		.day = 90, .kind = DAILY_HRV_RMSSD, .value = value_restricted()
	};
	struct daily got = { .value = 0 };

	is_int(dailies_put(t.db, t.arena, &me, &in, 1, "strava", &t.e), 0,
	    "a withheld one: %s", t.e.msg);
	is_int(
	    dailies_latest(t.db, t.arena, &me, DAILY_HRV_RMSSD, 90, &got, &t.e),
	    1, "is there");
	ok(value_is_restricted(got.value), "and still says that it is");
}

static void
test_dailies(void)
{
	const struct daily in[] = {
		{ .day = 101, .kind = DAILY_REST_HR, .value = 51 },
		{ .day = 100, .kind = DAILY_REST_HR, .value = 50 },
		{ .day = 100, .kind = DAILY_WEIGHT, .value = 70.5 },
		{ .day = 100, .kind = DAILY_REST_HR, .value = 52 },
	};
	struct daily got;
	struct daily *list;
	size_t n;

	is_int(dailies_put(t.db, t.arena, &me, in, 4, "file", &t.e), 0,
	    "put: %s", t.e.msg);
	is_int(dailies_range(
		   t.db, t.arena, &me, DAILIES_ALL, 0, 1000, &list, &n, &t.e),
	    0, "range");
	is_int(n, 3, "the later of the same kind and day counts");
	ok(list[0].kind == DAILY_REST_HR && list[0].day == 100 &&
		list[0].value == 52 && list[1].day == 101 &&
		list[2].kind == DAILY_WEIGHT,
	    "by kind, then day");
	is_int(dailies_range(t.db, t.arena, &me, 1u << DAILY_WEIGHT, 0, 99,
		   &list, &n, &t.e),
	    0, "range");
	is_int(n, 0, "nothing earlier");
	is_str(got_source(101), "file", "with its source");
	test_restricted();
	is_int(
	    dailies_latest(t.db, t.arena, &me, DAILY_REST_HR, 500, &got, &t.e),
	    1, "latest");
	ok(got.day == 101 && got.value == 51, "is the newest");
	is_int(
	    dailies_latest(t.db, t.arena, &me, DAILY_REST_HR, 99, &got, &t.e),
	    0, "none so early");
	is_int(dailies_latest(
		   t.db, t.arena, &other, DAILY_REST_HR, 500, &got, &t.e),
	    0, "none of another");
}

static void
test_pages(void)
{
	struct daily *list;
	size_t n;

	is_int(dailies_page(t.db, t.arena, &me, DAILY_REST_HR, INT32_MAX, 1,
		   &list, &n, &t.e),
	    0, "page: %s", t.e.msg);
	ok(n == 1 && list[0].day == 101 && list[0].value == 51,
	    "begins with the newest");
	is_int(dailies_page(
		   t.db, t.arena, &me, DAILY_REST_HR, 101, 9, &list, &n, &t.e),
	    0, "the next");
	ok(n == 1 && list[0].day == 100 && list[0].kind == DAILY_REST_HR,
	    "goes on before that day, with the same kind");
	is_int(dailies_page(t.db, t.arena, &other, DAILY_REST_HR, INT32_MAX, 9,
		   &list, &n, &t.e),
	    0, "another person's");
	is_int(n, 0, "is empty");
}

static void
test_thresholds(void)
{
	struct threshold ftp = { THRESHOLD_FTP_W, 200, 250, "test" };
	struct threshold old = { THRESHOLD_FTP_W, 100, 240, "user" };
	struct threshold lthr = { THRESHOLD_LTHR_BPM, 150, 165, "user" };
	struct threshold *list;
	struct thresholds on;
	size_t n;

	is_int(thresholds_set(t.db, t.arena, &me, &ftp, &t.e), 0, "set");
	is_int(thresholds_set(t.db, t.arena, &me, &old, &t.e), 0, "set");
	is_int(thresholds_set(t.db, t.arena, &me, &lthr, &t.e), 0, "set");
	ftp.value = 255;
	is_int(thresholds_set(t.db, t.arena, &me, &ftp, &t.e), 0, "replaced");
	is_int(thresholds_list(t.db, t.arena, &me, &list, &n, &t.e), 0, "list");
	ok(n == 3 && list[0].day == 100 && list[1].day == 150 &&
		list[2].value == 255,
	    "by day");
	is_str(list[0].source, "user", "with the source");
	thresholds_on(&on, list, n, 170);
	is_near(on.of[THRESHOLD_FTP_W].value, 240, 0, "what held on a day");
	is_int(thresholds_remove(
		   t.db, t.arena, &other, THRESHOLD_FTP_W, 100, &t.e),
	    0, "another's is not there");
	is_int(
	    thresholds_remove(t.db, t.arena, &me, THRESHOLD_FTP_W, 100, &t.e),
	    1, "removed");
	ftp.value = VALUE_MISSING;
	ok(thresholds_set(t.db, t.arena, &me, &ftp, &t.e) < 0,
	    "a missing value is refused: %s", t.e.msg);
}

/* --- thresholds that files bring ----------------------------------------- */

static size_t
take_of(const char *device, int32_t day, double ftp, double rest)
{
	const struct threshold in[] = {
		{ THRESHOLD_FTP_W, day, ftp, device },
		{ THRESHOLD_REST_HR_BPM, day, rest, device },
	};
	size_t n = 99;

	if (thresholds_take(
		t.db, t.arena, &taker, in, ARRAY_LEN(in), "file", &n, &t.e) < 0)
		printf("# %s\n", t.e.msg);
	return n;
}

static size_t
take(int32_t day, double ftp, double rest)
{
	return take_of("", day, ftp, rest);
}

/* "kind day value" of all of the taker, with blanks between. */
static const char *
all_taken(void)
{
	struct threshold *list;
	const char *text = "";
	size_t n;

	if (thresholds_list(t.db, t.arena, &taker, &list, &n, &t.e) < 0)
		return t.e.msg;
	for (size_t i = 0; i < n; i++)
		text = arena_printf(t.arena, "%s%s%d:%s=%g", text,
		    i > 0 ? " " : "", list[i].day,
		    list[i].kind == THRESHOLD_FTP_W ? "ftp" : "rest",
		    list[i].value);
	return text;
}

static void
test_taken(void)
{
	struct threshold own = { THRESHOLD_FTP_W, 50, 230, "user" };
	struct threshold *list;
	size_t n;

	is_int(take(200, 250, 50), 2, "the first ones are taken");
	is_int(take(200, 250, 50), 0, "and then known");
	is_int(take(210, 251, 52), 0, "what is near them is the same");
	is_int(take(220, 260, 46), 2, "others are new");
	is_str(all_taken(), "200:ftp=250 200:rest=50 220:ftp=260 220:rest=46",
	    "each its day");
	is_int(take(190, 250, 50), 2, "an earlier day of the same");
	is_str(all_taken(), "190:ftp=250 190:rest=50 220:ftp=260 220:rest=46",
	    "moves their beginning");
	is_int(take(180, 240, 60), 2, "an earlier day of others");
	is_int(take(185, 250, 50), 2, "and one between");
	is_str(all_taken(),
	    "180:ftp=240 180:rest=60 185:ftp=250 185:rest=50 "
	    "220:ftp=260 220:rest=46",
	    "in any order");
	is_int(take(220, 270, 46), 1, "another of the same day");
	is_int(take(230, 270, 46), 0, "takes its place");
	is_int(
	    thresholds_list(t.db, t.arena, &taker, &list, &n, &t.e), 0, "list");
	is_str(list[0].source, "file", "they name their source");
	is_int(thresholds_set(t.db, t.arena, &taker, &own, &t.e), 0, "a test");
	is_int(take(300, 290, 60), 1, "after that the person's word counts");
	is_str(all_taken(),
	    "50:ftp=230 180:ftp=240 180:rest=60 185:ftp=250 185:rest=50 "
	    "220:ftp=270 220:rest=46 300:rest=60",
	    "for its kind");
}

/* A watch and a computer that were told different things, over months. */
static void
test_disagreeing(void)
{
	size_t written = 0;

	is_int(take_of("Watch", 200, 250, 50), 2, "a watch says something");
	is_int(take_of("Computer", 200, 230, 60), 0, "its day is its own");
	for (int32_t day = 201; day < 260; day++) {
		written += take_of("Watch", day, 250, 50);
		written += take_of("Computer", day, 230, 60);
	}
	is_int(written, 2, "a computer that says something else is heard once");
	is_int(take_of("Computer", 260, 230, 60), 0, "the same again");
	is_int(
	    take_of("Watch", 261, 260, 50), 1, "the one that changes counts");
	is_int(take_of("Computer", 262, 230, 60), 0, "not the other after it");
	is_int(take_of("Watch", 263, 260, 50), 0, "nor that once more");
	is_int(take_of("Computer", 190, 230, 60), 2, "an older file of it");
	is_str(all_taken(),
	    "190:ftp=230 190:rest=60 200:ftp=250 200:rest=50 261:ftp=260",
	    "each where it changed");
}

int
main(void)
{
	struct user a, b, c, d;

	temp_open(&t);
	a = temp_user(&t, "ada");
	b = temp_user(&t, "bob");
	c = temp_user(&t, "cleo");
	d = temp_user(&t, "dora");
	me = owner_of(&a.athlete);
	other = owner_of(&b.athlete);
	test_dailies();
	test_pages();
	test_thresholds();
	taker = owner_of(&c.athlete);
	test_taken();
	taker = owner_of(&d.athlete);
	test_disagreeing();
	temp_close(&t);
	return tap_done();
}
