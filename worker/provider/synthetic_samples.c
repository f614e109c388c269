#include "provider/synthetic.h"

#include <stdio.h>

#include "base/check.h"
#include "base/rand.h"

/* One session as a device would have recorded it, second by second. */

#define CENTRE_LAT_DEG 52.4730
#define CENTRE_LON_DEG 13.4030
#define LOOP_M	       12000.0
#define EARTH_RADIUS_M 6371008.8
#define PI	       3.14159265358979323846

/* A piece of a session: so long, at this share of threshold. */
struct piece {
	int32_t s;
	double intensity;
};

struct session {
	enum sport_type sport;
	const char *name;
	double rpe;
	bool fixed; /* its length does not follow the week's share */
	struct piece warm_up;
	int repeats; /* of work and recovery */
	struct piece work;
	struct piece recovery;
	struct piece cool_down;
};

static const struct session sessions[] = {
	[SESSION_RUN_INTERVALS] = { SPORT_RUN, "6 x 3 min intervals", 8, true,
	    { 900, 0.72 }, 6, { 180, 1.06 }, { 120, 0.60 }, { 600, 0.70 } },
	[SESSION_RUN_EASY] = { SPORT_RUN, "Easy run", 3, false, { 0, 0 }, 1,
	    { 2700, 0.76 }, { 0, 0 }, { 0, 0 } },
	[SESSION_RUN_LONG] = { SPORT_RUN, "Long run", 5, false, { 0, 0 }, 1,
	    { 5400, 0.77 }, { 0, 0 }, { 0, 0 } },
	[SESSION_RIDE_ENDURANCE] = { SPORT_RIDE, "Endurance ride", 4, false,
	    { 0, 0 }, 1, { 5400, 0.68 }, { 0, 0 }, { 0, 0 } },
	[SESSION_RIDE_THRESHOLD] = { SPORT_RIDE, "3 x 12 min at threshold", 8,
	    true, { 900, 0.55 }, 3, { 720, 0.98 }, { 300, 0.50 },
	    { 600, 0.50 } },
	[SESSION_RIDE_LONG] = { SPORT_RIDE, "Long ride", 6, false, { 0, 0 }, 1,
	    { 11700, 0.66 }, { 0, 0 }, { 0, 0 } },
	[SESSION_STRENGTH] = { SPORT_STRENGTH, "Strength", 5, true, { 0, 0 }, 1,
	    { 2700, 0.35 }, { 0, 0 }, { 0, 0 } },
};

static int32_t
session_length(const struct session *s, double share)
{
	int32_t all = s->warm_up.s + s->repeats * (s->work.s + s->recovery.s) +
		      s->cool_down.s;

	return s->fixed ? all : (int32_t)(all * share);
}

/* Share of threshold that is asked for at a second. */
static double
target_at(const struct session *s, int32_t t)
{
	int32_t turn = s->work.s + s->recovery.s;

	if (t < s->warm_up.s)
		return s->warm_up.intensity;
	t -= s->warm_up.s;
	if (s->repeats == 1 || t < s->repeats * turn)
		return s->recovery.s == 0 || t % turn < s->work.s
			   ? s->work.intensity
			   : s->recovery.intensity;
	return s->cool_down.intensity;
}

/* What drifts along with the seconds. */
struct body {
	struct prng g;
	int number;
	double rest_bpm;
	double hr_bpm;
	double noise;	 /* of output, first-order autoregressive */
	int32_t coast_s; /* still not pedalling for so long */
};

static void
body_init(struct body *b, int number)
{
	*b = (struct body){ .number = number };
	prng_seed(&b->g, UINT64_C(0x5eed0000) + (uint64_t)number);
	b->rest_bpm =
	    SYNTHETIC_REST_HR_FIRST_BPM +
	    (SYNTHETIC_REST_HR_LAST_BPM - SYNTHETIC_REST_HR_FIRST_BPM) *
		number / (SYNTHETIC_DAYS - 1);
	b->hr_bpm = b->rest_bpm + 30;
}

/* Output as a share of threshold, with its unrest; 0 while coasting. */
static double
body_output(struct body *b, double target, bool may_coast)
{
	b->noise = 0.93 * b->noise + 0.03 * prng_normal(&b->g);
	if (may_coast && b->coast_s == 0 && prng_unit(&b->g) < 0.004)
		b->coast_s = 4 + (int32_t)(prng_unit(&b->g) * 10);
	if (b->coast_s > 0) {
		b->coast_s--;
		return 0;
	}
	return MAX(0.05, target * (1 + b->noise));
}

/* Heart rate follows the target with a lag of half a minute, and drifts. */
static double
body_heart(struct body *b, double target, int32_t t)
{
	double steady = b->rest_bpm + (SYNTHETIC_LTHR_BPM - b->rest_bpm) *
					  (0.35 + 0.65 * target);

	steady *= 1 + SYNTHETIC_DRIFT_PER_HOUR * t / 3600;
	b->hr_bpm += (MIN(steady, SYNTHETIC_MAX_HR_BPM) - b->hr_bpm) / 30;
	return round(b->hr_bpm + prng_normal(&b->g) * 0.6);
}

struct columns {
	double *hr, *power, *cadence, *speed, *distance, *altitude, *lat, *lon;
};

static void
add_columns(struct arena *a, struct streams *s, enum sport_family family,
    struct columns *c)
{
	c->hr = streams_add(a, s, STREAM_HR);
	if (family == FAMILY_STRENGTH)
		return;
	if (family == FAMILY_RIDE)
		c->power = streams_add(a, s, STREAM_POWER);
	c->cadence = streams_add(a, s, STREAM_CADENCE);
	c->speed = streams_add(a, s, STREAM_SPEED);
	c->distance = streams_add(a, s, STREAM_DISTANCE);
	c->altitude = streams_add(a, s, STREAM_ALTITUDE);
	c->lat = streams_add(a, s, STREAM_LAT);
	c->lon = streams_add(a, s, STREAM_LON);
}

/* Rounds of a circle, over two low hills. */
static void
put_place(struct columns *c, size_t i, double distance_m)
{
	double angle = distance_m / LOOP_M * 2 * PI;
	double radius_deg = LOOP_M / (2 * PI) / EARTH_RADIUS_M * 180 / PI;

	c->distance[i] = round(distance_m * 100) / 100;
	c->altitude[i] = round((48 + 14 * sin(2 * angle)) * 5) / 5;
	c->lat[i] = CENTRE_LAT_DEG + radius_deg * sin(angle);
	c->lon[i] = CENTRE_LON_DEG +
		    radius_deg * cos(angle) / cos(CENTRE_LAT_DEG * PI / 180);
}

/* Air resistance wants power by the cube of speed. */
static double
ride_speed(double watts, double before_mps)
{
	double steady = 1.45 * cbrt(watts);

	return before_mps + (steady - before_mps) / 12;
}

static void
put_second(struct body *b, struct columns *c, size_t i, double target,
    enum sport_family family, double *distance_m)
{
	double out = body_output(b, target, family == FAMILY_RIDE);
	double before = i > 0 && c->speed != NULL ? c->speed[i - 1] : 0;

	c->hr[i] = body_heart(b, target, (int32_t)i);
	if (family == FAMILY_STRENGTH)
		return;
	if (family == FAMILY_RIDE) {
		c->power[i] = round(out * synthetic_ftp_w(b->number));
		c->speed[i] = ride_speed(c->power[i], before);
		c->cadence[i] = out == 0 ? 0 : round(88 + 4 * b->noise * 20);
	} else {
		c->speed[i] = out * SYNTHETIC_RUN_THRESHOLD_MPS;
		c->cadence[i] = round(78 + 10 * out);
	}
	c->speed[i] = round(c->speed[i] * 1000) / 1000;
	if (i > 0)
		*distance_m += c->speed[i];
	put_place(c, i, *distance_m);
}

static struct streams *
make_samples(struct arena *a, const struct session *s, int number, int32_t n)
{
	enum sport_family family = sport_type_family(s->sport);
	struct streams *out = streams_new(a, (size_t)n + 1);
	struct columns c = { 0 };
	struct body b;
	double distance_m = 0;

	add_columns(a, out, family, &c);
	body_init(&b, number);
	for (int32_t t = 0; t <= n; t++) {
		out->t_s[t] = t;
		put_second(
		    &b, &c, (size_t)t, target_at(s, t), family, &distance_m);
	}
	return out;
}

/* A lap a piece, as an athlete would press the button. */
static void
make_laps(struct arena *a, struct activity *act, const struct session *s)
{
	int32_t at = 0, i = 0;

	if (s->repeats == 1)
		return;
	act->laps = arena_many(a, (size_t)(2 * s->repeats + 2), struct lap);
	for (int k = 0; k < 2 * s->repeats + 2; k++) {
		int32_t length = k == 0			   ? s->warm_up.s
				 : k == 2 * s->repeats + 1 ? s->cool_down.s
				 : k % 2 == 1		   ? s->work.s
							   : s->recovery.s;

		act->laps[i] = (struct lap){ .start_s = at };
		summary_init(&act->laps[i].sum);
		act->laps[i].sum.elapsed_s = length;
		act->laps[i].sum.moving_s = length;
		i++;
		at += length;
	}
	act->n_laps = (size_t)i;
}

struct activity *
synthetic_activity(struct arena *a, int number, int32_t day,
    int64_t midnight_us, int32_t utc_offset_s)
{
	double share;
	enum synthetic_session kind = synthetic_plan(number, &share);
	const struct session *s = &sessions[kind];
	bool weekend = number % 7 >= 5;
	struct activity *act;

	if (kind == SESSION_REST)
		return NULL;
	act = arena_one(a, struct activity);
	activity_init(act);
	act->provider = SYNTHETIC_PROVIDER;
	act->external_id = arena_printf(a, "day-%03d", number);
	act->name = s->name;
	act->device = "Synthetic";
	act->sport = s->sport;
	act->rpe = s->rpe;
	act->start_us = midnight_us + (weekend ? 9 : 18) * INT64_C(3600000000);
	act->utc_offset_s = utc_offset_s;
	act->local_day = day;
	act->streams = make_samples(a, s, number, session_length(s, share));
	make_laps(a, act, s);
	activity_complete(act);
	return act;
}
