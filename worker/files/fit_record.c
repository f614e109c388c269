/* Record messages as samples: old and enhanced fields, packed components. */

#include "files/fit_record.h"

#include "files/fit_profile.h"
#include "files/fit_value.h"
#include "model/value.h"

/* compressed_speed_distance: 12 bits of speed in 1/100 m/s, then the last 12
 * bits of the distance in 1/16 m. */
#define PACKED_SIZE    3
#define PACKED_MASK    0xfffu
#define SPEED_STEPS    100.0
#define DISTANCE_STEPS 16.0

static void
unpack_speed_distance(struct fit_sample *s, struct fit_accumulator *acc,
    const struct fit_message *m)
{
	const struct fit_field *f = fit_get_field(m, FIT_RECORD_SPEED_DISTANCE);
	const uint8_t *p;
	uint32_t speed, distance;

	if (f == NULL || f->size < PACKED_SIZE)
		return;
	p = m->data + f->offset;
	if (p[0] == 0xff && p[1] == 0xff && p[2] == 0xff)
		return;
	speed = p[0] | (p[1] & 0x0fu) << 8;
	distance = p[1] >> 4 | (uint32_t)p[2] << 4;
	acc->distance += (distance - acc->distance) & PACKED_MASK;
	s->v[STREAM_SPEED] = speed / SPEED_STEPS;
	s->v[STREAM_DISTANCE] = acc->distance / DISTANCE_STEPS;
}

static double
cadence_of(const struct fit_message *m)
{
	double fine = fit_get(m, FIT_RECORD_CADENCE_256);

	return !isnan(fine) ? fine
			    : fit_get_fraction(m, FIT_RECORD_CADENCE,
				  FIT_RECORD_CADENCE_FRACTION);
}

static void
replace(double *to, double v)
{
	if (!isnan(v))
		*to = v;
}

void
fit_sample_of(struct fit_sample *s, struct fit_accumulator *acc,
    const struct fit_message *m)
{
	double distance = fit_get(m, FIT_RECORD_DISTANCE);

	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		s->v[k] = VALUE_MISSING;
	s->time = m->time;
	s->v[STREAM_LAT] = fit_get(m, FIT_RECORD_LAT);
	s->v[STREAM_LON] = fit_get(m, FIT_RECORD_LON);
	s->v[STREAM_HR] = fit_get(m, FIT_RECORD_HR);
	s->v[STREAM_POWER] = fit_get(m, FIT_RECORD_POWER);
	s->v[STREAM_CADENCE] = cadence_of(m);
	s->v[STREAM_TEMP] = fit_get(m, FIT_RECORD_TEMPERATURE);
	s->v[STREAM_ALTITUDE] = fit_get_either(
	    m, FIT_RECORD_ALTITUDE_ENHANCED, FIT_RECORD_ALTITUDE);
	unpack_speed_distance(s, acc, m);
	replace(&s->v[STREAM_SPEED],
	    fit_get_either(m, FIT_RECORD_SPEED_ENHANCED, FIT_RECORD_SPEED));
	replace(&s->v[STREAM_DISTANCE], distance);
	if (distance >= 0 && distance * DISTANCE_STEPS < UINT32_MAX)
		acc->distance = (uint32_t)(distance * DISTANCE_STEPS);
}
