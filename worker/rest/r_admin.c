/* /api/admin: people, and what was done to accounts. */

#include "app.h"
#include "auth/accounts.h"
#include "auth/site.h"
#include "config/conf.h"
#include "rest/account_json.h"
#include "rest/rest.h"

#define PEOPLE_DEFAULT 200
#define PEOPLE_MAX     1000
#define AUDIT_DEFAULT  50
#define AUDIT_MAX      500

/* --- people -------------------------------------------------------------- */

static int
read_number(struct http_req *req, const char *name, int64_t low, int64_t high,
    int64_t *out, struct err *e)
{
	struct str text;
	int rc = http_query_get(req, name, &text, e);

	if (rc <= 0)
		return rc;
	if (!str_to_i64(text, out) || *out < low || *out > high)
		return err_set(e, ERR_INVALID, "%s: a number from %lld to %lld",
		    name, (long long)low, (long long)high);
	return 1;
}

/* A page of people: ?limit, and ?after, the id of the last one before. */
struct people_wish {
	const char *after; /* username */
	int64_t limit;
	struct str status; /* STR_NULL: all */
};

static int
read_people_wish(struct http_req *req, struct people_wish *w, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct str text;
	struct uuid id;
	struct user u;
	int rc;

	w->after = "";
	w->limit = PEOPLE_DEFAULT;
	if (read_number(req, "limit", 1, PEOPLE_MAX, &w->limit, e) < 0)
		return -1;
	rc = http_query_get(req, "after", &text, e);
	if (rc < 0 || http_query_end(req, e) < 0)
		return -1;
	if (rc == 0)
		return 0;
	if (!uuid_parse(text, &id))
		return err_set(e, ERR_INVALID, "after: the id of a user");
	rc = users_by_id(app->db, http_arena(req), &id, &u, e);
	if (rc > 0)
		w->after = u.athlete.username;
	return rc > 0	? 0
	       : rc < 0 ? -1
			: err_set(e, ERR_NOT_FOUND, "there is no such user");
}

/* Of a page, those of a status. */
static void
write_people(struct jsonw *w, const struct people_wish *wish,
    const struct user *list, size_t n)
{
	int64_t total = 0;

	jsonw_object(w);
	jsonw_kv_array(w, "users");
	for (size_t i = 0; i < MIN(n, (size_t)wish->limit); i++) {
		if (wish->status.p != NULL &&
		    !str_is(wish->status, user_status_name(list[i].status)))
			continue;
		user_json(w, &list[i]);
		total++;
	}
	jsonw_end_array(w);
	jsonw_kv_int(w, "total", total);
	if (n > (size_t)wish->limit)
		jsonw_kv_uuid(
		    w, "next_after", &list[wish->limit - 1].athlete.user_id);
	jsonw_end_object(w);
}

static void
reply_users(struct http_req *req, struct str status)
{
	const struct app *app = http_app_state(req);
	struct people_wish wish = { .status = status };
	enum who_waits which = status.p == NULL		   ? WAITS_OR_NOT
			       : str_is(status, "pending") ? WAITS
							   : WAITS_NOT;
	struct err e = ERR_INIT;
	struct user *list;
	struct jsonw w;
	size_t n;

	/* One more tells whether there are more. */
	if (read_people_wish(req, &wish, &e) < 0 ||
	    users_page(app->db, http_arena(req), wish.after, which,
		(unsigned)wish.limit + 1, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	write_people(&w, &wish, list, n);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_admin_users(struct http_req *req)
{
	struct str status = STR_NULL;
	struct err e = ERR_INIT;
	int rc = http_query_get(req, "status", &status, &e);

	if (rc > 0 && !str_is(status, "active") && !str_is(status, "pending") &&
	    !str_is(status, "suspended"))
		rc = err_set(
		    &e, ERR_INVALID, "status: active, pending or suspended");
	if (rc < 0)
		http_reply_error(req, &e);
	else
		reply_users(req, rc > 0 ? status : STR_NULL);
}

void
rest_admin_pending(struct http_req *req)
{
	reply_users(req, STR("pending"));
}

/* The person that the path names. */
static int
find_user(struct http_req *req, struct user *u, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct uuid id;
	int rc;

	if (path_id(req, "id", &id, e) < 0)
		return -1;
	rc = users_by_id(app->db, http_arena(req), &id, u, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such user");
	return rc < 0 ? -1 : 0;
}

static void
reply_user(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct user u;
	struct jsonw w;

	if (find_user(req, &u, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_key(&w, "user");
	user_json(&w, &u);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

typedef int change_fn(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e);

static int
change_user(struct http_req *req, change_fn *fn, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct owner o;
	struct user u;
	int rc;

	if (find_user(req, &u, e) < 0)
		return -1;
	o = owner_of(&u.athlete);
	rc = fn(app->accounts, http_arena(req), &from, &o, e);
	if (rc == 0)
		return err_set(e, ERR_CONFLICT, "the account is %s",
		    user_status_name(u.status));
	return rc < 0 ? -1 : 0;
}

static void
change_and_reply(struct http_req *req, change_fn *fn)
{
	struct err e = ERR_INIT;

	if (change_user(req, fn, &e) < 0)
		http_reply_error(req, &e);
	else
		reply_user(req);
}

void
rest_admin_approve(struct http_req *req)
{
	change_and_reply(req, accounts_approve);
}

void
rest_admin_suspend(struct http_req *req)
{
	change_and_reply(req, accounts_suspend);
}

void
rest_admin_restore(struct http_req *req)
{
	change_and_reply(req, accounts_restore);
}

void
rest_admin_delete(struct http_req *req)
{
	struct err e = ERR_INIT;

	if (change_user(req, accounts_delete, &e) < 0)
		http_reply_error(req, &e);
	else
		http_reply(req, 204, NULL);
}

static int
make_admin(struct accounts *a, struct arena *arena, const struct origin *from,
    const struct owner *whom, struct err *e)
{
	return accounts_set_admin(a, arena, from, whom, true, e);
}

static int
make_user(struct accounts *a, struct arena *arena, const struct origin *from,
    const struct owner *whom, struct err *e)
{
	return accounts_set_admin(a, arena, from, whom, false, e);
}

void
rest_admin_role(struct http_req *req)
{
	struct err e = ERR_INIT;
	const cJSON *o;
	struct str role;
	int rc = -1;

	if (body_object(req, &o, &e) == 0)
		rc = body_text(o, "role", true, &role, &e);
	if (rc > 0 && !str_is(role, "admin") && !str_is(role, "user"))
		rc = err_set(&e, ERR_INVALID, "role: admin or user");
	if (rc < 0)
		http_reply_error(req, &e);
	else
		change_and_reply(
		    req, str_is(role, "admin") ? make_admin : make_user);
}

static void
reply_link(struct http_req *req, struct buf *url)
{
	const struct app *app = http_app_state(req);
	const char *token = strstr(buf_cstr(url), "?token=");
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "reset_url", site_url(req, app->conf, buf_str(url)));
	jsonw_kv_cstr(&w, "reset_token", token + sizeof("?token=") - 1);
	jsonw_kv_int(
	    &w, "expires_in_seconds", app->conf->reset_lifetime_us / 1000000);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_admin_reset(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct buf url = BUF_INIT;
	struct err e = ERR_INIT;
	struct owner o;
	struct user u;
	int rc = find_user(req, &u, &e);

	if (rc == 0) {
		o = owner_of(&u.athlete);
		rc = accounts_reset_link(
		    app->accounts, http_arena(req), &from, &o, &url, &e);
	}
	if (rc < 0)
		http_reply_error(req, &e);
	else
		reply_link(req, &url);
	buf_wipe(&url);
}

/* --- the audit trail ----------------------------------------------------- */

/* Whose account: of somebody who may be gone, so that the tenant comes from the
 * trail's own rows. */
static int
read_subject(
    struct http_req *req, struct owner *subject, bool *given_r, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct str text;
	struct user u;
	int rc = http_query_get(req, "user_id", &text, e);

	*given_r = rc > 0;
	if (rc <= 0)
		return rc;
	if (!uuid_parse(text, &subject->user_id))
		return err_set(e, ERR_INVALID, "user_id: an id");
	rc = users_by_id(app->db, http_arena(req), &subject->user_id, &u, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such user");
	if (rc > 0)
		subject->tenant_id = u.athlete.tenant_id;
	return rc < 0 ? -1 : 0;
}

static int
read_action(struct http_req *req, enum audit_action *action, bool *given_r,
    struct err *e)
{
	struct str text;
	int rc = http_query_get(req, "action", &text, e);

	*given_r = rc > 0;
	if (rc > 0 && !audit_action_parse(text, action))
		return err_set(e, ERR_INVALID, "action: there is no such");
	return rc < 0 ? -1 : 0;
}

static void
uuid_or_null(struct jsonw *w, const char *name, const struct uuid *id)
{
	jsonw_key(w, name);
	if (uuid_is_zero(id))
		jsonw_null(w);
	else
		jsonw_uuid(w, id);
}

static void
row_json(struct jsonw *w, const struct audit_row *r)
{
	jsonw_object(w);
	jsonw_kv_int(w, "seq", r->seq);
	jsonw_key(w, "timestamp");
	jsonw_instant(w, r->noted_us);
	jsonw_kv_cstr(w, "action", r->action);
	jsonw_kv_cstr(w, "result", r->result);
	uuid_or_null(w, "user_id", &r->subject.user_id);
	uuid_or_null(w, "tenant_id", &r->subject.tenant_id);
	uuid_or_null(w, "actor_id", &r->actor_id);
	jsonw_kv_cstr(w, "actor", r->actor);
	jsonw_kv_cstr_opt(w, "object", r->object);
	jsonw_kv_cstr_opt(w, "detail", r->detail);
	jsonw_kv_cstr(w, "source_ip", r->address);
	jsonw_kv_cstr(w, "user_agent", r->user_agent);
	jsonw_kv_cstr(w, "request_id", r->request_id);
	jsonw_end_object(w);
}

static void
reply_rows(
    struct http_req *req, const struct audit_row *rows, size_t n, int64_t limit)
{
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, "entries");
	for (size_t i = 0; i < n; i++)
		row_json(&w, &rows[i]);
	jsonw_end_array(&w);
	if (n == (size_t)limit)
		jsonw_kv_int(&w, "next_before", rows[n - 1].seq);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_admin_audit(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	int64_t before = 0, limit = AUDIT_DEFAULT;
	bool has_subject, has_action;
	enum audit_action action;
	struct audit_filter f;
	struct audit_row *rows;
	struct err e = ERR_INIT;
	struct owner subject;
	size_t n;

	if (read_number(req, "before", 1, INT64_MAX, &before, &e) < 0 ||
	    read_number(req, "limit", 1, AUDIT_MAX, &limit, &e) < 0 ||
	    read_subject(req, &subject, &has_subject, &e) < 0 ||
	    read_action(req, &action, &has_action, &e) < 0 ||
	    http_query_end(req, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	f = (struct audit_filter){ .subject = has_subject ? &subject : NULL,
		.action = has_action ? &action : NULL,
		.before = before,
		.limit = (unsigned)limit };
	if (has_subject && has_action)
		err_set(
		    &e, ERR_INVALID, "user_id and action do not go together");
	if (e.code != ERR_NONE ||
	    audit_list(app->db, http_arena(req), &f, &rows, &n, &e) < 0)
		http_reply_error(req, &e);
	else
		reply_rows(req, rows, n, limit);
}
