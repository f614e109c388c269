/* /api/tenant: who belongs to it, and who may come. */

#include "app.h"
#include "auth/accounts.h"
#include "auth/site.h"
#include "config/conf.h"
#include "rest/account_json.h"
#include "rest/rest.h"

void
rest_members(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	struct user *list;
	struct jsonw w;
	size_t n;

	if (check_first_party(req, &e) < 0 ||
	    users_list_of_tenant(
		app->db, http_arena(req), &o.tenant_id, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_uuid(&w, "tenant_id", &o.tenant_id);
	jsonw_kv_array(&w, "members");
	for (size_t i = 0; i < n; i++)
		user_json(&w, &list[i]);
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_member_remove(struct http_req *req)
{
	reply_end(req, accounts_remove_member, "there is no such member");
}

void
rest_invite(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct owner o = owner_of_request(req);
	struct buf url = BUF_INIT;
	struct err e = ERR_INIT;
	const cJSON *body;
	struct str email;
	struct jsonw w;

	if (check_first_party(req, &e) < 0 || body_object(req, &body, &e) < 0 ||
	    body_text(body, "email", false, &email, &e) < 0 ||
	    accounts_invite_link(app->accounts, http_arena(req), &from, &o,
		email, &url, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "url", site_url(req, app->conf, buf_str(&url)));
	jsonw_kv_int(
	    &w, "expires_in_seconds", app->conf->invite_lifetime_us / 1000000);
	jsonw_end_object(&w);
	jsonw_done(&w);
	buf_wipe(&url);
	reply_private(req, 201);
}

static void
invitation_json(struct jsonw *w, const struct one_time_link *l)
{
	jsonw_object(w);
	jsonw_kv_uuid(w, "id", &l->id);
	jsonw_kv_cstr(w, "email", l->email);
	jsonw_key(w, "expires_at");
	jsonw_instant(w, l->expires_us);
	jsonw_end_object(w);
}

void
rest_invitations(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	struct one_time_link *list;
	struct jsonw w;
	size_t n;

	if (check_first_party(req, &e) < 0 ||
	    accounts_invitations(
		app->accounts, http_arena(req), &o, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, "invitations");
	for (size_t i = 0; i < n; i++)
		invitation_json(&w, &list[i]);
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_withdraw(struct http_req *req)
{
	reply_end(req, accounts_withdraw, "there is no such invitation");
}
