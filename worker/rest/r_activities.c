/* /api/activities: list, read, edit and delete. */

#include "app.h"
#include "auth/who.h"
#include "base/date.h"
#include "base/json.h"
#include "http/http.h"
#include "provider/activity_json.h"
#include "provider/change.h"
#include "rest/activities.h"
#include "rest/rest.h"

#define LIST_DEFAULT 50
#define LIST_MAX     200

struct owner
rest_owner(const struct http_req *req)
{
	const struct who *who = http_who(req);

	return (struct owner){ who->tenant_id, who->user_id };
}

unsigned
rest_activity_detail(const struct http_req *req)
{
	return ACTIVITY_ALL |
	       ((http_who(req)->scopes & SCOPE_LOCATION_READ) != 0
		       ? ACTIVITY_PLACES
		       : 0u);
}

int
rest_no_activity(struct http_req *req, struct err *e)
{
	struct str text = http_param(req, "id");

	return err_set(e, ERR_NOT_FOUND, "there is no activity %.*s",
	    (int)MIN(text.n, (size_t)80), text.p);
}

int
rest_activity_id(struct http_req *req, struct uuid *id, struct err *e)
{
	return uuid_parse(http_param(req, "id"), id) ? 0
						     : rest_no_activity(req, e);
}

int
rest_activity(struct http_req *req, struct stored_activity *sa, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct uuid id;
	int rc;

	if (rest_activity_id(req, &id, e) < 0)
		return -1;
	rc = activities_get(app->db, http_arena(req), &o, &id, sa, e);
	return rc == 0 ? rest_no_activity(req, e) : MIN(rc, 0);
}

/* --- one ----------------------------------------------------------------- */

static int
reply_activity(struct http_req *req, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	unsigned how = rest_activity_detail(req);
	struct stored_activity sa;
	struct recording *list;
	struct jsonw w;
	size_t n;

	if (rest_activity(req, &sa, e) < 0 ||
	    activities_read_laps(
		app->db, http_arena(req), &o, &sa.activity, e) < 0 ||
	    recordings_list(app->db, http_arena(req), &o, &sa.activity.id,
		&list, &n, e) < 0)
		return -1;
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	activity_json(&w, &sa, how);
	activity_json_laps(&w, "laps", &sa.activity, ACTIVITY_MAX_LAPS);
	if (n > 0)
		activity_json_recordings(&w, "recordings", list, n, how);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, 200, REST_JSON);
	return 0;
}

void
rest_activity_get(struct http_req *req)
{
	struct err e = ERR_INIT;

	if (reply_activity(req, &e) < 0)
		http_reply_error(req, &e);
}

/* --- the list ------------------------------------------------------------ */

int
rest_query_day(
    struct http_req *req, const char *name, int32_t *day, struct err *e)
{
	struct str text;
	int rc = http_query_get(req, name, &text, e);

	if (rc > 0 && !date_parse_day(text, day))
		return err_set(e, ERR_INVALID, "%s: a day as 2026-11-01", name);
	return rc;
}

static int
query_limit(struct http_req *req, struct activity_filter *f, struct err *e)
{
	int64_t limit = LIST_DEFAULT;
	struct str text;
	int rc = http_query_get(req, "limit", &text, e);

	if (rc < 0)
		return -1;
	if (rc > 0 &&
	    (!str_to_i64(text, &limit) || limit < 1 || limit > LIST_MAX))
		return err_set(
		    e, ERR_INVALID, "limit: a number from 1 to %d", LIST_MAX);
	f->limit = (unsigned)limit;
	return 0;
}

static int
query_kind(struct http_req *req, struct activity_filter *f, struct err *e)
{
	enum sport_type sport;
	struct str text;
	int rc = http_query_get(req, "sport_type", &text, e);

	if (rc < 0)
		return -1;
	if (rc > 0) {
		if (!sport_type_parse(text, &sport))
			return err_set(e, ERR_INVALID,
			    "sport_type: there is no sport %.*s",
			    (int)MIN(text.n, (size_t)40), text.p);
		f->sport = (int)sport;
	}
	rc = http_query_get(req, "provider", &text, e);
	if (rc > 0)
		f->provider = arena_strndup(http_arena(req), text.p, text.n);
	return MIN(rc, 0);
}

static int
read_filter(struct http_req *req, struct activity_filter *f, struct err *e)
{
	struct str text;
	int rc;

	activity_filter_init(f);
	if (query_limit(req, f, e) < 0 ||
	    rest_query_day(req, "from", &f->from_day, e) < 0 ||
	    rest_query_day(req, "to", &f->to_day, e) < 0 ||
	    query_kind(req, f, e) < 0)
		return -1;
	if (f->from_day > f->to_day)
		return err_set(
		    e, ERR_INVALID, "from: a day that is not after to");
	rc = http_query_get(req, "cursor", &text, e);
	if (rc < 0 || http_query_end(req, e) < 0)
		return -1;
	return rc > 0 ? activities_cursor_read(text, f, e) : 0;
}

static void
reply_list(struct http_req *req, const struct activity_filter *f,
    const struct stored_activity *list, size_t n)
{
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, "activities");
	for (size_t i = 0; i < MIN(n, (size_t)f->limit); i++) {
		jsonw_object(&w);
		activity_json(&w, &list[i], ACTIVITY_BASIC);
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	if (n > f->limit)
		jsonw_kv_cstr(&w, "next_cursor",
		    activities_cursor(
			http_arena(req), &list[f->limit - 1].activity));
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, 200, REST_JSON);
}

void
rest_activities(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct err e = ERR_INIT;
	struct activity_filter f, more;
	struct stored_activity *list;
	size_t n;
	int rc = read_filter(req, &f, &e);

	if (rc == 0) {
		/* One more tells whether there are more. */
		more = f;
		more.limit++;
		rc = activities_list(
		    app->db, http_arena(req), &o, &more, &list, &n, &e);
	}
	if (rc < 0)
		http_reply_error(req, &e);
	else
		reply_list(req, &f, list, n);
}

/* --- changing ------------------------------------------------------------ */

static int
read_name(const cJSON *v, struct change_edit *edit, struct err *e)
{
	edit->what |= EDITED_NAME;
	edit->name = "";
	if (cJSON_IsNull(v))
		return 0;
	if (!cJSON_IsString(v) || v->valuestring[0] == '\0' ||
	    strlen(v->valuestring) > ACTIVITY_MAX_NAME)
		return err_set(e, ERR_INVALID,
		    "name: a text of 1 to %d bytes, or null",
		    ACTIVITY_MAX_NAME);
	edit->name = v->valuestring;
	return 0;
}

static int
read_rpe(const cJSON *v, struct change_edit *edit, struct err *e)
{
	edit->what |= EDITED_RPE;
	edit->rpe = VALUE_MISSING;
	if (cJSON_IsNull(v))
		return 0;
	if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > 10)
		return err_set(
		    e, ERR_INVALID, "rpe: a number from 0 to 10, or null");
	edit->rpe = v->valuedouble;
	return 0;
}

static int
read_sport(const cJSON *v, struct change_edit *edit, struct err *e)
{
	edit->what |= EDITED_SPORT;
	if (!cJSON_IsString(v) ||
	    !sport_type_parse(str_of(v->valuestring), &edit->sport))
		return err_set(
		    e, ERR_INVALID, "sport_type: the name of a sport");
	return 0;
}

static int
read_member(const cJSON *v, struct change_edit *edit, struct err *e)
{
	if (strcmp(v->string, "name") == 0)
		return read_name(v, edit, e);
	if (strcmp(v->string, "rpe") == 0)
		return read_rpe(v, edit, e);
	if (strcmp(v->string, "sport_type") == 0)
		return read_sport(v, edit, e);
	return err_set(e, ERR_INVALID,
	    "%.40s: not a field that can be changed; name, rpe and sport_type "
	    "can",
	    v->string);
}

/* A JSON merge patch (RFC 7396). */
static int
read_edit(struct http_req *req, struct change_edit *edit, struct err *e)
{
	const cJSON *o = json_parse(http_arena(req), http_body(req), e), *v;

	*edit = (struct change_edit){ .name = "" };
	if (o == NULL)
		return -1;
	if (!cJSON_IsObject(o) || o->child == NULL)
		return err_set(e, ERR_INVALID,
		    "an object with name, rpe or sport_type is expected");
	cJSON_ArrayForEach (v, o) {
		if (read_member(v, edit, e) < 0)
			return -1;
	}
	return 0;
}

void
rest_activity_patch(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct err e = ERR_INIT;
	struct change_edit edit;
	struct uuid id;
	int rc = -1;

	if (rest_activity_id(req, &id, &e) == 0 &&
	    read_edit(req, &edit, &e) == 0)
		rc = change_edit(app->db, http_arena(req), &o, &id, &edit, &e);
	if (rc == 0)
		rc = rest_no_activity(req, &e);
	if (rc < 0 || reply_activity(req, &e) < 0)
		http_reply_error(req, &e);
}

void
rest_activity_delete(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct err e = ERR_INIT;
	struct uuid id;
	int rc = rest_activity_id(req, &id, &e);

	if (rc == 0)
		rc = change_delete(app->db, http_arena(req), &o, &id, &e);
	if (rc == 0)
		rc = rest_no_activity(req, &e);
	if (rc < 0)
		http_reply_error(req, &e);
	else
		http_reply(req, 204, NULL);
}
