/* Recordings put together: which give what, whatever their order. */

#include "model/merge.h"

#include "model/recording.h"
#include "tap.h"

#define S INT64_C(1000000)

static struct arena *a;

static struct activity
recording(const char *id, int64_t start_s, size_t n)
{
	struct activity act;

	activity_init(&act);
	act.provider = "file";
	act.external_id = id;
	act.name = "Ride";
	act.sport = SPORT_RIDE;
	act.start_us = start_s * S;
	act.sum.elapsed_s = (double)n;
	act.streams = streams_new(a, n);
	for (size_t i = 0; i < n; i++)
		act.streams->t_s[i] = (int32_t)i;
	return act;
}

static void
set(struct activity *act, enum stream_kind k, double first, double step)
{
	double *v = streams_add(a, act->streams, k);

	for (size_t i = 0; i < act->streams->n; i++)
		v[i] = first + step * (double)i;
}

/* A watch with pulse and place; a computer with power and place. */
static void
make(struct activity *watch, struct activity *computer)
{
	*watch = recording("watch", 1000, 600);
	set(watch, STREAM_HR, 120, 0.1);
	set(watch, STREAM_LAT, 50, 1e-5);
	set(watch, STREAM_LON, 8, 1e-5);
	watch->device = "Watch";
	watch->rpe = 7;
	*computer = recording("computer", 1010, 595);
	set(computer, STREAM_POWER, 200, 0.5);
	set(computer, STREAM_LAT, 50.1, 1e-5);
	set(computer, STREAM_LON, 8.1, 1e-5);
	set(computer, STREAM_ALTITUDE, 100, 0);
	set(computer, STREAM_CADENCE, 90, 0);
	computer->device = "Computer";
	computer->name = "Round the lake";
	computer->sport = SPORT_GRAVEL_RIDE;
	activity_complete(watch);
	activity_complete(computer);
}

static uint32_t
bit(enum activity_part p)
{
	return UINT32_C(1) << p;
}

static void
test_parts(void)
{
	struct activity watch, computer, out, twin;
	struct merge_source from[2], back[2];

	make(&watch, &computer);
	from[0].activity = back[1].activity = &watch;
	from[1].activity = back[0].activity = &computer;
	activity_merge(a, from, 2, &out);
	activity_merge(a, back, 2, &twin);

	is_str(out.device, "Computer", "most samples lead");
	is_int(out.start_us, 1010 * S, "and give the time");
	is_str(out.name, "Round the lake", "a name goes before a title");
	is_int(out.sport, SPORT_GRAVEL_RIDE, "a sport before its family");
	is_near(out.rpe, 7, 0, "effort from who has it");
	ok(from[1].gives == (bit(PART_TIME) | bit(PART_SPORT) | bit(PART_NAME) |
				bit(PART_ELEVATION) | bit(PART_POWER) |
				bit(PART_CADENCE) | bit(PART_DISTANCE)),
	    "the computer's parts");
	ok(from[0].gives ==
		(bit(PART_POSITION) | bit(PART_HEART_RATE) | bit(PART_EFFORT)),
	    "the watch's parts: %x", from[0].gives);
	is_int(out.streams->n, 595, "the leader's seconds");
	is_near(out.streams->v[STREAM_HR][0], 121, 1e-9, "pulse is shifted");
	is_near(out.streams->v[STREAM_LAT][0], 50.0001, 1e-9, "place too");
	is_near(out.streams->v[STREAM_LAT][589], 50.00599, 1e-9, "to its end");
	ok(!value_has(out.streams->v[STREAM_LAT][590]), "and not further");
	is_near(out.streams->v[STREAM_POWER][4], 202, 0, "power as it was");
	is_near(out.sum.average_hr_bpm, watch.sum.average_hr_bpm, 0,
	    "the numbers go with their samples");
	is_near(out.start_latitude_deg, 50, 0, "and the start with the place");

	ok(from[0].gives == back[1].gives && from[1].gives == back[0].gives &&
		out.start_us == twin.start_us &&
		memcmp(&out.sum, &twin.sum, sizeof(out.sum)) == 0,
	    "the order does not matter");
}

static void
test_zero_power(void)
{
	struct activity x = recording("x", 0, 100), y = recording("y", 0, 90);
	struct merge_source from[2] = { { &x, 0 }, { &y, 0 } };
	struct activity out;

	set(&x, STREAM_POWER, 0, 0);
	set(&x, STREAM_HR, 100, 0);
	set(&y, STREAM_POWER, 150, 0);
	activity_complete(&x);
	activity_complete(&y);
	activity_merge(a, from, 2, &out);
	is_near(out.sum.average_power_w, 150, 0,
	    "power that is zero throughout is none");
	is_int(out.streams->n, 100, "though that recording leads");
}

static void
test_restricted(void)
{
	struct activity x = recording("x", 0, 100), y = recording("y", 0, 100);
	struct merge_source from[2] = { { &x, 0 }, { &y, 0 } };
	struct activity out;

	x.streams = y.streams = NULL;
	x.sum.average_power_w = y.sum.average_power_w = value_restricted();
	x.sum.average_hr_bpm = value_restricted();
	y.sum.average_hr_bpm = 140;
	activity_merge(a, from, 2, &out);
	ok(value_is_restricted(out.sum.average_power_w),
	    "withheld by all: withheld");
	is_near(out.sum.average_hr_bpm, 140, 0, "a number goes before that");
	ok(!value_has(out.sum.max_hr_bpm) &&
		!value_is_restricted(out.sum.max_hr_bpm),
	    "missing stays missing");
	ok(out.streams == NULL, "no samples");
}

static void
test_same(void)
{
	struct activity x = recording("x", 1000, 3600);
	struct activity y = recording("y", 1120, 3600);

	ok(merge_same(&x, &y), "two minutes apart");
	y.start_us += 1;
	ok(!merge_same(&x, &y), "and more");
	y.start_us = 880 * S;
	ok(merge_same(&x, &y), "or before");
	y.sum.elapsed_s = 3789;
	ok(merge_same(&x, &y) && merge_same(&y, &x), "5 %% longer");
	y.sum.elapsed_s += 1;
	ok(!merge_same(&x, &y) && !merge_same(&y, &x), "and more");
	y.sum.elapsed_s = VALUE_MISSING;
	ok(!merge_same(&x, &y), "of unknown length");
	y.sum.elapsed_s = 3600;
	y.sport = SPORT_VIRTUAL_RIDE;
	ok(merge_same(&x, &y), "of the same family");
	y.sport = SPORT_RUN;
	ok(!merge_same(&x, &y), "of another");
	x.sport = SPORT_YOGA;
	y.sport = SPORT_ROW;
	ok(!merge_same(&x, &y), "no family at all");
	y.sport = SPORT_YOGA;
	ok(merge_same(&x, &y), "but the same sport");
}

static void
test_laps(void)
{
	struct activity x = recording("x", 1000, 300);
	struct activity y = recording("y", 1030, 290);
	struct merge_source from[2] = { { &x, 0 }, { &y, 0 } };
	struct lap laps[2] = { { .start_s = 0 }, { .start_s = 100 } };
	struct activity out;

	summary_init(&laps[0].sum);
	summary_init(&laps[1].sum);
	set(&x, STREAM_HR, 100, 0);
	set(&x, STREAM_POWER, 100, 1);
	y.laps = laps;
	y.n_laps = 2;
	activity_merge(a, from, 2, &out);
	is_int(out.n_laps, 2, "laps from who pressed the button");
	is_int(out.laps[1].start_s, 130, "at their time");
	is_near(
	    out.laps[1].sum.max_power_w, 399, 0, "with the other's samples");
	is_int(laps[1].start_s, 100, "the recording is as it was");
}

static void
test_recording(void)
{
	struct activity x, back, computer;
	struct lap lap = { .start_s = 7 };
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct err e = ERR_INIT;

	make(&x, &computer);
	summary_init(&lap.sum);
	lap.sum.distance_m = 1 / 3.0;
	x.laps = &lap;
	x.n_laps = 1;
	x.gear = "The \"red\" one";
	x.sum.calories_kcal = value_restricted();
	x.utc_offset_s = -12600;
	x.local_day = 20000;
	recording_write(&text, &x);
	is_int(
	    recording_read(a, buf_str(&text), &back, &e), 0, "read: %s", e.msg);
	is_str(back.gear, x.gear, "words");
	is_int(back.start_us, x.start_us, "instants");
	is_int(back.utc_offset_s, -12600, "offset");
	ok(back.sum.average_hr_bpm == x.sum.average_hr_bpm &&
		back.laps[0].sum.distance_m == 1 / 3.0,
	    "numbers to the last bit");
	ok(value_is_restricted(back.sum.calories_kcal), "withheld");
	ok(isnan(back.sum.max_power_w) &&
		!value_is_restricted(back.sum.max_power_w),
	    "missing");
	recording_write(&again, &back);
	is_str(buf_cstr(&again), buf_cstr(&text), "the same again");
	is_int(recording_read(a, STR("[1]"), &back, &e), -1, "no object");
	is_int(recording_read(a, STR("{"), &back, &e), -1, "no JSON");
	is_int(e.code, ERR_CORRUPT, "%s", e.msg);
	buf_free(&text);
	buf_free(&again);
}

static void
test_names(void)
{
	struct buf b = BUF_INIT;

	parts_format(&b, bit(PART_POWER) | bit(PART_TIME));
	is_str(buf_cstr(&b), "time power", "parts by name");
	is_int(parts_parse(STR("power what time")),
	    bit(PART_POWER) | bit(PART_TIME), "and back");
	is_int(parts_parse(STR("")), 0, "none");
	buf_free(&b);
}

int
main(void)
{
	a = arena_new();
	test_parts();
	test_zero_power();
	test_restricted();
	test_same();
	test_laps();
	test_recording();
	test_names();
	arena_free(&a);
	return tap_done();
}
