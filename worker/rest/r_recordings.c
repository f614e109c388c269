/* /api/activities/{id}: its recordings, taken apart and put together. */

#include "app.h"
#include "auth/who.h"
#include "base/json.h"
#include "http/http.h"
#include "model/summary.h"
#include "provider/activity_json.h"
#include "provider/change.h"
#include "rest/activities.h"
#include "rest/rest.h"

/* An activity of one recording has that one, which gives everything. */
static struct recording
only_one(const struct stored_activity *sa)
{
	return (struct recording){
		.id = sa->activity.id,
		.activity = sa->activity,
		.gives = (UINT32_C(1) << PART_COUNT) - 1,
	};
}

static int
reply_sources(struct http_req *req, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct stored_activity sa;
	struct recording *list, one;
	struct jsonw w;
	size_t n;

	if (rest_activity(req, &sa, e) < 0 ||
	    recordings_list(app->db, http_arena(req), &o, &sa.activity.id,
		&list, &n, e) < 0)
		return -1;
	if (n == 0) {
		one = only_one(&sa);
		list = &one;
		n = 1;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	activity_json_recordings(
	    &w, "sources", list, n, rest_activity_detail(req));
	jsonw_kv_bool(&w, "kept_apart", sa.kept_apart);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, 200, REST_JSON);
	return 0;
}

void
rest_activity_sources(struct http_req *req)
{
	struct err e = ERR_INIT;

	if (reply_sources(req, &e) < 0)
		http_reply_error(req, &e);
}

/* --- apart and together -------------------------------------------------- */

static void
reply_ids(struct http_req *req, const struct uuid *ids, size_t n)
{
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, "activities");
	for (size_t i = 0; i < n; i++)
		jsonw_uuid(&w, &ids[i]);
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, 200, REST_JSON);
}

void
rest_activity_split(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct err e = ERR_INIT;
	struct uuid id, *ids = NULL;
	size_t n = 0;
	int rc = rest_activity_id(req, &id, &e);

	if (rc == 0)
		rc = change_split(
		    app->db, http_arena(req), &o, &id, &ids, &n, &e);
	if (rc == 0)
		rc = rest_no_activity(req, &e);
	if (rc < 0)
		http_reply_error(req, &e);
	else
		reply_ids(req, ids, n);
}

static int
read_other(struct http_req *req, struct uuid *id, struct err *e)
{
	const cJSON *o = json_parse(http_arena(req), http_body(req), e);
	const cJSON *v;

	if (o == NULL)
		return -1;
	v = json_get(o, "activity_id");
	if (!cJSON_IsString(v) || !uuid_parse(str_of(v->valuestring), id))
		return err_set(e, ERR_INVALID,
		    "activity_id: the id of the activity to put into this one");
	return 0;
}

void
rest_activity_merge(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct err e = ERR_INIT;
	struct uuid into, from;
	int rc = -1;

	if (rest_activity_id(req, &into, &e) == 0 &&
	    read_other(req, &from, &e) == 0)
		rc =
		    change_join(app->db, http_arena(req), &o, &into, &from, &e);
	if (rc == 0)
		rc = err_set(&e, ERR_NOT_FOUND,
		    "one of the two activities is not there");
	if (rc < 0)
		http_reply_error(req, &e);
	else
		reply_ids(req, &into, 1);
}
