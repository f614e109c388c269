/* From FIT messages to activities: sessions, laps, pauses, pulse, pools,
 * measurements. */

#include <stdlib.h>

#include "base/date.h"
#include "fit_writer.h"
#include "tap.h"

#define T0 1000000000u /* FIT time */
#define U0 ((T0 + FIT_EPOCH_S) * DATE_US_PER_SECOND)

/* Local types of the messages below. */
enum { ID, RECORD, SESSION, LAP, EVENT, ACTIVITY, HR, LENGTH, OTHER };

static void
put_id(struct fit_writer *w, int type)
{
	fw_define(w, ID, 0, 3, 0, 1, 0, 1, 2, 0x84, 2, 2, 0x84);
	fw_head(w, ID);
	fw_uint(w, 1, (uint64_t)type);
	fw_uint(w, 2, 1);
	fw_uint(w, 2, 1036);
}

/* time, hr, distance, power */
static void
define_record(struct fit_writer *w)
{
	fw_define(
	    w, RECORD, 20, 4, 253, 4, 0x86, 3, 1, 2, 5, 4, 0x86, 7, 2, 0x84);
}

static void
put_record(struct fit_writer *w, uint32_t t, int hr, uint32_t cm, int power)
{
	fw_head(w, RECORD);
	fw_uint(w, 4, t);
	fw_uint(w, 1, (uint64_t)hr);
	fw_uint(w, 4, cm);
	fw_uint(w, 2, (uint64_t)power);
}

/* time, start, elapsed, timer, distance, sport, sub-sport, pool length */
static void
define_session(struct fit_writer *w)
{
	fw_define(w, SESSION, 18, 8, 253, 4, 0x86, 2, 4, 0x86, 7, 4, 0x86, 8, 4,
	    0x86, 9, 4, 0x86, 5, 1, 0, 6, 1, 0, 44, 2, 0x84);
}

static void
put_session(struct fit_writer *w, uint32_t start, uint32_t s, int sport,
    int sub_sport, int pool_cm)
{
	fw_head(w, SESSION);
	fw_uint(w, 4, start + s);
	fw_uint(w, 4, start);
	fw_uint(w, 4, s * 1000);
	fw_uint(w, 4, UINT32_MAX);
	fw_uint(w, 4, UINT32_MAX);
	fw_uint(w, 1, (uint64_t)sport);
	fw_uint(w, 1, (uint64_t)sub_sport);
	fw_uint(w, 2, (uint64_t)pool_cm);
}

static void
put_event(struct fit_writer *w, uint32_t t, int type)
{
	fw_define(w, EVENT, 21, 3, 253, 4, 0x86, 0, 1, 0, 1, 1, 0);
	fw_head(w, EVENT);
	fw_uint(w, 4, t);
	fw_uint(w, 1, 0);
	fw_uint(w, 1, (uint64_t)type);
}

static void
put_lap(struct fit_writer *w, uint32_t start)
{
	fw_define(w, LAP, 19, 2, 2, 4, 0x86, 15, 1, 2);
	fw_head(w, LAP);
	fw_uint(w, 4, start);
	fw_uint(w, 1, 0xff);
}

static void
test_multisport(struct arena *a)
{
	struct fit_writer w = { 0 };
	const struct activity *act;
	struct decoded d;

	put_id(&w, 4);
	define_record(&w);
	define_session(&w);
	put_event(&w, T0, 0);
	for (int i = 0; i < 100; i++)
		put_record(
		    &w, T0 + (uint32_t)i, 120, (uint32_t)i * 300, 0xffff);
	put_event(&w, T0 + 99, 4);
	for (int i = 0; i < 50; i++)
		put_record(&w, T0 + 200 + (uint32_t)i, 140, (uint32_t)i * 1000,
		    i % 2 * 200);
	put_lap(&w, T0);
	put_lap(&w, T0 + 60);
	put_lap(&w, T0 + 200);
	put_session(&w, T0 + 200, 49, 2, 7, 0xffff);
	put_session(&w, T0, 150, 1, 0, 0xffff);
	put_session(&w, T0 + 150, 50, 3, 0, 0xffff);
	/* 2 hours east. */
	fw_define(&w, ACTIVITY, 34, 2, 253, 4, 0x86, 5, 4, 0x86);
	fw_head(&w, ACTIVITY);
	fw_uint(&w, 4, T0 + 250);
	fw_uint(&w, 4, T0 + 250 + 7201);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_str(d.kind, "activity", "kind");
	is_int(d.n_activities, 2, "the transition is no activity");
	act = &d.activities[0];
	is_int(act->sport, SPORT_RUN, "first in time comes first");
	ok(act->start_us == U0, "start");
	is_int(act->utc_offset_s, 7200, "offset, rounded");
	is_str(act->device, "Garmin 1036", "device");
	is_str(act->provider, "file", "provider");
	is_int(act->streams->n, 100, "its records");
	is_int(act->n_laps, 2, "its laps");
	is_int(act->laps[1].start_s, 60, "second lap");
	is_near(act->laps[0].sum.distance_m, 177, 1e-9, "lap distance");
	is_near(act->sum.elapsed_s, 150, 0, "elapsed as said");
	is_near(act->sum.moving_s, 99, 0, "the timer's events count");
	is_near(act->sum.distance_m, 297, 1e-9, "distance from the records");
	ok(!streams_has(act->streams, STREAM_POWER), "no power meter");
	ok(streams_has(act->streams, STREAM_SPEED), "speed from distance");
	act = &d.activities[1];
	is_int(act->sport, SPORT_RIDE, "second");
	is_int(act->n_laps, 1, "its lap");
	is_near(act->sum.average_power_w, 100, 2, "power with zeros");
	is_near(act->sum.average_hr_bpm, 140, 1e-9, "heart rate");
}

static void
test_broken_off(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct decoded d;

	put_id(&w, 4);
	define_record(&w);
	put_record(&w, T0 + 5, 100, 0, 0xffff);
	put_record(&w, T0 + 5, 0xff, 100, 0xffff);
	put_record(&w, T0 + 4, 101, 200, 0xffff);
	put_record(&w, T0 + 7, 0, 50, 6000);
	put_record(&w, T0 + 90000000, 100, 300, 0xffff);
	put_record(&w, UINT32_MAX, 100, 300, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "records without a session");
	is_int(d.n_activities, 1, "make an activity");
	is_int(d.activities[0].streams->n, 2, "samples");
	is_near(d.activities[0].streams->v[STREAM_HR][0], 100, 0, "merged");
	is_near(d.activities[0].streams->v[STREAM_DISTANCE][0], 1, 0, "both");
	is_near(d.activities[0].streams->v[STREAM_DISTANCE][1], 1, 0,
	    "distance never decreases");
	ok(isnan(d.activities[0].streams->v[STREAM_HR][1]), "no pulse is none");
	ok(d.activities[0].streams->v[STREAM_POWER] == NULL, "6000 W are none");
	is_int(d.activities[0].utc_offset_s, 3600, "offset as told");
	is_int(d.n_warnings, 5, "warnings");
}

static void
test_others(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct decoded d;

	put_id(&w, 6);
	define_record(&w);
	put_record(&w, T0, 0xff, 0, 0xffff);
	is_int(fw_decode(a, &w, &d), 0, "course");
	is_str(d.kind, "course", "kind");
	is_int(d.n_activities, 0, "nobody was there");
	put_id(&w, 2);
	is_int(fw_decode(a, &w, &d), 0, "settings");
	is_str(d.kind, "settings", "kind");
	put_id(&w, 77);
	is_int(fw_decode(a, &w, &d), 0, "something else");
	is_str(d.kind, "other", "kind");
	is_int(fw_decode(a, &w, &d), 0, "no message at all");
	is_str(d.kind, "", "no kind");
}

static void
test_pulse(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct decoded d;
	const double *hr;

	put_id(&w, 4);
	define_record(&w);
	for (uint32_t i = 0; i < 10; i++)
		put_record(&w, T0 + i, 0xff, i * 100, 0xffff);
	/* The strap stood at 5000 ticks at T0 + 0.5 s, and counts on. */
	fw_define(
	    &w, HR, 132, 4, 253, 4, 0x86, 0, 2, 0x84, 9, 4, 0x86, 6, 1, 2);
	fw_head(&w, HR);
	fw_uint(&w, 4, T0);
	fw_uint(&w, 2, 16384);
	fw_uint(&w, 4, 5000);
	fw_uint(&w, 1, 70);
	fw_define(&w, HR, 132, 2, 10, 3, 0x0d, 6, 2, 2);
	fw_head(&w, HR);
	/* 5000 + 1536 = 6536 and 6536 + 3072 = 9608, last 12 bits. */
	fw_uint(&w, 1, (6536 & 0xfff) & 0xff);
	fw_uint(&w, 1, (6536 & 0xfff) >> 8 | (9608 & 0xf) << 4);
	fw_uint(&w, 1, (9608 & 0xfff) >> 4);
	fw_uint(&w, 1, 72);
	fw_uint(&w, 1, 78);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	hr = d.activities[0].streams->v[STREAM_HR];
	is_near(hr[0], 70, 0, "beat at 0.5 s");
	is_near(hr[1], 70, 0, "held");
	is_near(hr[2], 72, 0, "beat at 2.0 s");
	is_near(hr[4], 72, 0, "held");
	is_near(hr[5], 78, 0, "beat at 5.0 s");
	is_near(hr[9], 78, 0, "held for at most 5 s");
}

static void
test_pool(struct arena *a)
{
	struct fit_writer w = { 0 };
	const struct streams *s;
	struct decoded d;

	put_id(&w, 4);
	fw_define(&w, LENGTH, 101, 5, 2, 4, 0x86, 3, 4, 0x86, 6, 2, 0x84, 9, 1,
	    2, 12, 1, 0);
	for (uint32_t i = 0; i < 4; i++) {
		fw_head(&w, LENGTH);
		fw_uint(&w, 4, T0 + 30 * i);
		fw_uint(&w, 4, 25000);
		fw_uint(&w, 2, 1000);
		fw_uint(&w, 1, 24);
		fw_uint(&w, 1, i != 2);
	}
	define_record(&w);
	put_record(&w, T0 + 10, 130, UINT32_MAX, 0xffff);
	define_session(&w);
	put_session(&w, T0, 115, 5, 17, 2500);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.activities[0].sport, SPORT_SWIM, "swim");
	s = d.activities[0].streams;
	is_int(s->n, 9, "both ends of four lengths, and a record");
	is_near(s->v[STREAM_DISTANCE][s->n - 1], 75, 0, "three lengths swum");
	is_near(s->v[STREAM_SPEED][1], 1, 1e-9, "speed within a length");
	is_near(s->v[STREAM_CADENCE][1], 24, 0, "strokes");
	is_near(s->v[STREAM_SPEED][5], 0, 0, "a rest");
	is_near(d.activities[0].sum.distance_m, 75, 0, "distance");
}

static void
test_daily(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct decoded d;

	put_id(&w, 9);
	fw_define(&w, OTHER, 30, 2, 253, 4, 0x86, 0, 2, 0x84);
	fw_head(&w, OTHER);
	fw_uint(&w, 4, T0);
	fw_uint(&w, 2, 7580);
	fw_head(&w, OTHER);
	fw_uint(&w, 4, T0 + 10);
	fw_uint(&w, 2, 65534);
	fw_define(&w, OTHER, 211, 2, 253, 4, 0x86, 1, 1, 2);
	fw_head(&w, OTHER);
	fw_uint(&w, 4, T0);
	fw_uint(&w, 1, 48);
	fw_define(&w, OTHER, 370, 2, 253, 4, 0x86, 1, 2, 0x84);
	fw_head(&w, OTHER);
	fw_uint(&w, 4, T0);
	fw_uint(&w, 2, 62 * 128);
	/* 900 steps, then 1000 a bit later by the short time. */
	fw_define(&w, OTHER, 55, 3, 253, 4, 0x86, 3, 4, 0x86, 5, 1, 0);
	fw_head(&w, OTHER);
	fw_uint(&w, 4, T0);
	fw_uint(&w, 4, 900);
	fw_uint(&w, 1, 6);
	fw_define(&w, OTHER, 55, 3, 26, 2, 0x84, 3, 4, 0x86, 24, 1, 0x0d);
	fw_head(&w, OTHER);
	fw_uint(&w, 2, (T0 + 60) & 0xffff);
	fw_uint(&w, 4, 1000);
	fw_uint(&w, 1, 6 | 3 << 5);
	is_int(fw_decode(a, &w, &d), 0, "decodes");
	is_int(d.n_activities, 0, "no activity");
	is_int(d.n_daily, 4, "measurements");
	if (d.n_daily != 4)
		return;
	is_int(d.daily[0].kind, DAILY_WEIGHT, "weight");
	is_near(d.daily[0].value, 75.8, 1e-9, "the one that was done");
	is_int(d.daily[0].day, date_of_instant(U0, 3600), "local day");
	is_int(d.daily[1].kind, DAILY_REST_HR, "resting heart rate");
	is_near(d.daily[2].value, 62, 1e-9, "variability");
	is_int(d.daily[3].kind, DAILY_STEPS, "steps");
	is_near(d.daily[3].value, 1000, 0, "the latest count");
}

/* Data that ends anywhere, in a file whose checksums are right. */
static void
test_prefixes(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct buf whole = BUF_INIT;
	struct decoded d;
	bool good = true;

	put_id(&w, 4);
	define_record(&w);
	put_record(&w, T0, 100, 0, 200);
	put_event(&w, T0, 0);
	put_lap(&w, T0);
	define_session(&w);
	put_session(&w, T0, 10, 5, 17, 2500);
	buf_addstr(&whole, buf_str(&w.data));
	buf_free(&w.data);
	for (size_t n = 0; n <= whole.n; n++) {
		struct buf b = BUF_INIT;
		struct err e = ERR_INIT;

		buf_add(&w.data, whole.p, n);
		fw_finish(&w, &b);
		good = good && (file_decode(a, buf_str(&b), 0, &d, &e) == 0 ||
				   strncmp(e.msg, "FIT, byte ", 10) == 0);
		buf_free(&b);
	}
	ok(good, "every prefix of the data decodes or is refused");
	buf_free(&whole);
}

static void
test_limits(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct decoded d;

	put_id(&w, 4);
	define_session(&w);
	for (uint32_t i = 0; i < FILES_MAX_ACTIVITIES + 1; i++)
		put_session(&w, T0 + i * 100, 90, 1, 0, 0xffff);
	fw_finish(&w, &b);
	is_int(file_decode(a, buf_str(&b), NULL, &d, &e), -1, "65 sessions");
	is_int(e.code, ERR_TOO_LARGE, "are too many");
	buf_clear(&b);
	put_id(&w, 4);
	fw_define(&w, RECORD, 20, 1, 3, 1, 2);
	fw_define(&w, EVENT, 21, 1, 253, 4, 0x86);
	fw_head(&w, EVENT);
	fw_uint(&w, 4, T0);
	for (int i = 0; i < STREAMS_MAX_SAMPLES + 1; i++) {
		fw_head(&w, 0x80 | RECORD << 5);
		fw_uint(&w, 1, 100);
	}
	fw_finish(&w, &b);
	is_int(
	    file_decode(a, buf_str(&b), NULL, &d, &e), -1, "1000001 records");
	is_int(e.code, ERR_TOO_LARGE, "are too many");
	ok(strncmp(e.msg, "FIT, byte 2000", 14) == 0, "says where: %s", e.msg);
	buf_free(&b);
}

/* What a device that lost power leaves. */
static void
test_cut(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct decoded d;
	size_t last;

	put_id(&w, 4);
	define_record(&w);
	for (int i = 0; i < 70; i++) {
		last = w.data.n;
		put_record(&w, T0 + i, 100, i, 200);
	}
	last = w.data.n - last; /* bytes of a record */
	fw_finish(&w, &b);
	is_int(file_decode(a, str_make(b.p, b.n - 5), NULL, &d, &e), 0,
	    "a file without its end: %s", e.msg);
	is_int(d.activities[0].streams->n, 69, "all whole records");
	ok(d.n_warnings > 0 &&
		strstr(d.warnings[d.n_warnings - 1], "breaks off") != NULL,
	    "and a warning");
	memset(b.p + 4, 0, 4);
	b.p[12] = b.p[13] = 0; /* no checksum of the header */
	is_int(file_decode(a, str_make(b.p, b.n - 2), NULL, &d, &e), 0,
	    "a header that counts nothing yet: %s", e.msg);
	is_int(d.activities[0].streams->n, 70, "all records");
	is_int(file_decode(a, str_make(b.p, b.n - 2 - 11 * last), NULL, &d, &e),
	    -1, "59 records are too few to be kept");
	is_int(e.code, ERR_CORRUPT, "%s", e.msg);
	buf_free(&b);
}

/* What stands behind a whole ride does not cost it. */
static void
test_behind(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct decoded d;
	size_t whole;

	put_id(&w, 4);
	define_record(&w);
	for (int i = 0; i < 70; i++)
		put_record(&w, T0 + i, 100, i, 200);
	fw_finish(&w, &b);
	whole = b.n;
	for (int i = 0; i < 34; i++)
		buf_addc(&b, 0);
	is_int(file_decode(a, buf_str(&b), NULL, &d, &e), 0,
	    "zeros behind the end: %s", e.msg);
	is_int(d.activities[0].streams->n, 70, "all records");
	is_str(d.warnings[d.n_warnings - 1],
	    "bytes behind the end, passed over: 34", "and a note");
	b.p[whole + 33] = 1;
	is_int(file_decode(a, buf_str(&b), NULL, &d, &e), -1,
	    "a damaged header is refused: %s", e.msg);
	put_id(&w, 4);
	b.n = whole;
	fw_finish(&w, &b);
	is_int(file_decode(a, str_make(b.p, whole + 11), NULL, &d, &e), 0,
	    "the beginning of a header: %s", e.msg);
	is_int(d.activities[0].streams->n, 70, "all records");
	b.p[whole + 20] ^= 1;
	is_int(file_decode(a, buf_str(&b), NULL, &d, &e), -1,
	    "a damaged file is refused there too: %s", e.msg);
	buf_free(&b);
}

/* Space that was laid claim to and never written: zeros, which would be
 * sessions of no time. */
static void
test_unwritten(struct arena *a)
{
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct decoded d;

	put_id(&w, 4);
	define_record(&w);
	for (int i = 0; i < 70; i++)
		put_record(&w, T0 + i, 100, i, 200);
	fw_define(&w, 0, 18, 2, 2, 4, 0x86, 7, 4, 0x86);
	fw_finish(&w, &b);
	memset(b.p + 4, 0, 4);
	b.p[12] = b.p[13] = 0;
	b.n -= 2;
	for (int i = 0; i < 5000; i++)
		buf_addc(&b, 0);
	is_int(file_decode(a, buf_str(&b), NULL, &d, &e), 0,
	    "a file that was not finished: %s", e.msg);
	is_int(d.n_activities, 1, "is one activity");
	is_int(d.activities[0].streams->n, 70, "with all records");
	ok(d.activities[0].start_us == U0, "that began when it did");
	buf_free(&b);
}

static void
put_f64(struct fit_writer *w, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	fw_uint(w, 8, bits);
}

/* A file says itself what type its fields have: any number may stand in any. */
static void
test_absurd(struct arena *a)
{
	static const double values[] = { 1e300, -1e300, INFINITY, -1, 1e-310 };

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct fit_writer w = { 0 };
		const struct activity *act;
		struct decoded d;
		double v = values[i];

		put_id(&w, 4);
		define_record(&w);
		for (int k = 0; k < 70; k++)
			put_record(&w, T0 + k, 0xff, k * 300, 200);
		/* A strap's beat at a fraction of a second. */
		fw_define(&w, HR, 132, 4, 253, 4, 0x86, 0, 8, 0x89, 6, 1, 2, 9,
		    4, 0x86);
		fw_head(&w, HR);
		fw_uint(&w, 4, T0);
		put_f64(&w, v);
		fw_uint(&w, 1, 90);
		fw_uint(&w, 4, 1024);
		/* No start; elapsed, distance, climb, power. */
		fw_define(&w, SESSION, 18, 5, 253, 4, 0x86, 7, 8, 0x89, 9, 8,
		    0x89, 22, 8, 0x89, 20, 8, 0x89);
		fw_head(&w, SESSION);
		fw_uint(&w, 4, T0 + 69);
		for (int k = 0; k < 4; k++)
			put_f64(&w, v);
		is_int(fw_decode(a, &w, &d), 0, "decodes with %g", v);
		act = &d.activities[0];
		ok(act->start_us >= U0 && act->start_us <= U0 + 69000000,
		    "began");
		if (v > 0 && v < 1)
			continue;
		is_near(act->sum.elapsed_s, 69, 0, "lasted");
		is_near(act->sum.distance_m, 207, 1e-9, "went as far");
		is_near(act->sum.average_power_w, 200, 1e-9, "as the records");
		ok(isnan(act->sum.elevation_gain_m), "climbed nothing known");
	}
}

int
main(void)
{
	static void (*const tests[])(struct arena *) = { test_multisport,
		test_broken_off, test_others, test_pulse, test_pool, test_daily,
		test_prefixes, test_limits, test_cut, test_behind,
		test_unwritten, test_absurd };

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		struct arena *a = arena_new();

		tests[i](a);
		arena_free(&a);
	}
	return tap_done();
}
