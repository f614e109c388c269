#include "mcp/show.h"

#include "auth/scope.h"
#include "base/check.h"
#include "base/date.h"
#include "provider/activity_json.h"

void
show_activity(struct mcp_call *call, struct jsonw *w,
    const struct stored_activity *sa, enum show how)
{
	unsigned detail = how == SHOW_DETAILED ? ACTIVITY_ALL : ACTIVITY_BASIC;

	if (how == SHOW_DETAILED && call_may(call, SCOPE_LOCATION_READ))
		detail |= ACTIVITY_PLACES;
	jsonw_object(w);
	activity_json(w, sa, detail);
	jsonw_kv_fixed_opt(w, "training_load", sa->load.value, 1);
	if (value_has(sa->load.value))
		jsonw_kv_cstr_opt(w, "load_method", sa->load.method);
	jsonw_end_object(w);
}

void
show_distance(struct buf *out, double distance_m)
{
	if (distance_m >= 1000)
		buf_printf(out, "%.1f km", distance_m / 1000);
	else
		buf_printf(out, "%.0f m", distance_m);
}

void
show_activity_line(struct buf *out, const struct stored_activity *sa)
{
	const struct activity *a = &sa->activity;
	const struct summary *s = &a->sum;
	double time_s = value_has(s->moving_s) ? s->moving_s : s->elapsed_s;
	char day[DATE_TEXT_LEN + 1];

	date_format_day(a->local_day, day);
	buf_printf(out, "%s %s (%s)", day,
	    a->name[0] != '\0' ? a->name : sport_type_title(a->sport),
	    sport_type_name(a->sport));
	if (value_has(s->distance_m) && s->distance_m > 0) {
		buf_adds(out, ", ");
		show_distance(out, s->distance_m);
	}
	if (value_has(time_s)) {
		buf_adds(out, ", ");
		date_format_duration(out, time_s);
	}
	if (value_has(sa->load.value))
		buf_printf(out, ", load %.0f", sa->load.value);
}

/* --- thresholds ---------------------------------------------------------- */

static const struct {
	const char *unit;
	const char *words;
} kinds[THRESHOLD_KIND_COUNT] = {
	[THRESHOLD_FTP_W] = { "W",
	    "ftp_w (functional threshold power of cycling)" },
	[THRESHOLD_RUN_FTP_W] = { "W",
	    "run_ftp_w (threshold power of running)" },
	[THRESHOLD_LTHR_BPM] = { "bpm",
	    "lthr_bpm (heart rate at lactate threshold)" },
	[THRESHOLD_MAX_HR_BPM] = { "bpm", "max_hr_bpm (maximum heart rate)" },
	[THRESHOLD_REST_HR_BPM] = { "bpm", "rest_hr_bpm (resting heart rate)" },
	[THRESHOLD_RUN_PACE_MPS] = { "m/s",
	    "run_pace_mps (threshold pace of running, as a speed)" },
	[THRESHOLD_CSS_MPS] = { "m/s", "css_mps (critical swim speed)" },
};

const char show_threshold_how[] =
    "The athlete sets thresholds on this server's page /account/thresholds; "
    "whoever runs it, with: pierrectl threshold set USER KIND VALUE --from "
    "DATE";

const char *
show_threshold_words(enum threshold_kind k)
{
	CHECK(k < THRESHOLD_KIND_COUNT);
	return kinds[k].words;
}

void
show_threshold(struct jsonw *w, const struct threshold *t)
{
	CHECK(t->kind < THRESHOLD_KIND_COUNT);
	jsonw_object(w);
	jsonw_kv_cstr(w, "kind", threshold_name(t->kind));
	jsonw_kv_fixed(w, "value", t->value, 3);
	jsonw_kv_cstr(w, "unit", kinds[t->kind].unit);
	jsonw_kv_day(w, "valid_from", t->day);
	jsonw_kv_cstr_opt(w, "source", t->source);
	jsonw_end_object(w);
}

/* --- zones --------------------------------------------------------------- */

static void
show_zone(struct jsonw *w, const struct zones *z,
    const struct zone_times *times, size_t i)
{
	jsonw_object(w);
	jsonw_kv_cstr(w, "name", z->zone[i].name);
	jsonw_kv_cstr(w, "title", z->zone[i].title);
	/* Not rounded to whole beats or watts: 136 is no part of a zone
	 * that begins at 136.1. */
	jsonw_kv_fixed(w, "from", z->zone[i].low, 1);
	if (isfinite(z->zone[i].high))
		jsonw_kv_fixed(w, "to", z->zone[i].high, 1);
	if (times != NULL)
		jsonw_kv_int(w, "seconds", (int64_t)times->in_s[i]);
	if (times != NULL && times->valid_s > 0)
		jsonw_kv_fixed(w, "percent",
		    100.0 * (double)times->in_s[i] / (double)times->valid_s, 1);
	jsonw_end_object(w);
}

void
show_zones(struct jsonw *w, const char *key, const struct zones *z,
    const struct zone_times *times)
{
	jsonw_kv_object(w, key);
	if (z->n > 0) {
		jsonw_kv_cstr(w, "scheme", zones_scheme_name(z->scheme));
		jsonw_kv_cstr(w, "source", zones_scheme_source(z->scheme));
		jsonw_kv_cstr(w, "unit", zones_scheme_unit(z->scheme));
	}
	if (z->n > 0 && times != NULL) {
		jsonw_kv_int(w, "valid_s", (int64_t)times->valid_s);
		jsonw_kv_int(w, "below_s", (int64_t)times->below_s);
	}
	jsonw_kv_cstr(w, "reason", z->reason);
	jsonw_kv_array(w, "zones");
	for (size_t i = 0; i < z->n; i++)
		show_zone(w, z, times, i);
	jsonw_end_array(w);
	jsonw_end_object(w);
}
