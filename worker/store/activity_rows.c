/* Rows of activities and laps.  The order of the summary's columns is that of
 * struct summary. */

#include "store/activity_rows.h"

#include "model/summary.h"

static const char *const edits[] = { "name", "rpe", "sport" };

const char *
edits_format(uint32_t edited)
{
	static const char *const sets[] = { "", "name", "rpe", "name rpe",
		"sport", "name sport", "rpe sport", "name rpe sport" };

	return sets[edited & (EDITED_NAME | EDITED_RPE | EDITED_SPORT)];
}

static uint32_t
edits_parse(struct str names)
{
	uint32_t edited = 0;
	struct str one;

	while (names.p != NULL) {
		one = str_cut(names, ' ', &names);
		for (unsigned i = 0; i < ARRAY_LEN(edits); i++) {
			if (str_is(one, edits[i]))
				edited |= 1u << i;
		}
	}
	return edited;
}

const char *
restricted_format(struct arena *a, const struct summary *s)
{
	struct buf names = BUF_INIT;
	const char *text;

	summary_format_restricted(&names, s);
	text = arena_strndup(a, names.p != NULL ? names.p : "", names.n);
	buf_free(&names);
	return text;
}

unsigned
summary_bind(struct db_query *q, unsigned n, const struct summary *s)
{
	for (size_t i = 0; i < SUMMARY_COUNT; i++)
		db_bind_float(q, n++, summary_get(s, i));
	return n;
}

unsigned
summary_read(const struct db_query *q, unsigned col, struct summary *s)
{
	for (size_t i = 0; i < SUMMARY_COUNT; i++)
		summary_set(s, i, db_get_float(q, col++));
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
	act->gear = db_get_text(q, col + 4);
	summary_mark_restricted(&act->sum, str_of(db_get_text(q, col + 5)));
	out->edited = edits_parse(str_of(db_get_text(q, col + 6)));
	out->recordings = (int)db_get_int(q, col + 7);
	out->kept_apart = db_get_bool(q, col + 8);
}
