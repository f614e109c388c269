/* POST /admin/notices: a word of the operator to a person, or to everybody. */

#include "app.h"
#include "base/json.h"
#include "http/http.h"
#include "provider/announce.h"
#include "rest/rest.h"
#include "store/users.h"

struct notice {
	struct str text;
	enum notice_level level;
	bool to_one;
	struct uuid user_id;
};

static int
read_member(
    const cJSON *body, const char *name, const char **out, struct err *e)
{
	const cJSON *item = json_get(body, name);

	*out = NULL;
	if (item == NULL)
		return 0;
	if (!cJSON_IsString(item))
		return err_set(e, ERR_INVALID, "%s must be a string, not %s",
		    name, json_type_name(item));
	*out = item->valuestring;
	return 0;
}

static int
read_notice(struct http_req *req, struct notice *n, struct err *e)
{
	const cJSON *body = json_parse(http_arena(req), http_body(req), e);
	const char *message, *level, *user;

	*n = (struct notice){ .level = NOTICE_INFO };
	if (body == NULL || read_member(body, "message", &message, e) < 0 ||
	    read_member(body, "level", &level, e) < 0 ||
	    read_member(body, "user_id", &user, e) < 0)
		return -1;
	n->text = str_of(message);
	n->to_one = user != NULL;
	if (level != NULL && !notice_level_parse(str_of(level), &n->level))
		return err_set(e, ERR_INVALID, "level must be info or warning");
	if (user != NULL && !uuid_parse(str_of(user), &n->user_id))
		return err_set(e, ERR_INVALID,
		    "user_id must be the id of a person; left out, everybody "
		    "is told");
	return notice_check(n->text, e);
}

static int
tell_one(struct http_req *req, const struct notice *n, int64_t *told_r,
    struct err *e)
{
	const struct app *app = http_app_state(req);
	struct user *list;
	size_t count;

	if (users_list(app->db, http_arena(req), &list, &count, e) < 0)
		return -1;
	*told_r = 1;
	for (size_t i = 0; i < count; i++) {
		struct owner o = owner_of(&list[i].athlete);

		if (uuid_eq(&o.user_id, &n->user_id))
			return announce_notice(
			    app->db, http_arena(req), &o, n->level, n->text, e);
	}
	return err_set(e, ERR_NOT_FOUND, "there is no such person");
}

void
rest_notices(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct err e = ERR_INIT;
	struct notice n;
	struct jsonw w;
	int64_t told = 0;
	int rc = read_notice(req, &n, &e);

	if (rc == 0)
		rc = n.to_one ? tell_one(req, &n, &told, &e)
			      : announce_notice_to_all(
				    app->db, n.level, n.text, &told, &e);
	if (rc < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_int(&w, "told", told);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, 201, "application/json");
}
