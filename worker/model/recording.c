#include "model/recording.h"

#include "base/json.h"
#include "base/jsonw.h"
#include "model/summary.h"

static void
write_number(struct jsonw *w, const char *key, double v)
{
	if (!value_has(v))
		return;
	jsonw_key(w, key);
	jsonw_double(w, v);
}

static void
write_summary(struct jsonw *w, const struct summary *s)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < SUMMARY_COUNT; i++)
		write_number(w, summary_fields[i].name, summary_get(s, i));
	summary_format_restricted(&names, s);
	if (names.n > 0)
		jsonw_kv_str(w, "restricted", buf_str(&names));
	buf_free(&names);
}

static void
write_laps(struct jsonw *w, const struct activity *act)
{
	jsonw_kv_array(w, "laps");
	for (size_t i = 0; i < act->n_laps; i++) {
		jsonw_object(w);
		jsonw_kv_int(w, "start_s", act->laps[i].start_s);
		lap_what_json(w, &act->laps[i].what);
		write_summary(w, &act->laps[i].sum);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

void
recording_write(struct buf *out, const struct activity *act)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "name", act->name);
	jsonw_kv_cstr(&w, "device", act->device);
	jsonw_kv_cstr(&w, "gear", act->gear);
	jsonw_kv_cstr(&w, "sport", sport_type_name(act->sport));
	jsonw_kv_int(&w, "start_us", act->start_us);
	jsonw_kv_int(&w, "utc_offset_s", act->utc_offset_s);
	jsonw_kv_int(&w, "local_day", act->local_day);
	write_number(&w, "start_latitude_deg", act->start_latitude_deg);
	write_number(&w, "start_longitude_deg", act->start_longitude_deg);
	write_number(&w, "rpe", act->rpe);
	write_summary(&w, &act->sum);
	write_laps(&w, act);
	jsonw_end_object(&w);
	jsonw_done(&w);
}

/* --- reading ------------------------------------------------------------- */

static double
number_of(const cJSON *o, const char *key)
{
	const cJSON *v = json_get(o, key);

	return cJSON_IsNumber(v) ? v->valuedouble : VALUE_MISSING;
}

static int64_t
integer_of(const cJSON *o, const char *key)
{
	double v = number_of(o, key);

	return fabs(v) < 9e15 ? (int64_t)v : 0;
}

static const char *
text_of(struct arena *a, const cJSON *o, const char *key)
{
	const cJSON *v = json_get(o, key);

	return cJSON_IsString(v) ? arena_strdup(a, v->valuestring) : "";
}

static void
read_summary(const cJSON *o, struct summary *s)
{
	const cJSON *restricted = json_get(o, "restricted");

	for (size_t i = 0; i < SUMMARY_COUNT; i++)
		summary_set(s, i, number_of(o, summary_fields[i].name));
	if (cJSON_IsString(restricted))
		summary_mark_restricted(s, str_of(restricted->valuestring));
}

static void
read_what(struct arena *a, const cJSON *o, struct lap_what *what)
{
	int64_t n = integer_of(o, "repetitions");

	*what = (struct lap_what){
		.kind = lap_kind_parse(str_of(text_of(a, o, "kind"))),
		.name = text_of(a, o, "name"),
		.target = text_of(a, o, "target"),
		.repetitions = (int)MIN(MAX(n, INT64_C(0)), INT32_MAX),
		.weight_kg = number_of(o, "weight_kg"),
	};
}

static void
read_laps(struct arena *a, const cJSON *list, struct activity *out)
{
	const cJSON *lap;

	out->laps =
	    arena_many(a, (size_t)MAX(cJSON_GetArraySize(list), 1), struct lap);
	cJSON_ArrayForEach (lap, list) {
		struct lap *to = &out->laps[out->n_laps++];

		to->start_s = (int32_t)MIN(
		    MAX(integer_of(lap, "start_s"), INT64_C(0)), INT32_MAX);
		read_what(a, lap, &to->what);
		read_summary(lap, &to->sum);
	}
}

int
recording_read(
    struct arena *a, struct str text, struct activity *out, struct err *e)
{
	struct err why = ERR_INIT;
	const cJSON *o = json_parse(a, text, &why);

	activity_init(out);
	if (o == NULL || !cJSON_IsObject(o))
		return err_set(e, ERR_CORRUPT, "a stored recording: %s",
		    o == NULL ? why.msg : "no object");
	out->name = text_of(a, o, "name");
	out->device = text_of(a, o, "device");
	out->gear = text_of(a, o, "gear");
	if (!sport_type_parse(str_of(text_of(a, o, "sport")), &out->sport))
		out->sport = SPORT_OTHER;
	out->start_us = integer_of(o, "start_us");
	out->utc_offset_s = (int32_t)integer_of(o, "utc_offset_s");
	out->local_day = (int32_t)integer_of(o, "local_day");
	out->start_latitude_deg = number_of(o, "start_latitude_deg");
	out->start_longitude_deg = number_of(o, "start_longitude_deg");
	out->rpe = number_of(o, "rpe");
	read_summary(o, &out->sum);
	read_laps(a, json_get(o, "laps"), out);
	return 0;
}
