/* Decodes each file it is given and prints what is in it, for t/51-files.t:
 * a line for the file, then one for each activity and measurement.  Without
 * arguments it is a unit test that has nothing to do. */

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/date.h"
#include "files/decode.h"
#include "slurp.h"

static void
print_number(const char *name, double v)
{
	if (!isnan(v))
		printf("|%s=%.10g", name, v);
}

/* Bytes of the six channels that sensors give by the second. */
static size_t
sensors_size(const struct streams *s)
{
	struct streams six = *s;
	struct buf stored = BUF_INIT;
	size_t n;

	six.v[STREAM_LAT] = six.v[STREAM_LON] = six.v[STREAM_TEMP] = NULL;
	streams_encode(&stored, &six);
	n = stored.n;
	buf_free(&stored);
	return n;
}

static void
print_activity(const struct activity *act)
{
	struct buf start = BUF_INIT, stored = BUF_INIT;

	date_format_rfc3339(&start, act->start_us, false, act->utc_offset_s);
	printf("activity|sport=%s|start=%s|name=%s|device=%s|laps=%zu",
	    sport_type_name(act->sport), buf_cstr(&start), act->name,
	    act->device, act->n_laps);
	print_number("elapsed", act->sum.elapsed_s);
	print_number("moving", act->sum.moving_s);
	print_number("distance", act->sum.distance_m);
	print_number("gain", act->sum.elevation_gain_m);
	print_number("loss", act->sum.elevation_loss_m);
	print_number("speed", act->sum.average_speed_mps);
	print_number("max_speed", act->sum.max_speed_mps);
	print_number("hr", act->sum.average_hr_bpm);
	print_number("max_hr", act->sum.max_hr_bpm);
	print_number("power", act->sum.average_power_w);
	print_number("max_power", act->sum.max_power_w);
	print_number("cadence", act->sum.average_cadence_rpm);
	print_number("calories", act->sum.calories_kcal);
	print_number("temperature", act->sum.average_temperature_c);
	print_number("latitude", act->start_latitude_deg);
	print_number("longitude", act->start_longitude_deg);
	if (act->streams != NULL) {
		streams_encode(&stored, act->streams);
		printf("|samples=%zu|stored=%zu|sensors=%zu", act->streams->n,
		    stored.n, sensors_size(act->streams));
		for (int k = 0; k < STREAM_KIND_COUNT; k++)
			print_number(stream_name((enum stream_kind)k),
			    streams_has(act->streams, (enum stream_kind)k)
				? streams_coverage(
				      act->streams, (enum stream_kind)k)
				: NAN);
	}
	printf("\n");
	buf_free(&start);
	buf_free(&stored);
}

static void
print_decoded(const char *path, const struct decoded *d)
{
	char day[DATE_TEXT_LEN + 1];

	printf("file|path=%s|format=%s|kind=%s|activities=%zu|daily=%zu\n",
	    path, file_format_name(d->format), d->kind, d->n_activities,
	    d->n_daily);
	for (size_t i = 0; i < d->n_activities; i++)
		print_activity(&d->activities[i]);
	for (size_t i = 0; i < d->n_daily; i++) {
		date_format_day(d->daily[i].day, day);
		printf("daily|day=%s|%s=%.10g\n", day,
		    daily_name(d->daily[i].kind), d->daily[i].value);
	}
	for (size_t i = 0; i < d->n_thresholds; i++) {
		date_format_day(d->thresholds[i].day, day);
		printf("threshold|day=%s|%s=%.10g\n", day,
		    threshold_name(d->thresholds[i].kind),
		    d->thresholds[i].value);
	}
	for (size_t i = 0; i < d->n_warnings; i++)
		printf("warning|text=%s\n", d->warnings[i]);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		printf("1..0 # SKIP prints what is in the files it is given\n");
	for (int i = 1; i < argc; i++) {
		struct arena *a = arena_new();
		struct buf b = BUF_INIT;
		struct err e = ERR_INIT;
		struct decoded d;

		if (slurp(&b, argv[i]) < 0)
			printf("unreadable|path=%s\n", argv[i]);
		else if (file_decode(a, buf_str(&b), NULL, &d, &e) < 0)
			printf("error|path=%s|code=%s|message=%s\n", argv[i],
			    err_name(e.code), e.msg);
		else
			print_decoded(argv[i], &d);
		buf_free(&b);
		arena_free(&a);
	}
	return 0;
}
