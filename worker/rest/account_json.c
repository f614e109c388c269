/* Small JSON bodies, and what is said about people. */

#include "rest/account_json.h"

#include "app.h"
#include "auth/origin.h"
#include "auth/who.h"

int
body_object(struct http_req *req, const cJSON **out, struct err *e)
{
	struct str body = http_body(req);

	if (body.n == 0)
		body = STR("{}");
	*out = json_parse(http_arena(req), body, e);
	if (*out == NULL)
		return -1;
	return cJSON_IsObject(*out)
		   ? 0
		   : err_set(e, ERR_INVALID, "the body: an object, not %s",
			 json_type_name(*out));
}

int
body_text(const cJSON *o, const char *name, bool required, struct str *out,
    struct err *e)
{
	const cJSON *v = json_get(o, name);

	*out = STR_NULL;
	if (v == NULL || cJSON_IsNull(v))
		return required ? err_set(e, ERR_INVALID, "%s is needed", name)
				: 0;
	if (!cJSON_IsString(v))
		return err_set(e, ERR_INVALID, "%s: a text, not %s", name,
		    json_type_name(v));
	*out = str_of(v->valuestring);
	return 1;
}

static bool
is_word_of(const char *words, const char *word)
{
	struct str rest = str_of(words);

	while (rest.p != NULL)
		if (str_is(str_cut(rest, ' ', &rest), word))
			return true;
	return false;
}

int
body_members(const cJSON *o, const char *names, struct err *e)
{
	const cJSON *v;

	cJSON_ArrayForEach (v, o) {
		if (!is_word_of(names, v->string))
			return err_set(e, ERR_INVALID,
			    "%.60s: there is no such member; there are %s",
			    v->string, names);
	}
	return 0;
}

struct owner
owner_of_request(const struct http_req *req)
{
	const struct who *who = http_who(req);

	return (struct owner){ who->tenant_id, who->user_id };
}

int
check_first_party(const struct http_req *req, struct err *e)
{
	const struct who *who = http_who(req);

	if (who->proof == WHO_SESSION || who->proof == WHO_ACCESS_TOKEN ||
	    (who->proof == WHO_JWT && uuid_is_zero(&who->client_id)))
		return 0;
	return err_set(e, ERR_DENIED,
	    "a client that acts for you may not do this; sign in yourself");
}

int
path_id(const struct http_req *req, const char *name, struct uuid *out,
    struct err *e)
{
	struct str text = http_param(req, name);

	if (uuid_parse(text, out))
		return 0;
	return err_set(e, ERR_NOT_FOUND, "there is nothing with the id %.*s",
	    (int)MIN(text.n, (size_t)80), text.p);
}

void
reply_private(struct http_req *req, int status)
{
	http_add_header(req, "Cache-Control", "no-store");
	http_reply(req, status, JSON_TYPE);
}

void
reply_refused(struct http_req *req, int64_t retry_s, const struct err *e)
{
	char text[24];

	if (e->code == ERR_LIMITED && retry_s > 0) {
		snprintf(text, sizeof(text), "%lld", (long long)retry_s);
		http_add_header(req, "Retry-After", text);
	}
	http_add_header(req, "Cache-Control", "no-store");
	http_reply_error(req, e);
}

int
begin_end(
    const struct http_req *req, struct owner *o, struct uuid *id, struct err *e)
{
	*o = owner_of_request(req);
	if (check_first_party(req, e) < 0)
		return -1;
	return path_id(req, "id", id, e);
}

void
reply_ended(struct http_req *req, int rc, const char *absent, struct err *e)
{
	if (rc == 0)
		rc = err_set(e, ERR_NOT_FOUND, "%s", absent);
	if (rc < 0)
		http_reply_error(req, e);
	else
		http_reply(req, 204, NULL);
}

void
reply_end(struct http_req *req, end_mine *end, const char *absent)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct err e = ERR_INIT;
	struct owner o;
	struct uuid id;
	int rc = begin_end(req, &o, &id, &e);

	if (rc == 0)
		rc = end(app->accounts, http_arena(req), &from, &o, &id, &e);
	reply_ended(req, rc, absent, &e);
}

void
reply_message(struct http_req *req, int status, const char *text)
{
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "message", text);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, status);
}

void
user_json(struct jsonw *w, const struct user *u)
{
	jsonw_object(w);
	jsonw_kv_uuid(w, "id", &u->athlete.user_id);
	jsonw_kv_cstr(w, "username", u->athlete.username);
	jsonw_kv_cstr(w, "email", u->athlete.email);
	jsonw_kv_cstr(w, "display_name", u->athlete.display_name);
	jsonw_kv_uuid(w, "tenant_id", &u->athlete.tenant_id);
	jsonw_kv_cstr(w, "tenant_role", tenant_role_name(u->tenant_role));
	jsonw_kv_cstr(w, "role", u->is_admin ? "admin" : "user");
	jsonw_kv_cstr(w, "user_status", user_status_name(u->status));
	jsonw_key(w, "created_at");
	jsonw_instant(w, u->created_us);
	jsonw_end_object(w);
}
