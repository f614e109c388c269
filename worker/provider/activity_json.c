#include "provider/activity_json.h"

#include "base/date.h"
#include "model/summary.h"

static void
show_start(struct jsonw *w, const struct activity *a)
{
	struct buf local = BUF_INIT;

	date_format_rfc3339(&local, a->start_us, false, a->utc_offset_s);
	jsonw_kv_instant(w, "start_time", a->start_us);
	jsonw_kv_str(w, "start_time_local", buf_str(&local));
	jsonw_kv_day(w, "local_date", a->local_day);
	buf_free(&local);
}

static void
show_content(struct jsonw *w, const struct activity *a, unsigned how)
{
	bool all = (how & ACTIVITY_ALL) != 0;

	jsonw_kv_cstr_opt(w, "name", a->name);
	jsonw_kv_cstr(w, "sport_type", sport_type_name(a->sport));
	show_start(w, a);
	jsonw_kv_cstr(w, "provider", a->provider);
	if (all) {
		jsonw_kv_cstr_opt(w, "device", a->device);
		jsonw_kv_cstr_opt(w, "gear", a->gear);
	}
	summary_json(w, &a->sum, all);
	jsonw_kv_fixed_opt(w, "rpe", a->rpe, 1);
	if ((how & ACTIVITY_PLACES) != 0) {
		jsonw_kv_fixed_opt(
		    w, "start_latitude_deg", a->start_latitude_deg, 6);
		jsonw_kv_fixed_opt(
		    w, "start_longitude_deg", a->start_longitude_deg, 6);
	}
}

static void
show_edited(struct jsonw *w, uint32_t edited)
{
	if (edited == 0)
		return;
	jsonw_kv_array(w, "edited");
	if ((edited & EDITED_NAME) != 0)
		jsonw_cstr(w, "name");
	if ((edited & EDITED_RPE) != 0)
		jsonw_cstr(w, "rpe");
	if ((edited & EDITED_SPORT) != 0)
		jsonw_cstr(w, "sport_type");
	jsonw_end_array(w);
}

void
activity_json(struct jsonw *w, const struct stored_activity *sa, unsigned how)
{
	jsonw_kv_uuid(w, "id", &sa->activity.id);
	show_content(w, &sa->activity, how);
	if (sa->recordings > 1)
		jsonw_kv_int(w, "recording_count", sa->recordings);
	if ((how & ACTIVITY_ALL) != 0)
		show_edited(w, sa->edited);
}

void
activity_json_laps(
    struct jsonw *w, const char *key, const struct activity *a, size_t max)
{
	jsonw_kv_array(w, key);
	for (size_t i = 0; i < MIN(a->n_laps, max); i++) {
		jsonw_object(w);
		jsonw_kv_int(w, "start_s", a->laps[i].start_s);
		lap_what_json(w, &a->laps[i].what);
		summary_json(w, &a->laps[i].sum, true);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void
show_gives(struct jsonw *w, uint32_t gives)
{
	jsonw_kv_array(w, "gives");
	for (int p = 0; p < PART_COUNT; p++) {
		if ((gives >> p & 1) != 0)
			jsonw_cstr(w, part_name((enum activity_part)p));
	}
	jsonw_end_array(w);
}

void
activity_json_recordings(struct jsonw *w, const char *key,
    const struct recording *list, size_t n, unsigned how)
{
	jsonw_kv_array(w, key);
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w);
		jsonw_kv_uuid(w, "id", &list[i].id);
		show_gives(w, list[i].gives);
		show_content(w, &list[i].activity, how);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}
