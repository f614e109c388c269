/* /api/auth: signing in and out, registering, passwords, sessions. */

#include "app.h"
#include "auth/accounts.h"
#include "auth/guard.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "http/cookie.h"
#include "rest/account_json.h"
#include "rest/rest.h"
#include "store/sessions.h"
#include "store/tokens.h"

#define LOGIN_LIVES_S 3600

/* --- signing in ---------------------------------------------------------- */

static int
read_login(struct http_req *req, struct str *login, struct str *password,
    struct err *e)
{
	const cJSON *o;
	int rc;

	if (body_object(req, &o, e) < 0)
		return -1;
	rc = body_text(o, "username", false, login, e);
	if (rc == 0)
		rc = body_text(o, "email", true, login, e);
	return rc < 0 ? -1 : body_text(o, "password", true, password, e);
}

/* A token for scripts of the person's own, which need no browser. */
static int
issue(struct http_req *req, const struct user *u, char token[OPAQUE_LEN + 1],
    struct err *e)
{
	const struct app *app = http_app_state(req);
	struct token_request r = {
		.tenant_id = u->athlete.tenant_id,
		.user_id = u->athlete.user_id,
		.name = TOKEN_LOGIN,
		.scopes = SCOPES_DEFAULT | SCOPE_GOALS_WRITE |
			  SCOPE_PLANS_WRITE | (u->is_admin ? SCOPE_ADMIN : 0),
		.expires_us =
		    clock_wall_us() + INT64_C(1000000) * LOGIN_LIVES_S,
	};

	return guard_issue(app->guard, http_arena(req), &r, token, NULL, e);
}

static void
reply_login(struct http_req *req, const struct user *u, const char *token)
{
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "access_token", token);
	jsonw_kv_cstr(&w, "token_type", "Bearer");
	jsonw_kv_int(&w, "expires_in", LOGIN_LIVES_S);
	jsonw_key(&w, "user");
	user_json(&w, u);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_login(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	char token[OPAQUE_LEN + 1] = "";
	struct str login, password;
	struct err e = ERR_INIT;
	int64_t retry_s = 0;
	struct user u;

	if (read_login(req, &login, &password, &e) < 0 ||
	    accounts_sign_in(app->accounts, http_arena(req), &from, login,
		password, &u, &retry_s, &e) < 0 ||
	    issue(req, &u, token, &e) < 0)
		reply_refused(req, retry_s, &e);
	else
		reply_login(req, &u, token);
	wipe(token, sizeof(token));
}

/* What ends is what was shown; a client of its own credentials would get
 * another at once, and has nothing that could end. */
static int
sign_out(struct http_req *req, struct err *e)
{
	const struct app *app = http_app_state(req);
	const struct who *who = http_who(req);
	struct origin from = origin_of(req);

	if (who->proof == WHO_JWT && uuid_eq(&who->token_id, &who->client_id))
		return err_set(e, ERR_CONFLICT,
		    "a token of a client's own credentials only expires");
	return session_sign_out(app->accounts, http_arena(req), &from, who, e);
}

void
rest_logout(struct http_req *req)
{
	struct err e = ERR_INIT;
	int rc = sign_out(req, &e);

	if (http_who(req)->proof == WHO_SESSION)
		http_drop_cookie(req, "session");
	if (rc < 0)
		http_reply_error(req, &e);
	else
		http_reply(req, 204, NULL);
}

/* --- registering --------------------------------------------------------- */

/* token_name: what else the body may hold, as "invitation". */
static int
read_registration(struct http_req *req, const char *token_name,
    struct registration *r, struct str *token, struct err *e)
{
	const cJSON *o;

	if (body_object(req, &o, e) < 0 ||
	    body_text(o, "email", true, &r->email, e) < 0 ||
	    body_text(o, "password", true, &r->password, e) < 0 ||
	    body_text(o, "display_name", false, &r->display_name, e) < 0 ||
	    body_text(o, "timezone", false, &r->timezone, e) < 0 ||
	    body_text(o, token_name, false, token, e) < 0)
		return -1;
	return 0;
}

/* The same whether the address was taken. */
static const char *
message_of(const struct app *app, bool pending)
{
	if (mail_is_on(app->conf))
		return pending ? "registered; confirm the address by the mail "
				 "that was sent, and an administrator has to "
				 "approve"
			       : "registered; confirm the address by the mail "
				 "that was sent";
	return pending ? "registered; an administrator has to approve"
		       : "registered; you can sign in";
}

void
rest_register(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct registration r;
	struct str invitation;
	struct err e = ERR_INIT;
	bool pending = false;
	struct user u;
	struct jsonw w;
	int rc = read_registration(req, "invitation", &r, &invitation, &e);

	if (rc == 0 && invitation.n > 0)
		rc = accounts_join(app->accounts, http_arena(req), &from,
		    invitation, &r, &u, &e);
	else if (rc == 0)
		rc = accounts_register(app->accounts, http_arena(req), &from,
		    &r, &u, &pending, &e);
	if (rc < 0) {
		reply_refused(req, 0, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_uuid(&w, "user_id", &u.athlete.user_id);
	jsonw_kv_cstr(&w, "message", message_of(app, pending));
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 201);
}

void
rest_setup_status(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct err e = ERR_INIT;
	struct jsonw w;
	int rc = users_have_admin(app->db, http_arena(req), &e);

	if (rc < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_bool(&w, "needs_setup", rc == 0);
	jsonw_kv_bool(&w, "admin_user_exists", rc > 0);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_setup(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct registration r;
	struct str token;
	struct err e = ERR_INIT;
	struct user u;
	struct jsonw w;

	if (read_registration(req, "setup_token", &r, &token, &e) < 0 ||
	    accounts_setup(
		app->accounts, http_arena(req), &from, token, &r, &u, &e) < 0) {
		reply_refused(req, 0, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_uuid(&w, "user_id", &u.athlete.user_id);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 201);
}

/* --- passwords ----------------------------------------------------------- */

void
rest_change_password(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	const struct who *who = http_who(req);
	struct origin from = origin_of(req);
	struct owner o = owner_of_request(req);
	struct str present, wanted;
	struct err e = ERR_INIT;
	int64_t retry_s = 0;
	const cJSON *body;

	if (check_first_party(req, &e) < 0 || body_object(req, &body, &e) < 0 ||
	    body_text(body, "current_password", true, &present, &e) < 0 ||
	    body_text(body, "new_password", true, &wanted, &e) < 0 ||
	    accounts_change_password(app->accounts, http_arena(req), &from, &o,
		who->proof == WHO_SESSION ? &who->token_id : NULL, present,
		wanted, &retry_s, &e) < 0)
		reply_refused(req, retry_s, &e);
	else
		reply_message(req, 200, "the password was changed");
}

void
rest_complete_reset(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct str token, wanted;
	struct err e = ERR_INIT;
	const cJSON *o;
	struct user u;

	if (body_object(req, &o, &e) < 0 ||
	    body_text(o, "reset_token", true, &token, &e) < 0 ||
	    body_text(o, "new_password", true, &wanted, &e) < 0 ||
	    accounts_reset(app->accounts, http_arena(req), &from, token, wanted,
		&u, &e) < 0)
		reply_refused(req, 0, &e);
	else
		reply_message(req, 200, "the password was set");
}

/* --- by mail ------------------------------------------------------------- */

void
rest_forgot_password(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct err e = ERR_INIT;
	int64_t retry_s = 0;
	struct str email;
	const cJSON *o;

	if (body_object(req, &o, &e) < 0 ||
	    body_text(o, "email", true, &email, &e) < 0 ||
	    accounts_forgot(
		app->accounts, http_arena(req), &from, email, &retry_s, &e) < 0)
		reply_refused(req, retry_s, &e);
	else
		reply_message(req, 202,
		    "if that address belongs to an account, a link is on its "
		    "way to it");
}

void
rest_verify_email(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct err e = ERR_INIT;
	struct str token;
	const cJSON *o;

	if (body_object(req, &o, &e) < 0 ||
	    body_text(o, "token", true, &token, &e) < 0 ||
	    accounts_confirm_address(
		app->accounts, http_arena(req), &from, token, &e) < 0)
		reply_refused(req, 0, &e);
	else
		reply_message(req, 200, "the address is confirmed");
}

/* --- sessions ------------------------------------------------------------ */

void
rest_session(struct http_req *req)
{
	static const char *const proofs[] = { "none", "token", "stdio",
		"session", "key", "oauth" };
	const struct app *app = http_app_state(req);
	const struct who *who = http_who(req);
	struct owner o = owner_of_request(req);
	struct buf scopes = BUF_INIT;
	struct err e = ERR_INIT;
	struct user u;
	struct jsonw w;
	int rc = users_get(app->db, http_arena(req), &o, &u, &e);

	if (rc == 0)
		rc = err_set(&e, ERR_NOT_FOUND, "the account is gone");
	if (rc < 0) {
		http_reply_error(req, &e);
		return;
	}
	scope_format(&scopes, who->scopes);
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_key(&w, "user");
	user_json(&w, &u);
	jsonw_kv_cstr(&w, "by", proofs[who->proof]);
	jsonw_kv_str(&w, "scope", buf_str(&scopes));
	if (who->expires_us != INT64_MAX) {
		jsonw_key(&w, "expires_at");
		jsonw_instant(&w, who->expires_us);
	}
	jsonw_end_object(&w);
	jsonw_done(&w);
	buf_free(&scopes);
	reply_private(req, 200);
}

static void
session_json(struct jsonw *w, const struct session *s, const struct who *who)
{
	jsonw_object(w);
	jsonw_kv_uuid(w, "id", &s->id);
	jsonw_kv_cstr(w, "address", s->address);
	jsonw_kv_cstr(w, "user_agent", s->user_agent);
	jsonw_key(w, "created_at");
	jsonw_instant(w, s->created_us);
	jsonw_key(w, "last_used_at");
	jsonw_instant(w, s->last_used_us);
	jsonw_key(w, "expires_at");
	jsonw_instant(w, s->expires_us);
	jsonw_kv_bool(w, "current", uuid_eq(&s->id, &who->token_id));
	jsonw_end_object(w);
}

void
rest_sessions(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	struct session *list;
	struct jsonw w;
	size_t n;

	if (check_first_party(req, &e) < 0 ||
	    session_list(app->accounts, http_arena(req), &o, &list, &n, &e) <
		0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, "sessions");
	for (size_t i = 0; i < n; i++)
		session_json(&w, &list[i], http_who(req));
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_session_revoke(struct http_req *req)
{
	reply_end(req, session_revoke, "there is no such session");
}

void
rest_sessions_revoke(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	const struct who *who = http_who(req);
	struct origin from = origin_of(req);
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	struct jsonw w;
	unsigned n;

	if (check_first_party(req, &e) < 0 ||
	    session_revoke_others(app->accounts, http_arena(req), &from, &o,
		who->proof == WHO_SESSION ? &who->token_id : NULL, &n,
		&e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_int(&w, "revoked", n);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}
