/* What an export says of its files, beside them. */

#include "files/export.h"
#include "files/track.h"

#define US_PER_S INT64_C(1000000)

static void
bring_pulse(
    struct arena *a, struct activity *track, const struct activity *workout)
{
	int64_t shift_us = track->start_us - workout->start_us;

	if (track->streams != NULL && workout->streams != NULL)
		streams_bring(a, track->streams, workout->streams,
		    shift_us / US_PER_S, STREAM_HR);
}

/* The workout with the samples of its track. */
static void
apply_workout(
    struct arena *a, struct decoded *d, const struct activity *workout)
{
	struct activity *act = arena_memdup(a, workout, sizeof(*workout));

	if (d->n_activities > 0) {
		act->streams = d->activities[0].streams;
		bring_pulse(a, &d->activities[0], workout);
		act->start_us = d->activities[0].start_us;
		act->start_latitude_deg = d->activities[0].start_latitude_deg;
		act->start_longitude_deg = d->activities[0].start_longitude_deg;
	}
	d->activities = act;
	d->n_activities = 1;
}

static void
apply_names(struct decoded *d, const struct garmin_names *names)
{
	for (size_t i = 0; i < d->n_activities; i++) {
		struct activity *act = &d->activities[i];
		const char *name =
		    garmin_name_at(names, act->start_us / US_PER_S);

		if (name != NULL)
			act->name = name;
	}
}

void
export_apply(struct arena *a, struct decoded *d, const struct export_hint *hint)
{
	enum sport_type sport = track_sport(str_of(hint->sport));

	if (hint->workout != NULL)
		apply_workout(a, d, hint->workout);
	if (hint->names != NULL)
		apply_names(d, hint->names);
	for (size_t i = 0; i < d->n_activities; i++)
		if (hint->gear[0] != '\0')
			d->activities[i].gear = hint->gear;
	/* Of several activities in one file it says which is meant. */
	if (d->n_activities != 1)
		return;
	if (hint->name[0] != '\0')
		d->activities[0].name = hint->name;
	if (sport != SPORT_OTHER)
		d->activities[0].sport = sport;
}
