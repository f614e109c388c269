/* Tables of a Garmin account's export. */

#include "files/garmin.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/json.h"
#include "files/text.h"

#define US_PER_MS INT64_C(1000)
#define NEAR_S	  120
#define DAY_S	  INT64_C(86400)

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
garmin_is_json(struct str bytes)
{
	size_t i = 0;

	while (i < bytes.n && is_blank(bytes.p[i]))
		i++;
	return i < bytes.n && bytes.p[i] == '[';
}

/* --- members ------------------------------------------------------------- */

static double
number_of(const cJSON *o, const char *name)
{
	const cJSON *v = json_get(o, name);

	return cJSON_IsNumber(v) ? v->valuedouble : VALUE_MISSING;
}

/* "2024-05-01T21:43:00.0" without a zone, which is UTC, or milliseconds. */
static bool
time_of(const cJSON *o, const char *name, int64_t *us_r)
{
	const cJSON *v = json_get(o, name);
	char text[40];
	int n;

	if (cJSON_IsNumber(v) && fabs(v->valuedouble) < 1e15) {
		*us_r = (int64_t)v->valuedouble * US_PER_MS;
		return true;
	}
	if (!cJSON_IsString(v))
		return false;
	if (date_parse_rfc3339(str_of(v->valuestring), us_r, NULL))
		return true;
	n = snprintf(text, sizeof(text), "%sZ", v->valuestring);
	return n > 0 && n < (int)sizeof(text) &&
	       date_parse_rfc3339(str_of(text), us_r, NULL);
}

/* "2024-05-01", with a time behind it or without, or an object with a date. */
static bool
day_of(const cJSON *o, const char *name, int32_t *day_r)
{
	const cJSON *v = json_get(o, name);
	struct str text;

	if (cJSON_IsObject(v))
		v = json_get(v, "date");
	if (!cJSON_IsString(v))
		return false;
	text = str_of(v->valuestring);
	return date_parse_day(
	    str_make(text.p, MIN(text.n, (size_t)DATE_TEXT_LEN)), day_r);
}

static void
put(struct result *r, int32_t day, enum daily_kind kind, double v)
{
	result_daily(r, kind, day * DAY_S, 0, v);
}

/* --- tables -------------------------------------------------------------- */

static int
take_sleep(struct result *r, const cJSON *o, struct err *e)
{
	static const struct {
		const char *name;
		enum sleep_number number;
	} numbers[] = {
		{ "deepSleepSeconds", SLEEP_deep_s },
		{ "lightSleepSeconds", SLEEP_light_s },
		{ "remSleepSeconds", SLEEP_rem_s },
		{ "awakeSleepSeconds", SLEEP_awake_s },
	};
	size_t before = r->sleeps.n;
	struct sleep s, *added;
	int32_t day;

	sleep_init(&s);
	if (!time_of(o, "sleepStartTimestampGMT", &s.start_us) ||
	    !time_of(o, "sleepEndTimestampGMT", &s.end_us))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		s.v[numbers[i].number] = number_of(o, numbers[i].name);
	s.v[SLEEP_score] =
	    number_of(json_get(o, "sleepScores"), "overallScore");
	s.provider = GARMIN_PROVIDER;
	s.external_id = arena_printf(
	    r->a, "sleep:%lld", (long long)(s.start_us / DATE_US_PER_SECOND));
	if (result_sleep(r, &s, INT32_MIN, e) < 0)
		return -1;
	if (r->sleeps.n > before && day_of(o, "calendarDate", &day)) {
		added = buf_items(&r->sleeps, struct sleep) +
			buf_count(&r->sleeps, s) - 1;
		added->local_day = day;
	}
	return 0;
}

/* Stress stands apart, for the whole day and for parts of it. */
static double
stress_of(const cJSON *o)
{
	const cJSON *list =
	    json_get(json_get(o, "allDayStress"), "aggregatorList");
	const cJSON *part;

	cJSON_ArrayForEach (part, list) {
		const cJSON *type = json_get(part, "type");

		if (cJSON_IsString(type) &&
		    strcmp(type->valuestring, "TOTAL") == 0)
			return number_of(part, "averageStressLevel");
	}
	return VALUE_MISSING;
}

static void
take_day(struct result *r, const cJSON *o)
{
	int32_t day;

	if (!day_of(o, "calendarDate", &day))
		return;
	put(r, day, DAILY_REST_HR, number_of(o, "restingHeartRate"));
	put(r, day, DAILY_STRESS, stress_of(o));
	if (number_of(o, "totalSteps") > 0)
		put(r, day, DAILY_STEPS, number_of(o, "totalSteps"));
}

static void
take_health(struct result *r, const cJSON *o)
{
	const cJSON *m;
	int32_t day;

	if (!day_of(o, "calendarDate", &day))
		return;
	cJSON_ArrayForEach (m, json_get(o, "metrics")) {
		const cJSON *type = json_get(m, "type");

		if (cJSON_IsString(type) &&
		    strcmp(type->valuestring, "HRV") == 0)
			put(r, day, DAILY_HRV_RMSSD, number_of(m, "value"));
	}
}

/* Grams; the day stands beside. */
static void
take_weight(struct result *r, const cJSON *o)
{
	double grams = number_of(json_get(o, "weight"), "weight");
	int32_t day;

	if (day_of(json_get(o, "metaData"), "calendarDate", &day))
		put(r, day, DAILY_WEIGHT, grams / 1000);
}

struct table {
	const char *member; /* that none of the others has */
	const char *kind;
};

static const struct table tables[] = {
	{ "sleepStartTimestampGMT", "sleep" },
	{ "totalSteps", "days" },
	{ "restingHeartRate", "days" },
	{ "metrics", "health" },
	{ "weight", "weight" },
	{ "calendarDate", "other" },
};

static int
take(struct result *r, const cJSON *o, struct err *e)
{
	const char *kind = NULL;

	for (size_t i = 0; kind == NULL && i < ARRAY_LEN(tables); i++)
		if (json_get(o, tables[i].member) != NULL)
			kind = tables[i].kind;
	if (kind == NULL)
		return 0;
	if (result_count(r, e) < 0)
		return -1;
	if (r->out->kind[0] == '\0')
		r->out->kind = kind;
	if (strcmp(kind, "sleep") == 0)
		return take_sleep(r, o, e);
	if (strcmp(kind, "days") == 0)
		take_day(r, o);
	else if (strcmp(kind, "health") == 0)
		take_health(r, o);
	else if (strcmp(kind, "weight") == 0)
		take_weight(r, o);
	return 0;
}

static const cJSON *
parse(struct arena *a, struct str bytes, struct err *e)
{
	struct err why = ERR_INIT;
	const cJSON *root;

	if (bytes.n > GARMIN_MAX_BYTES) {
		err_set(e, ERR_TOO_LARGE,
		    "Garmin: a table of %zu bytes, at most %u are read",
		    bytes.n, GARMIN_MAX_BYTES);
		return NULL;
	}
	if (str_starts(bytes, STR("\xef\xbb\xbf")))
		bytes = str_make(bytes.p + 3, bytes.n - 3);
	root = json_parse(a, bytes, &why);
	if (root == NULL)
		err_set(e, ERR_CORRUPT, "Garmin: %s", why.msg);
	else if (!cJSON_IsArray(root))
		err_set(e, ERR_UNSUPPORTED,
		    "Garmin: the table is %s, not an array",
		    json_type_name(root));
	return cJSON_IsArray(root) ? root : NULL;
}

int
garmin_decode(struct result *r, struct str bytes, struct err *e)
{
	const cJSON *root = parse(r->a, bytes, e), *o;

	if (root == NULL)
		return -1;
	cJSON_ArrayForEach (o, root) {
		if (take(r, o, e) < 0)
			return -1;
	}
	if (r->out->kind[0] == '\0')
		return err_set(e, ERR_UNSUPPORTED,
		    "JSON, but none of the tables of a Garmin export");
	return 0;
}

/* --- names --------------------------------------------------------------- */

static void
add_name(struct garmin_names *n, const cJSON *o)
{
	const cJSON *name = json_get(o, "name");
	struct garmin_name item;
	int64_t us;

	if (!cJSON_IsString(name) || name->valuestring[0] == '\0' ||
	    !(time_of(o, "beginTimestamp", &us) ||
		time_of(o, "startTimeGmt", &us)))
		return;
	item.start_s = us / DATE_US_PER_SECOND;
	item.name =
	    text_clean(n->a, str_of(name->valuestring), ACTIVITY_MAX_NAME);
	buf_add(&n->list, &item, sizeof(item));
}

static int
compare_names(const void *a, const void *b)
{
	const struct garmin_name *x = a, *y = b;

	return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

int
garmin_names_read(
    struct garmin_names *n, struct arena *a, struct str bytes, struct err *e)
{
	struct arena *scratch = arena_new();
	const cJSON *root = parse(scratch, bytes, e), *group, *o;

	n->a = a;
	cJSON_ArrayForEach (group, root) {
		const cJSON *list =
		    json_get(group, "summarizedActivitiesExport");

		if (list == NULL)
			add_name(n, group);
		cJSON_ArrayForEach (o, list)
			add_name(n, o);
	}
	arena_free(&scratch);
	if (n->list.n > 0)
		qsort(n->list.p, buf_count(&n->list, struct garmin_name),
		    sizeof(struct garmin_name), compare_names);
	return root != NULL ? 0 : -1;
}

const char *
garmin_name_at(const struct garmin_names *n, int64_t start_s)
{
	const struct garmin_name *list =
	    buf_items(&n->list, struct garmin_name);
	size_t low = 0, high = buf_count(&n->list, struct garmin_name);
	const char *found = NULL;
	int64_t apart, best = NEAR_S + 1;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (list[mid].start_s < start_s - NEAR_S)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < buf_count(&n->list, struct garmin_name) &&
	       list[low].start_s <= start_s + NEAR_S;
	     low++) {
		apart = list[low].start_s - start_s;
		apart = MAX(apart, -apart);
		if (apart < best) {
			best = apart;
			found = list[low].name;
		}
	}
	return found;
}

void
garmin_names_free(struct garmin_names *n)
{
	buf_free(&n->list);
}
