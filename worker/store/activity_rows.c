/* Rows of activities and laps.  The order of the summary's columns is that of
 * struct summary. */

#include "store/activity_rows.h"

static const size_t summary_fields[] = {
	offsetof(struct summary, elapsed_s),
	offsetof(struct summary, moving_s),
	offsetof(struct summary, distance_m),
	offsetof(struct summary, elevation_gain_m),
	offsetof(struct summary, elevation_loss_m),
	offsetof(struct summary, average_speed_mps),
	offsetof(struct summary, max_speed_mps),
	offsetof(struct summary, average_hr_bpm),
	offsetof(struct summary, max_hr_bpm),
	offsetof(struct summary, average_power_w),
	offsetof(struct summary, max_power_w),
	offsetof(struct summary, average_cadence_rpm),
	offsetof(struct summary, max_cadence_rpm),
	offsetof(struct summary, calories_kcal),
	offsetof(struct summary, average_temperature_c),
};

_Static_assert(sizeof(summary_fields) / sizeof(summary_fields[0]) ==
		   sizeof(struct summary) / sizeof(double),
    "a field of struct summary has no column");

unsigned
summary_bind(struct db_query *q, unsigned n, const struct summary *s)
{
	for (size_t i = 0; i < ARRAY_LEN(summary_fields); i++) {
		double v;

		memcpy(&v, (const char *)s + summary_fields[i], sizeof(v));
		db_bind_float(q, n++, v);
	}
	return n;
}

unsigned
summary_read(const struct db_query *q, unsigned col, struct summary *s)
{
	for (size_t i = 0; i < ARRAY_LEN(summary_fields); i++) {
		double v = db_get_float(q, col++);

		memcpy((char *)s + summary_fields[i], &v, sizeof(v));
	}
	return col;
}

void
stored_activity_read(const struct db_query *q, struct stored_activity *out)
{
	struct activity *act = &out->activity;
	unsigned col;

	activity_init(act);
	act->id = db_get_uuid(q, 0);
	act->provider = db_get_text(q, 1);
	act->external_id = db_get_text(q, 2);
	act->name = db_get_text(q, 3);
	act->device = db_get_text(q, 4);
	if (!sport_type_parse(str_of(db_get_text(q, 5)), &act->sport))
		act->sport = SPORT_OTHER;
	act->start_us = db_get_time(q, 6);
	act->utc_offset_s = (int32_t)db_get_int(q, 7);
	act->local_day = db_get_day(q, 8);
	act->start_latitude_deg = db_get_float(q, 9);
	act->start_longitude_deg = db_get_float(q, 10);
	act->rpe = db_get_float(q, 11);
	col = summary_read(q, 12, &act->sum);
	out->load = (struct stored_load){
		.activity_id = act->id,
		.local_day = act->local_day,
		.value = db_get_float(q, col),
		.method = db_get_text(q, col + 1),
		.intensity_factor = db_get_float(q, col + 2),
		.key = db_get_int(q, col + 3),
	};
}
