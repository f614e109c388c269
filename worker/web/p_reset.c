/* /forgot and /reset: a new password for who does not know the old one. */

#include "app.h"
#include "auth/accounts.h"
#include "web/page.h"
#include "web/web.h"

static const struct field password_field = {
	.name = "password",
	.label = "New password",
	.type = "password",
	.autocomplete = "new-password",
	.max_length = PASSWORD_MAX,
	.hint = "A few words that only you would put together are good.",
	.required = true,
	.focus = true,
};

/* --- asking for it ------------------------------------------------------- */

static const struct field email_field = {
	.name = "email",
	.label = "E-mail address",
	.type = "email",
	.autocomplete = "email",
	.required = true,
	.focus = true,
};

static void
show_way_back(struct page *p)
{
	html_box(&p->h, "p", "faint");
	html_link(&p->h, "/signin", "Back to sign in");
	html_close(&p->h, "p");
}

static void
show_forgot(struct http_req *req, int status, const struct field *f)
{
	struct page p;

	page_begin_narrow(&p, req, "Forgot your password?");
	html_line(&p.h, "p", "message",
	    "We send you a link by which you set a new one.");
	html_box(&p.h, "section", "card");
	page_form(&p, "wide", "/forgot");
	page_fields(&p, f, 1);
	html_box(&p.h, "div", "buttons");
	page_button(&p, TONE_GOOD, "Send me a link");
	html_close(&p.h, "div");
	page_form_end(&p);
	html_close(&p.h, "section");
	show_way_back(&p);
	page_end(&p, status);
}

static void
show_no_mail(struct http_req *req)
{
	struct page p;

	page_begin_narrow(&p, req, "Forgot your password?");
	page_prose(&p, "message",
	    "Ask whoever runs this server for a link by which you set a new "
	    "one. They make it with `pierrectl user reset`.");
	show_way_back(&p);
	page_end(&p, 200);
}

void
web_forgot(struct http_req *req)
{
	const struct app *app = http_app_state(req);

	if (mail_is_on(app->conf))
		show_forgot(req, 200, &email_field);
	else
		show_no_mail(req);
}

void
web_forgot_post(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct origin from = origin_of(req);
	struct field f = email_field;
	struct err e = ERR_INIT;
	int64_t retry_s = 0;
	struct form form;

	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	if (fields_read(a, &f, 1, &form) == 0 &&
	    accounts_forgot(
		app->accounts, a, &from, field_str(&f), &retry_s, &e) == 0) {
		page_redirect(req, "/signin", NOTE_RESET_SENT);
		return;
	}
	if (e.code == ERR_INVALID || e.code == ERR_LIMITED)
		f.error = page_sentence(a, str_of(e.msg));
	if (f.error != NULL)
		show_forgot(req, e.code == ERR_LIMITED ? 429 : 422, &f);
	else
		http_reply_error(req, &e);
}

/* --- following it -------------------------------------------------------- */

static void
show_reset(struct http_req *req, int status, struct str token,
    const struct user *u, const struct field *f)
{
	struct page p;

	page_begin_narrow(&p, req, "Set a new password");
	html_linef(&p.h, "p", "message", "For the account %s.",
	    u->athlete.email[0] != '\0' ? u->athlete.email
					: u->athlete.username);
	html_box(&p.h, "section", "card");
	page_form(&p, "wide", "/reset");
	page_hidden(
	    &p, "token", arena_strndup(http_arena(req), token.p, token.n));
	page_fields(&p, f, 1);
	html_box(&p.h, "div", "buttons");
	page_button(&p, TONE_GOOD, "Set the password");
	html_close(&p.h, "div");
	page_form_end(&p);
	html_close(&p.h, "section");
	page_end(&p, status);
}

/* Whose link it is; -1 with ERR_DENIED when it is nobody's. */
static int
find_owner(
    struct http_req *req, struct str token, struct user *u, struct err *e)
{
	const struct app *app = http_app_state(req);
	int rc =
	    accounts_peek_reset(app->accounts, http_arena(req), token, u, e);

	if (rc == 0)
		return err_set(e, ERR_DENIED,
		    "this link was used, or is too old; ask for another one");
	return rc < 0 ? -1 : 0;
}

void
web_reset(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct str token = STR("");
	struct user u;

	if (http_query_get(req, "token", &token, &e) < 0 ||
	    find_owner(req, token, &u, &e) < 0)
		http_reply_error(req, &e);
	else
		show_reset(req, 200, token, &u, &password_field);
}

void
web_reset_post(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct field f = password_field;
	struct origin from = origin_of(req);
	struct err e = ERR_INIT;
	struct form form;
	struct str token;
	struct user u;

	if (page_form_read(req, &form, &e) < 0 ||
	    find_owner(req, token = form_str(&form, "token"), &u, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	if (fields_read(http_arena(req), &f, 1, &form) == 0 &&
	    accounts_reset(app->accounts, http_arena(req), &from, token,
		field_str(&f), &u, &e) == 0) {
		page_redirect(req, "/signin", NOTE_PASSWORD_SET);
		return;
	}
	if (e.code == ERR_INVALID)
		f.error = page_sentence(http_arena(req), str_of(e.msg));
	if (f.error != NULL)
		show_reset(req, 422, token, &u, &f);
	else
		http_reply_error(req, &e);
}
